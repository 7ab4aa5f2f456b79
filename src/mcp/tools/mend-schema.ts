// Mends a JSON schema that a server spelled oddly, where its meaning is plain. Providers refuse a
// whole request for one schema that breaks the rules. Pure.

import { isObject, type UnknownObject } from '../../core/json.ts'
import type { StepBudget } from '../../core/steps.ts'

/** Deeper schemas are refused elsewhere. */
const MAX_MENDED_DEPTH = 64

/** Keywords whose values are schemas by name. */
const NAMED = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
])
/** Keywords whose value is one schema. */
const SINGLE = new Set([
  'items',
  'additionalProperties',
  'additionalItems',
  'unevaluatedProperties',
  'unevaluatedItems',
  'contains',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
])
/** Keywords whose value is a list of schemas. */
const LISTS = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems'])
/** Keywords whose value is a number. */
const NUMBERS = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
])
/** Keywords whose value is a text. */
const TEXTS = new Set(['title', 'description', 'pattern', 'format', '$ref', '$schema', '$id'])
/** Keywords whose value may be null, because it is a value and no part of the schema. */
const VALUES = new Set(['default', 'const', 'example', 'examples', 'enum'])

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'])
/** What authors write for a type, in other languages' words. */
const TYPE_WORDS: ReadonlyMap<string, string> = new Map([
  ['str', 'string'],
  ['text', 'string'],
  ['int', 'integer'],
  ['long', 'integer'],
  ['float', 'number'],
  ['double', 'number'],
  ['decimal', 'number'],
  ['bool', 'boolean'],
  ['list', 'array'],
  ['dict', 'object'],
  ['map', 'object'],
  ['none', 'null'],
])

/**
 * Mends a schema and all that is in it.
 *
 * @returns The schema itself when there is nothing to mend.
 */
export function mendSchema(schema: UnknownObject, budget: StepBudget, depth = 0): UnknownObject {
  if (depth > MAX_MENDED_DEPTH) return schema
  let isChanged = false
  const entries: [string, unknown][] = []
  for (const [key, value] of Object.entries(schema)) {
    if (!budget.take(1 / 2)) return schema
    const next = mendMember(key, value, budget, depth)
    if (next !== value) isChanged = true
    if (next !== undefined) entries.push([key, next])
  }
  // Providers want to know what is in a list; the empty schema says that it may be anything.
  const type = isChanged ? Object.fromEntries(entries).type : schema.type
  if (type === 'array' && !('items' in schema) && !('prefixItems' in schema)) {
    isChanged = true
    entries.push(['items', {}])
  }
  return isChanged ? Object.fromEntries(entries) : schema
}

/** What becomes of one member; undefined for one that is left out. */
function mendMember(key: string, value: unknown, budget: StepBudget, depth: number): unknown {
  if (VALUES.has(key)) return key === 'enum' ? mendEnum(value) : value
  if (value === null) return undefined
  if (key === 'type') return mendType(value)
  if (key === 'required') return mendRequired(value)
  if (NUMBERS.has(key)) return typeof value === 'number' ? value : undefined
  if (TEXTS.has(key)) return typeof value === 'string' ? value : undefined
  if (NAMED.has(key)) return mendNamed(value, budget, depth)
  if (LISTS.has(key)) return mendList(value, budget, depth)
  if (!SINGLE.has(key)) return value
  if (Array.isArray(value)) return mendList(value, budget, depth)
  return typeof value === 'boolean' ? value : mendInner(value, budget, depth)
}

/** A schema inside another one. What is no schema says nothing, so anything is allowed there. */
function mendInner(value: unknown, budget: StepBudget, depth: number): unknown {
  if (typeof value === 'boolean') return value
  if (isObject(value)) return mendSchema(value, budget, depth + 1)
  const type = typeof value === 'string' ? mendType(value) : undefined
  return type === undefined ? {} : { type }
}

function mendNamed(value: unknown, budget: StepBudget, depth: number): unknown {
  // PHP writes an empty object as an empty list.
  if (Array.isArray(value)) return value.length === 0 ? {} : undefined
  if (!isObject(value)) return undefined
  let isChanged = false
  const entries = Object.entries(value).map(([name, inner]): [string, unknown] => {
    const next = mendInner(inner, budget, depth)
    if (next !== inner) isChanged = true
    return [name, next]
  })
  return isChanged ? Object.fromEntries(entries) : value
}

function mendList(value: unknown, budget: StepBudget, depth: number): unknown {
  if (!Array.isArray(value) || value.length === 0) return undefined
  const list = value.map((inner) => mendInner(inner, budget, depth))
  return list.every((inner, index) => inner === value[index]) ? value : list
}

function mendType(value: unknown): unknown {
  if (typeof value === 'string') return typeNamed(value)
  if (!Array.isArray(value)) return undefined
  const types = value.map(typeNamed)
  if (types.length > 0 && types.every((type, index) => type === value[index])) return value
  const known = [...new Set(types.filter((type) => type !== undefined))]
  return known.length === 0 ? undefined : known
}

function typeNamed(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  if (TYPES.has(value)) return value
  const word = value.toLowerCase()
  return TYPES.has(word) ? word : TYPE_WORDS.get(word)
}

function mendRequired(value: unknown): unknown {
  if (!Array.isArray(value)) return undefined
  const names = value.filter((name) => typeof name === 'string')
  return names.length === value.length ? value : names
}

function mendEnum(value: unknown): unknown {
  return Array.isArray(value) && value.length > 0 ? value : undefined
}
