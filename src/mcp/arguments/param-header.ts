// Reads `x-mcp-header` (MCP 2026-07-28, Streamable HTTP): the parameters that a server wants
// repeated in a header, and the form that a value has there. It sends nothing. The binding decides
// whether a hidden value may go there (threat 61).

import { granted, type Result } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { type StepBudget, stepBudget } from '../../core/steps.ts'
import { below, type Place, rootPlace, segmentsOf } from './places.ts'
import { covers, formatPointer, MAX_DEPTH, type Segments } from './pointer.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'
import { entriesOf, MAX_TOOL_STEPS, sizeOf, subschemas } from './schema.ts'

/** A parameter that is repeated in a header. */
export interface MirroredParameter {
  readonly pointer: string
  readonly segments: Segments
  /** The name in the annotation. The header is called `Mcp-Param-` and this name. */
  readonly header: string
}

/** A header name: a token of RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/**
 * Reads the annotations of an input schema. The protocol says that a tool is unusable when an
 * annotation is not reached through `properties` alone, is on a value that is no string, integer or
 * boolean, is no header name, or is there twice.
 */
export function mirroredParameters(
  schema: UnknownObject,
  budget: StepBudget = stepBudget(MAX_TOOL_STEPS),
): Result<readonly MirroredParameter[], ArgumentRefusal> {
  const found: MirroredParameter[] = []
  const headers = new Set<string>()
  const queue: Entered[] = [{ schema, place: rootPlace(), depth: 0 }]
  // The queue grows while the loop reads it.
  for (const entered of queue) {
    const { schema: here, place, depth } = entered
    if (depth > MAX_DEPTH) return refuse('schema_too_deep')
    if (!budget.take(sizeOf(here))) return refuse('schema_too_large')
    if (Object.hasOwn(here, 'x-mcp-header')) {
      const header = here['x-mcp-header']
      if (!place || place.level === 0 || !isHeaderFor(here, header))
        return refuse('annotation_invalid')
      if (headers.has(header.toLowerCase())) return refuse('annotation_invalid')
      headers.add(header.toLowerCase())
      if (!budget.take(1 + place.chars)) return refuse('schema_too_large')
      const segments = segmentsOf(place)
      found.push({ pointer: formatPointer(segments), segments, header })
    }
    for (const inner of insideOf(entered)) queue.push(inner)
  }
  return granted(found)
}

/** A schema, and the place that `properties` alone lead to; undefined behind any other keyword. */
interface Entered {
  readonly schema: UnknownObject
  readonly place: Place | undefined
  readonly depth: number
}

/** Whether an annotation is a header name, on a value that a header can carry. */
function isHeaderFor({ type }: UnknownObject, header: unknown): header is string {
  return (
    typeof header === 'string' &&
    TOKEN.test(header) &&
    (type === 'string' || type === 'integer' || type === 'boolean')
  )
}

function* insideOf({ schema, place, depth }: Entered): Iterable<Entered> {
  for (const [name, inner] of entriesOf(schema.properties))
    if (isObject(inner))
      yield { schema: inner, place: place && below(place, [name]), depth: depth + 1 }
  for (const [keyword, inner] of subschemas(schema))
    if (keyword !== 'properties') yield { schema: inner, place: undefined, depth: depth + 1 }
  for (const container of [schema.$defs, schema.definitions])
    for (const [, inner] of entriesOf(container))
      if (isObject(inner)) yield { schema: inner, place: undefined, depth: depth + 1 }
}

/** Whether this pointer hides a value that the server wants repeated in a header. */
export function isMirrored(mirrored: readonly MirroredParameter[], hidden: Segments): boolean {
  return mirrored.some(({ segments }) => covers(hidden, segments))
}

/**
 * Makes the header that repeats a value. The value is in Base64 if it is no plain text, or if the
 * server could take it for Base64.
 *
 * @returns The name and the value of the header. Undefined for null, for an absent value and for
 *   one that no header can carry: then leave the header out.
 */
export function paramHeader(
  header: string,
  value: unknown,
): readonly [name: string, value: string] | undefined {
  if (
    typeof value === 'number'
      ? !Number.isSafeInteger(value)
      : typeof value !== 'string' && typeof value !== 'boolean'
  )
    return undefined
  const text = `${value}`
  const plain =
    /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !/^=\?base64\?.*\?=$/.test(text)
  return [`Mcp-Param-${header}`, plain ? text : `=?base64?${base64(text)}?=`]
}

function base64(text: string): string {
  return btoa(
    Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''),
  )
}
