// The kinds of value that a schema allows, as far as we need them to recognize credentials. In
// doubt it says "any kind". It is no validator.

import { isObject, type UnknownObject } from '../../core/json.ts'
import type { StepBudget } from '../../core/steps.ts'
import { elementsOf, type Resolve } from './schema.ts'

/** `text` is any string, `choice` one of a list that the schema spells out. */
export type Kind = 'text' | 'choice' | 'number' | 'boolean' | 'object' | 'array' | 'null'

type Kinds = ReadonlySet<Kind>

const ALL: Kinds = new Set<Kind>(['text', 'choice', 'number', 'boolean', 'object', 'array', 'null'])
const NONE: Kinds = new Set()
const CHOICE: Kinds = new Set<Kind>(['choice'])
const TYPES: ReadonlyMap<unknown, Kinds> = new Map<string, Kinds>([
  ['string', new Set<Kind>(['text', 'choice'])],
  ['integer', new Set<Kind>(['number'])],
  ['number', new Set<Kind>(['number'])],
  ['boolean', new Set<Kind>(['boolean'])],
  ['object', new Set<Kind>(['object'])],
  ['array', new Set<Kind>(['array'])],
  ['null', new Set<Kind>(['null'])],
])

/** The limit also ends circles of references. The remembered answers keep the work small. */
const MAX_HOPS = 32

/**
 * Makes a function that gives the kinds of the schemas of one document. It remembers its answers.
 */
export function kindTeller(resolve: Resolve, budget: StepBudget): (schema: unknown) => Kinds {
  const known = new Map<UnknownObject, Kinds>()

  const tell = (schema: unknown, depth: number): Kinds => {
    if (schema === false) return NONE
    if (!isObject(schema) || depth > MAX_HOPS) return ALL
    const hit = known.get(schema)
    if (hit) return hit
    const { type, allOf, anyOf, oneOf } = schema
    const lists = [type, schema.enum, allOf, anyOf, oneOf].map((list) => elementsOf(list).length)
    if (!budget.take(lists.reduce((sum, length) => sum + length, 1))) return ALL
    let kinds = ALL
    const limit = (more: Kinds): void => {
      kinds = kinds === ALL ? more : new Set([...kinds].filter((kind) => more.has(kind)))
    }
    if (Object.hasOwn(schema, 'type'))
      limit(Array.isArray(type) ? union(type.map(ofType)) : ofType(type))
    if (Object.hasOwn(schema, 'const')) limit(ofValue(schema.const))
    if (Array.isArray(schema.enum)) limit(union(schema.enum.map(ofValue)))
    if (Object.hasOwn(schema, '$ref')) {
      const target = resolve(schema.$ref)
      if (target.ok) limit(tell(target.value, depth + 1))
    }
    for (const one of elementsOf(allOf)) limit(tell(one, depth + 1))
    for (const choices of [anyOf, oneOf])
      if (Array.isArray(choices)) limit(union(choices.map((one) => tell(one, depth + 1))))
    known.set(schema, kinds)
    return kinds
  }
  return (schema) => tell(schema, 0)
}

function ofType(type: unknown): Kinds {
  return TYPES.get(type) ?? ALL
}

function ofValue(value: unknown): Kinds {
  if (value === null) return ofType('null')
  if (Array.isArray(value)) return ofType('array')
  const type = typeof value
  return type === 'string' ? CHOICE : ofType(type)
}

/** Kinds of the same set come again and again in a long list, so each set is gone through once. */
function union(sets: readonly Kinds[]): Kinds {
  return new Set([...new Set(sets)].flatMap((set) => [...set]))
}
