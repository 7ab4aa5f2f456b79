// Answers one request in a caller's name, and ends the caller when the answer is over.

import type { Caller } from './caller.ts'
import { onBodyEnd } from './core/http/on-body-end.ts'

/** Makes the answer to one request, in a caller's name. */
export type AnswerInNameOf = (caller: Caller) => Response | Promise<Response>

/**
 * Runs `answer`, and gives its response on. The caller ends when the body of the response is over,
 * when the client has gone, or when `answer` fails.
 *
 * @throws TypeError when `answer` gives no response; and what `answer` throws.
 */
export async function answerAs(
  caller: Caller,
  signal: AbortSignal,
  answer: AnswerInNameOf,
): Promise<Response> {
  const end = () => {
    signal.removeEventListener('abort', end)
    // The vault may be away. Its credential ends by itself, with the token.
    void caller.end().catch(() => {})
  }
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  try {
    const response = await answer(caller)
    if (!isResponse(response))
      throw new TypeError(
        'handle: the function must return a Response; return Response.json(…), or the stream of your framework as a Response',
      )
    return onBodyEnd(response, end)
  } catch (error) {
    end()
    throw error
  }
}

/** Frameworks bring classes of their own. */
function isResponse(value: Response): boolean {
  return typeof value === 'object' && value !== null && 'status' in value && 'body' in value
}
