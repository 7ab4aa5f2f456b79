// Reads a JSON object from a request, bounded in size. What the object may hold is for the parsers.

/** Bytes; a task with every field at its longest is far below. */
const LARGEST_BODY = 64 * 1024

export type Body =
  | { readonly ok: true; readonly value: object }
  | {
      readonly ok: false
      readonly code: 'body_malformed' | 'body_too_large' | 'body_type_unsupported'
    }

/** Reads the body; `content-length` is only a hint, so the bytes are counted as they come. */
export async function readJson(request: Request): Promise<Body> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json' && type !== 'application/merge-patch+json')
    return { ok: false, code: 'body_type_unsupported' }
  if (Number(request.headers.get('content-length')) > LARGEST_BODY)
    return { ok: false, code: 'body_too_large' }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > LARGEST_BODY) return { ok: false, code: 'body_too_large' }
    chunks.push(chunk)
  }
  try {
    // JSON.parse makes `__proto__` a plain own property, which the strict schemas then refuse as unknown.
    const value: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)),
    )
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { ok: true, value }
  } catch {
    // Falls through: what is no UTF-8 or no JSON is malformed.
  }
  return { ok: false, code: 'body_malformed' }
}
