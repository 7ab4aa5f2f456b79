// Rewrites a stream of server-sent events, each when it is complete, however the stream is cut into
// chunks.

import { AuthError, type RefusalReason } from '../../core/errors.ts'
import { parseJson } from '../../core/json.ts'
import { toError } from '../../core/sentences.ts'
import { eventLines } from './event-lines.ts'
import { isAnswerTo } from './message.ts'
import { type AnswerRules, rewriteJson } from './rules.ts'

type Bytes = Uint8Array<ArrayBuffer>
type Output = ReadableStreamDefaultController<Bytes>

/**
 * Rewrites a stream. When it breaks off, the awaited call is answered, or the stream ends in an
 * AuthError.
 */
export function rewriteEvents(
  source: ReadableStream<Bytes>,
  rules: AnswerRules,
): ReadableStream<Bytes> {
  const { awaited, server } = rules
  const reader = source.getReader()
  const encoder = new TextEncoder()
  const completeEvents = eventLines(rules.maxChars, server)
  let isAnswered = false
  let isResumable = false
  const watching: AnswerRules = {
    ...rules,
    message(message) {
      if (awaited && isAnswerTo(awaited.id, message)) isAnswered = true
      return rules.message(message)
    },
  }

  /** Ends the stream. A call that is still not answered gets its answer first. */
  function close(output: Output, reason: RefusalReason): void {
    if (awaited && !isAnswered)
      output.enqueue(encoder.encode(`data: ${JSON.stringify(awaited.instead(reason))}\n\n`))
    output.close()
  }

  /** The foreign error ends here. */
  function fail(output: Output, error: unknown): void {
    reader.cancel().catch(() => {})
    const reason = error instanceof AuthError ? error.code : 'server_unavailable'
    // A client may resume after a broken connection, but not what we ended ourselves.
    const endedByUs =
      error instanceof AuthError || rules.signal?.aborted === true || isTimeout(error)
    if (awaited && !isAnswered && (endedByUs || !isResumable)) close(output, reason)
    else output.error(toError({ reason, server }))
  }

  return new ReadableStream({
    async pull(output) {
      try {
        for (let wrote = false; !wrote; ) {
          const { done, value } = await reader.read()
          // Lines after the last complete event are dropped: the standard says that they are no
          // event, and they may be the beginning of a secret.
          if (done)
            return isResumable && !rules.signal?.aborted
              ? output.close()
              : close(output, 'server_unavailable')
          for (const lines of completeEvents(value)) {
            // With an event's id a client may ask for the events after it (MCP 2025-11-25).
            isResumable ||= lines.some((line) => /^id: ?[^ ]/.test(line))
            output.enqueue(encoder.encode(`${await rewriteEvent(lines, watching)}\n\n`))
            wrote = true
          }
        }
      } catch (error) {
        fail(output, error)
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

/** Whether our deadline has passed, or the caller's own `AbortSignal.timeout`. */
function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}

async function rewriteEvent(event: readonly string[], rules: AnswerRules): Promise<string> {
  const lines: string[] = []
  const data: string[] = []
  for (const line of event) {
    if (line.startsWith(':')) lines.push(':')
    else if (/^data(?::|$)/.test(line)) data.push(line.replace(/^data:? ?/, ''))
    else lines.push(rules.text(line))
  }
  if (data.length === 0) return lines.join('\n')
  const value = parseJson(data.join('\n'))
  // Empty data opens a stream. Other data that is no JSON is dropped: no client can read it, and
  // the server may fill it with anything.
  const next = value === undefined ? '' : await rewriteJson(value, rules)
  return [...lines, ...next.split('\n').map((line) => `data: ${line}`)].join('\n')
}
