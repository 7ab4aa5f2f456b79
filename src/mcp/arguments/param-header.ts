// Reads `x-mcp-header` (MCP 2026-07-28, Streamable HTTP): the parameters that a server wants
// repeated in a header, and the form that a value has there. It sends nothing. The binding decides
// whether a hidden value may go there (threat 61).

import { granted, type Result } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { covers, formatPointer, MAX_DEPTH, type Segments } from './pointer.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'
import { entriesOf, MAX_SCHEMAS, subschemas } from './schema.ts'

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
): Result<readonly MirroredParameter[], ArgumentRefusal> {
  const found: MirroredParameter[] = []
  const queue: (readonly [schema: UnknownObject, at: Segments | undefined, depth: number])[] = [
    [schema, [], 0],
  ]
  let visits = 0
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [here, at, depth] = next
    if (depth > MAX_DEPTH) return refuse('schema_too_deep')
    if (++visits > MAX_SCHEMAS) return refuse('schema_too_large')
    if (Object.hasOwn(here, 'x-mcp-header')) {
      const header = here['x-mcp-header']
      if (!at || at.length === 0 || typeof header !== 'string' || !TOKEN.test(header))
        return refuse('annotation_invalid')
      if (here.type !== 'string' && here.type !== 'integer' && here.type !== 'boolean')
        return refuse('annotation_invalid')
      if (found.some((other) => other.header.toLowerCase() === header.toLowerCase()))
        return refuse('annotation_invalid')
      found.push({ pointer: formatPointer(at), segments: at, header })
    }
    for (const [name, inner] of entriesOf(here.properties))
      if (isObject(inner)) queue.push([inner, at && [...at, name], depth + 1])
    for (const [keyword, inner] of subschemas(here))
      if (keyword !== 'properties') queue.push([inner, undefined, depth + 1])
    for (const container of [here.$defs, here.definitions])
      for (const [, inner] of entriesOf(container))
        if (isObject(inner)) queue.push([inner, undefined, depth + 1])
  }
  return granted(found)
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
