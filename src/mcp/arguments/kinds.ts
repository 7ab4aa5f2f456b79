// The kinds of value that a schema allows, as far as we need them to recognize credentials. In
// doubt it says "any kind". It is no validator.

import { isObject, type UnknownObject } from '../../core/json.ts'
import { elementsOf, resolveReference } from './schema.ts'

/** `text` is any string, `choice` one of a list that the schema spells out. */
export type Kind = 'text' | 'choice' | 'number' | 'boolean' | 'object' | 'array' | 'null'

const ALL: ReadonlySet<Kind> = new Set<Kind>([
  'text',
  'choice',
  'number',
  'boolean',
  'object',
  'array',
  'null',
])
const NONE: ReadonlySet<Kind> = new Set()

/**
 * Makes a function that gives the kinds of the schemas of one document. It remembers its answers.
 */
export function kindTeller(root: UnknownObject): (schema: unknown) => ReadonlySet<Kind> {
  const known = new Map<UnknownObject, ReadonlySet<Kind>>()

  const tell = (schema: unknown, depth: number): ReadonlySet<Kind> => {
    if (schema === false) return NONE
    // The limit also ends circles of references. The remembered answers keep the work small.
    if (!isObject(schema) || depth > 32) return ALL
    const hit = known.get(schema)
    if (hit) return hit
    let kinds = ALL
    const limit = (more: ReadonlySet<Kind>): void => {
      kinds = new Set([...kinds].filter((kind) => more.has(kind)))
    }
    if (Object.hasOwn(schema, 'type')) limit(union([schema.type].flat().map(ofType)))
    if (Object.hasOwn(schema, 'const')) limit(ofValue(schema.const))
    if (Array.isArray(schema.enum)) limit(union(schema.enum.map(ofValue)))
    if (Object.hasOwn(schema, '$ref')) {
      const target = resolveReference(root, schema.$ref)
      if (target.ok) limit(tell(target.value, depth + 1))
    }
    for (const one of elementsOf(schema.allOf)) limit(tell(one, depth + 1))
    for (const choices of [schema.anyOf, schema.oneOf])
      if (Array.isArray(choices)) limit(union(choices.map((one) => tell(one, depth + 1))))
    known.set(schema, kinds)
    return kinds
  }
  return (schema) => tell(schema, 0)
}

function ofType(type: unknown): ReadonlySet<Kind> {
  switch (type) {
    case 'string':
      return new Set<Kind>(['text', 'choice'])
    case 'integer':
    case 'number':
      return new Set<Kind>(['number'])
    case 'boolean':
    case 'object':
    case 'array':
    case 'null':
      return new Set<Kind>([type])
    default:
      return ALL
  }
}

function ofValue(value: unknown): ReadonlySet<Kind> {
  if (value === null) return new Set<Kind>(['null'])
  if (Array.isArray(value)) return new Set<Kind>(['array'])
  const type = typeof value
  return type === 'string' ? new Set<Kind>(['choice']) : ofType(type)
}

function union(sets: readonly ReadonlySet<Kind>[]): ReadonlySet<Kind> {
  return new Set(sets.flatMap((set) => [...set]))
}
