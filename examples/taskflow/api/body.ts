// Reads a JSON object of limited size from a request. The parsers decide which fields it may have.

/** The largest possible task is far smaller. */
const MAX_BODY_BYTES = 64 * 1024

/** The object, or the reason why there is none. */
export type Body =
  | { readonly ok: true; readonly value: object }
  | {
      readonly ok: false
      readonly code: 'body_malformed' | 'body_too_large' | 'body_type_unsupported'
    }

/** Reads the body. A caller can lie in `content-length`, so this counts the bytes that arrive. */
export async function readJson(request: Request): Promise<Body> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json' && type !== 'application/merge-patch+json')
    return { ok: false, code: 'body_type_unsupported' }
  if (Number(request.headers.get('content-length')) > MAX_BODY_BYTES)
    return { ok: false, code: 'body_too_large' }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > MAX_BODY_BYTES) return { ok: false, code: 'body_too_large' }
    chunks.push(chunk)
  }
  try {
    // JSON.parse turns `__proto__` into a plain own property. The strict schemas refuse it like any
    // unknown field.
    const value: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)),
    )
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { ok: true, value }
  } catch {
    // The text is not UTF-8 or not JSON: the line below says that it is malformed.
  }
  return { ok: false, code: 'body_malformed' }
}
