// JSON Schema as data: where its subschemas are and what its local references lead to. Not a
// validator, and nothing is ever fetched.

import { granted, type Result } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { unescapeSegments } from './pointer.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'

/**
 * Schemas that one walk looks at; references to shared parts make this many more than the document
 * has (threat 30).
 */
export const MAX_SCHEMAS = 20_000

/** The entries of an object; none for anything else. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isObject(value) ? Object.entries(value) : []
}

/** The elements of an array; none for anything else. */
export function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The strings in an array. */
export function stringsOf(value: unknown): readonly string[] {
  return elementsOf(value).filter((one) => typeof one === 'string')
}

/** Keywords whose subschema is about the same place in the arguments. */
export const SAME_PLACE = ['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'not'] as const

/** Keywords whose subschema is about every element or every other member. */
export const EVERY_PLACE = [
  'items',
  'additionalItems',
  'contains',
  'unevaluatedItems',
  'additionalProperties',
  'unevaluatedProperties',
] as const

const MAPS = ['properties', 'patternProperties', 'dependentSchemas', 'dependencies'] as const

/**
 * The schemas directly inside a schema, each with the keyword that holds it; what only a reference
 * leads to is not inside.
 */
export function subschemas(
  schema: UnknownObject,
): readonly (readonly [keyword: string, schema: UnknownObject])[] {
  const found: [string, UnknownObject][] = []
  const add = (keyword: string, value: unknown): void => {
    if (isObject(value)) found.push([keyword, value])
  }
  for (const keyword of [...SAME_PLACE, ...EVERY_PLACE, 'prefixItems', 'propertyNames']) {
    const value = schema[keyword]
    if (Array.isArray(value)) for (const one of value) add(keyword, one)
    else add(keyword, value)
  }
  for (const keyword of MAPS)
    for (const [, value] of entriesOf(schema[keyword])) add(keyword, value)
  return found
}

/**
 * Follows a reference within the document. One that names another document is a refusal, never a
 * request: fetching it would let a server choose what we connect to.
 */
export function resolveReference(
  root: UnknownObject,
  reference: unknown,
): Result<unknown, ArgumentRefusal> {
  if (typeof reference !== 'string') return refuse('schema_malformed')
  if (reference === '#' || reference === '#/')
    return reference === '#' ? granted(root) : refuse('reference_unresolved')
  if (!reference.startsWith('#')) return refuse('reference_remote')
  if (!reference.startsWith('#/')) return refuse('reference_unsupported')
  let target: unknown = root
  for (const segment of referenceSegments(reference)) {
    if ((!isObject(target) && !Array.isArray(target)) || !Object.hasOwn(target, segment))
      return refuse('reference_unresolved')
    target = Reflect.get(target, segment)
  }
  return isObject(target) || typeof target === 'boolean'
    ? granted(target)
    : refuse('reference_unresolved')
}

/**
 * The segments of a local reference, whose fragment may be percent-encoded (RFC 6901 section 6).
 */
export function referenceSegments(reference: string): readonly string[] {
  try {
    return unescapeSegments(decodeURIComponent(reference.slice(1)))
  } catch {
    return unescapeSegments(reference.slice(1))
  }
}

/**
 * What is the matter with a schema besides its references: their targets could not be told from its
 * text.
 */
export function usesUnsupported(schema: UnknownObject, isRoot: boolean): boolean {
  if (Object.hasOwn(schema, '$dynamicRef') || Object.hasOwn(schema, '$recursiveRef')) return true
  // An `$id` further down makes `#/…` under it mean another place.
  return !isRoot && typeof schema.$id === 'string' && !schema.$id.startsWith('#')
}
