// The answer of an API as the result of a tool: its text, and the structured part by its schema.

import { readBytes } from '../../core/http/bounded-body.ts'
import { parseForeignJson, type UnknownObject } from '../../core/json.ts'
import type { Operation } from './operation.ts'
import { structuredBy } from './result-schema.ts'

const MAX_BYTES = 1024 * 1024
const DEADLINE_MS = 60_000

/**
 * Whether an answer is about the credential or the API's health, and not about the call: such an answer
 * is judged as that of an MCP server is.
 */
export function isForCarry({ status }: Response): boolean {
  return (
    status === 0 || (status >= 300 && status < 400) || [401, 403, 502, 503, 504].includes(status)
  )
}

/** Reads the answer. A body that is too large, or no text, is only told of. */
export async function readAnswer(
  response: Response,
  { result }: Operation,
): Promise<UnknownObject> {
  const { status, headers } = response
  const isError = status >= 400
  const read = await readBytes(response, { maxBytes: MAX_BYTES, deadlineMs: DEADLINE_MS })
  const type = (headers.get('content-type') ?? '').toLowerCase()
  const isJson = /^[^;]*\bjson\b/.test(type)
  const body = read.ok ? bodyAs(read.value, type) : undefined
  const text = read.ok
    ? (body ?? `(${read.value.length} bytes of ${mediaTypeOf(type)}, which is no text)`)
    : read.refusal === 'too_large'
      ? `(its body has more than ${MAX_BYTES} bytes, and is left out)`
      : '(its body could not be read to its end)'
  const said =
    isError || text === '' || !read.ok ? `The API answered ${status}. ${text}`.trim() : text
  const value = isJson && body !== undefined ? parseForeignJson(body) : undefined
  return {
    resultType: 'complete',
    content: [{ type: 'text', text: said }],
    // A client refuses a result that lacks what the tool's schema announces.
    ...(result && !isError ? { structuredContent: structuredBy(result, value) } : {}),
    ...(isError ? { isError: true } : {}),
  }
}

function bodyAs(bytes: Uint8Array, type: string): string | undefined {
  if (bytes.length === 0) return ''
  const isText = type === '' || /^text\/|\bjson\b|\bxml\b|\byaml\b|x-www-form-urlencoded/.test(type)
  return isText ? new TextDecoder().decode(bytes) : undefined
}

function mediaTypeOf(type: string): string {
  return /^[\w.+-]+\/[\w.+-]+/.exec(type)?.[0] ?? 'unknown type'
}
