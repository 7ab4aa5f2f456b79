// Reads a JSON object from a request, bounded in size. The parsers decide what the object may hold.

/** A task with every field at its longest is far smaller. */
const MAX_BODY_BYTES = 64 * 1024

/** The object, or why there is none. */
export type Body =
  | { readonly ok: true; readonly value: object }
  | {
      readonly ok: false
      readonly code: 'body_malformed' | 'body_too_large' | 'body_type_unsupported'
    }

/** Reads the body. `content-length` is only a hint, so the bytes are counted as they come. */
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
    // JSON.parse makes `__proto__` a plain own property, which the strict schemas then refuse as
    // unknown.
    const value: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)),
    )
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { ok: true, value }
  } catch {
    // Falls through: a text that is not UTF-8 or not JSON is malformed.
  }
  return { ok: false, code: 'body_malformed' }
}
