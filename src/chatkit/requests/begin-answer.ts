// Begins the answer to a request whose thread is taken: stores what the request brings, and starts
// the app's part. A refused request leaves nothing behind.

import { granted, type Result } from '../../core/errors.ts'
import { fixedFrames } from '../http/frames.ts'
import type { AnswerContext, ChatCaller } from '../options.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import type { Item } from '../protocol/item.ts'
import { RENEWS } from '../protocol/ours.ts'
import { NOT_FOUND, refuse, type WireRefusal } from '../protocol/refusal.ts'
import { bringsMessage, type StreamRequest } from '../protocol/request.ts'
import type { Run } from '../runs/run.ts'
import { act } from './begin/action.ts'
import type { Beginning, BeginParts } from './begin/beginning.ts'
import { chooseBranch, editMessage } from './begin/branches.ts'
import { addMessage, answerFirst, createThread, type NewThread } from './begin/message.ts'
import { retryAfter } from './begin/retry.ts'
import { addStructuredInput } from './begin/structured-input.ts'
import { addToolOutput } from './begin/tool-output.ts'
import {
  contextOf,
  type PageSays,
  type StreamAnswer,
  type StreamAsked,
  type StreamServer,
} from './context.ts'
import { presentItem, refuseUnlessOpen } from './items.ts'

/**
 * Begins the answer.
 *
 * @param messageId Id for the message that the request may bring.
 * @param stored The thread of the request, when it was stored as the run began.
 * @returns The stream that its client reads; or a refusal, with nothing stored.
 */
export async function beginAnswer<C extends ChatCaller>(
  run: Run,
  messageId: string,
  { request, headers, caller, threads }: StreamAsked<C>,
  server: StreamServer<C>,
  stored?: NewThread,
): Promise<Result<StreamAnswer, WireRefusal>> {
  const { threadId } = run.record
  const { runs, limits, attachments, now } = server
  const createdAt = new Date(now()).toISOString()
  const parts = { ...server, threads, threadId, createdAt, messageId }
  const begun = stored ? granted(answerFirst(stored, parts)) : await storeRequest(request, parts)
  if (!begun.ok || !begun.value.begin) {
    await run.undo(false).catch((error) => run.report(error))
    if (!begun.ok) return begun
    return granted({ frames: fixedFrames(begun.value.prelude), endsCaller: false })
  }
  const { thread, prelude, begin } = begun.value
  const context: Omit<AnswerContext<C>, 'signal'> = {
    ...contextOf(pageOf(request, headers), caller, threads, threadId, server),
    updateThread(change) {
      if ((change.title?.length ?? 0) > limits.titleLength)
        throw new TypeError(`The title is longer than ${limits.titleLength} characters`)
      run.changeThread(change)
    },
    proposeTitle: (title) => run.proposeTitle(title.slice(0, limits.titleLength)),
  }
  if (request.metadata?.[RENEWS] === true) caller.renewWith?.(askedOf<C>(run))
  const frames = runs.answer(run, {
    thread,
    prelude,
    begin: withSignal(begin, context),
    present: presentWith(attachments),
  })
  return granted({ frames, endsCaller: true })
}

function pageOf(request: StreamRequest, headers: PageSays['headers']): PageSays {
  return {
    metadata: request.metadata ?? {},
    inputMetadata: (bringsMessage(request) ? request.params.input.metadata : undefined) ?? {},
    headers,
  }
}

// In functions of their own, so that a waiting stream does not hold its request by way of them.

function withSignal<C extends ChatCaller>(
  begin: (context: AnswerContext<C>) => AsyncIterable<AnswerEvent>,
  context: Omit<AnswerContext<C>, 'signal'>,
): (signal: AbortSignal) => AsyncIterable<AnswerEvent> {
  return (signal) => begin({ ...context, signal })
}

/** Asks the page of the run. What a page brings was admitted by the app like any other request. */
function askedOf<C extends ChatCaller>(run: Run): (signal: AbortSignal) => Promise<C | undefined> {
  return async (signal) => (await run.signIns.ask(signal)) as C | undefined
}

function presentWith(attachments: Parameters<typeof presentItem>[1]): (item: Item) => Item {
  return (item) => presentItem(item, attachments)
}

/** Stores what a request brings, and says how its answer begins. */
async function storeRequest<C extends ChatCaller>(
  request: StreamRequest,
  parts: BeginParts<C>,
): Promise<Result<Beginning<C>, WireRefusal>> {
  if (request.type === 'threads.create') return createThread(request.params, parts)
  const thread = await parts.threads.get(parts.threadId)
  if (!thread) return refuse(NOT_FOUND)
  const refusal = refuseUnlessOpen(thread)
  if (refusal) return refuse(refusal)
  switch (request.type) {
    case 'threads.add_user_message':
      return addMessage(thread, request.params, parts)
    case 'threads.add_client_tool_output':
      return addToolOutput(thread, request.params, parts)
    case 'threads.add_structured_input':
      return addStructuredInput(thread, request.params, parts)
    case 'threads.retry_after_item':
      return retryAfter(thread, request.params, parts)
    case 'threads.custom_action':
      return act(thread, request.params, parts)
    case 'onbehalf.branches.edit':
      return editMessage(thread, request.params, parts)
    case 'onbehalf.branches.choose':
      return chooseBranch(thread, request.params, parts)
  }
}
