// Reads JSON Schema as data: where the subschemas are, and where local references lead. It
// validates nothing and fetches nothing.

import { granted, type Result } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import type { StepBudget } from '../../core/steps.ts'
import { unescapeSegments } from './pointer.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'

/**
 * Steps that judging one tool may take (threat 30). References to shared parts may lead to much more
 * than a document holds. The largest tools that people wrote take a tenth of it.
 */
export const MAX_TOOL_STEPS = 50_000

/** Gives the entries of an object. Anything else has none. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isObject(value) ? Object.entries(value) : []
}

/** Gives the elements of an array. Anything else has none. */
export function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Gives the strings in an array. */
export function stringsOf(value: unknown): readonly string[] {
  return elementsOf(value).filter((one) => typeof one === 'string')
}

/** Keywords whose subschemas apply to the same place in the arguments. */
export const SAME_PLACE = ['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'not'] as const

/** Keywords whose subschema applies to every element or to every other member. */
export const EVERY_PLACE = [
  'items',
  'additionalItems',
  'contains',
  'unevaluatedItems',
  'additionalProperties',
  'unevaluatedProperties',
] as const

const MAPS = ['properties', 'patternProperties', 'dependentSchemas', 'dependencies'] as const

/** Keywords that list something. */
const LISTS = ['required', 'enum', 'examples', 'prefixItems'] as const

/** Keywords with which a schema can hold a parameter, or lead to one. */
const TELLING: ReadonlySet<string> = new Set([
  ...SAME_PLACE,
  ...EVERY_PLACE,
  ...MAPS,
  'prefixItems',
  'required',
  'dependentRequired',
  'propertyNames',
  'default',
  'examples',
  '$ref',
  '$dynamicRef',
  '$recursiveRef',
  '$id',
])

/** Whether a schema can neither hold a parameter nor lead to one. */
export function isPlain(schema: UnknownObject): boolean {
  for (const keyword in schema) if (TELLING.has(keyword)) return false
  return true
}

/** How much there is to go through in one schema, without the schemas inside it. */
export function sizeOf(schema: UnknownObject): number {
  let size = 1
  for (const keyword of [...SAME_PLACE, ...EVERY_PLACE, ...LISTS])
    size += elementsOf(schema[keyword]).length
  for (const keyword of [...MAPS, 'dependentRequired', '$defs', 'definitions'])
    size += isObject(schema[keyword]) ? Object.keys(schema[keyword]).length : 0
  return size
}

/**
 * Gives the schemas directly inside a schema, each with the keyword that holds it. It follows no
 * references.
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

/** Follows a reference within one document. */
export type Resolve = (reference: unknown) => Result<unknown, ArgumentRefusal>

/** Characters of a reference that are read in one step. */
const CHARS_OF_A_STEP = 8

/** Makes the function that follows the references of a document, each once. */
export function resolver(root: UnknownObject, budget: StepBudget): Resolve {
  const known = new Map<unknown, Result<unknown, ArgumentRefusal>>()
  return (reference) => {
    const hit = known.get(reference)
    if (hit) return hit
    const length = typeof reference === 'string' ? reference.length : 0
    const target = budget.take(1 + length / CHARS_OF_A_STEP)
      ? resolveReference(root, reference)
      : refuse('schema_too_large')
    if (typeof reference === 'string') known.set(reference, target)
    return target
  }
}

/**
 * Follows a reference within the document. It refuses a reference to another document and never
 * fetches it: a server would choose what we connect to.
 */
function resolveReference(
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
 * Gives the segments of a local reference. Its fragment may be percent-encoded (RFC 6901 section
 * 6).
 */
export function referenceSegments(reference: string): readonly string[] {
  try {
    return unescapeSegments(decodeURIComponent(reference.slice(1)))
  } catch {
    return unescapeSegments(reference.slice(1))
  }
}

/**
 * Whether the schema uses keywords that we do not support. With them, the text alone does not tell
 * where references lead.
 */
export function usesUnsupported(schema: UnknownObject, isRoot: boolean): boolean {
  if (Object.hasOwn(schema, '$dynamicRef') || Object.hasOwn(schema, '$recursiveRef')) return true
  // Below the root, an `$id` changes where every `#/…` inside it leads.
  return !isRoot && typeof schema.$id === 'string' && !schema.$id.startsWith('#')
}
