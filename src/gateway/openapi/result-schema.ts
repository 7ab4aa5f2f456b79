// The structured result of an operation, by the schema of its answer. APIs deviate from what they
// document, and clients refuse a whole result that does: so the schema says only which members there
// are and of which type, and a member of another type is left out of the structured part. The text has it.

import { isObject, type UnknownObject } from '../../core/json.ts'
import type { References } from './references.ts'

/** Objects inside each other. What is deeper is in the text alone. */
const MAX_DEPTH = 3
/** Members of one object. */
const MAX_MEMBERS = 60
const MAX_SCHEMA_CHARS = 12_000
const MAX_DESCRIPTION_CHARS = 200

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  array: Array.isArray,
  object: isObject,
}

/**
 * The schema of a structured result; undefined where the answer is no object, or has no schema that is
 * of use.
 *
 * @throws Unusable for a bad reference.
 */
export function resultSchema(schema: unknown, references: References): UnknownObject | undefined {
  if (!isObject(schema)) return undefined
  const made = loosened(schema, references, 0)
  if (made.type !== 'object' || !isObject(made.properties)) return undefined
  return JSON.stringify(made).length <= MAX_SCHEMA_CHARS ? made : undefined
}

function loosened(given: UnknownObject, references: References, depth: number): UnknownObject {
  const schema = references.follow(given)
  const { type, description, properties, items } = schema
  const made: Record<string, unknown> = {}
  if (typeof description === 'string')
    made.description = description.slice(0, MAX_DESCRIPTION_CHARS)
  if (typeof type !== 'string' || !Object.hasOwn(TYPES, type)) return made
  made.type = depth === 0 ? type : [type, 'null']
  if (depth >= MAX_DEPTH) return made
  if (type === 'object' && isObject(properties))
    made.properties = Object.fromEntries(
      Object.entries(properties)
        .filter(([, one]) => isObject(one))
        .slice(0, MAX_MEMBERS)
        .map(([name, one]) => [name, loosened(one as UnknownObject, references, depth + 1)]),
    )
  if (type === 'array' && isObject(items)) made.items = loosened(items, references, depth + 1)
  return made
}

/** What of an answer fits such a schema. */
export function structuredBy(schema: UnknownObject, value: unknown): UnknownObject {
  const fitted = fitting(schema, value)
  return isObject(fitted) ? fitted : {}
}

/** Undefined for what does not fit. */
function fitting(schema: unknown, value: unknown): unknown {
  if (!isObject(schema)) return value
  const { type } = schema
  const wanted = typeof type === 'string' ? [type] : Array.isArray(type) ? type : undefined
  if (wanted && !wanted.some((one) => (one === 'null' ? value === null : TYPES[one]?.(value))))
    return undefined
  const { properties, items } = schema
  if (Array.isArray(value)) return items ? value.map((one) => fitting(items, one) ?? null) : value
  if (!isObject(value) || !isObject(properties)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => {
      const fitted = Object.hasOwn(properties, name) ? fitting(properties[name], one) : one
      return fitted === undefined ? [] : [[name, fitted]]
    }),
  )
}
