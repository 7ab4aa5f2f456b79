// Reading a request's body once: bounded in bytes and in time, and parsed without letting it reach a prototype.

import { problem, REFUSED_BY_HTTP } from './problem.ts'

/** The body as it came, and what it says; or the answer to send. */
export type ReadBody =
  | { readonly ok: true; readonly text: string; readonly value: unknown }
  | { readonly ok: false; readonly response: Response }

/**
 * Reads and parses the JSON body of a request.
 *
 * @param limit Bytes.
 * @param deadline Milliseconds for all of it, so that a caller who sends a byte now and then is not waited for.
 */
export async function readJson(
  request: Request,
  limit: number,
  deadline: number,
): Promise<ReadBody> {
  const tooLarge = () => problem(413, REFUSED_BY_HTTP, 'The request body is too large.')
  if (Number(request.headers.get('content-length') ?? 0) > limit) {
    await request.body?.cancel()
    return { ok: false, response: tooLarge() }
  }
  const bytes = await collect(request, limit, deadline)
  if (bytes === 'too large') return { ok: false, response: tooLarge() }
  if (bytes === 'too slow')
    return {
      ok: false,
      response: problem(408, REFUSED_BY_HTTP, 'The request body did not come in time.'),
    }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return { ok: true, text, value: parseSafely(text) }
  } catch {
    // The parser's error quotes the body; it ends here.
    return {
      ok: false,
      response: problem(400, -32_700, 'Parse error: the request body is not acceptable JSON.'),
    }
  }
}

async function collect(
  request: Request,
  limit: number,
  deadline: number,
): Promise<Uint8Array | 'too large' | 'too slow'> {
  const reader = request.body?.getReader()
  if (!reader) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  let late = false
  const timer = setTimeout(() => {
    late = true
    reader.cancel().catch(() => {})
  }, deadline)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (late) return 'too slow'
      if (done) break
      size += value.length
      if (size > limit) {
        await reader.cancel()
        return 'too large'
      }
      chunks.push(value)
    }
  } finally {
    clearTimeout(timer)
  }
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

/**
 * `__proto__` as a key makes an object that reads differently once somebody copies it: `method` would come from its prototype, behind
 * our check. No MCP message has one, so it is refused at any depth, however it is escaped.
 */
function parseSafely(text: string): unknown {
  if (!/__proto__|\\u00/i.test(text)) return JSON.parse(text)
  return JSON.parse(text, (key, value) => {
    if (key === '__proto__') throw new SyntaxError('__proto__ is no acceptable key')
    return value
  })
}
