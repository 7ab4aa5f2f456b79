// The other way round: an answer of the AI SDK for a page that uses its `useChat`.

import { providerError } from '../../agent/model-failure.ts'
import { onBodyEnd } from '../../core/http/on-body-end.ts'
import { sentenceFor } from '../../core/sentences.ts'

/** What `streamText` and the `stream` of a `ToolLoopAgent` give. */
export interface UiMessageStream {
  toUIMessageStreamResponse(options: { onError: (error: unknown) => string }): Response
}

/**
 * Answers a page that uses `useChat`. Inside `onbehalf.handle`, the door stands in front of it, and the
 * caller ends with the stream. The page reads a fixed sentence about an error, and no foreign text.
 *
 * @param sessions What ends with the stream, as `aiSdkTools` gives it.
 *
 * @example
 * ```ts
 * export const POST = (request: Request) =>
 *   onbehalf.handle(request, async (caller) => {
 *     const { messages } = await request.json()
 *     const tasks = await aiSdkTools(caller, 'Tasks')
 *     const result = streamText({
 *       model, tools: tasks.tools, messages: await convertToModelMessages(messages),
 *     })
 *     return uiMessageResponse(result, tasks)
 *   })
 * ```
 */
export function uiMessageResponse(
  stream: UiMessageStream,
  ...sessions: readonly AsyncDisposable[]
): Response {
  const response = stream.toUIMessageStreamResponse({
    onError: (error) => sentenceFor(providerError(error)),
  })
  return onBodyEnd(response, () => {
    // The caller may have ended first.
    for (const session of sessions)
      void Promise.resolve(session[Symbol.asyncDispose]()).catch(() => undefined)
  })
}
