// Runs a request to its end, and does what the end leads to: it reads the thread again after a bad
// end, runs a tool of the page, or follows an answer that still goes on.

import type { ClientToolCallItem } from '../../src/chatkit/protocol/item.ts'
import { defined } from '../client/json.ts'
import type { ThreadHead } from '../client/parse.ts'
import { isSignedOut, Refused } from '../client/refused.ts'
import {
  cutAfter,
  EMPTY_CONVERSATION,
  hasPending,
  lastQuestion,
  pendingToolCall,
  withFailure,
  withNews,
  withStored,
  withToolOutput,
} from '../state/conversation.ts'
import { readThread } from './read-thread.ts'
import { type RunEnd, type RunRequest, runStream, runTool } from './runner.ts'
import { type Session, showFailure } from './session.ts'

/** Runs a request and what its end leads to. @throws what the server refused the request with */
export async function runRequest(session: Session, request: RunRequest): Promise<void> {
  const { visit } = session
  const end = await runStream(session, request)
  if (visit !== session.visit) return
  if (end.kind === 'refused') throw end.error
  session.again = () => retryAnswer(session)
  const id = session.threadId
  if (end.kind === 'broken') return await recover(session, id, end)
  if (id === undefined) return
  if ((end.kind === 'over' && hasPending(session.state.conversation)) || end.reread) {
    await readAgain(session, id).catch(() => undefined)
    if (visit !== session.visit) return
  }
  const call = pendingToolCall(session.state.conversation)
  if (end.kind === 'over' && call && !session.state.conversation.failure)
    await answerToolCall(session, id, call)
}

/** Returns to a thread whose answer may still be going on. */
export async function comeBack(session: Session, id: string): Promise<void> {
  const { visit } = session
  const repeat = () => comeBack(session, id)
  session.change({
    phase: 'loading',
    conversation: { ...session.state.conversation, failure: undefined },
  })
  try {
    const { run } = await readAgain(session, id)
    if (visit !== session.visit) return
    session.change({ phase: 'idle' })
    if (run)
      await showRun(session, { type: 'onbehalf.runs.resume', params: { thread_id: id } }, repeat)
    else if (pendingToolCall(session.state.conversation)) showInterrupted(session)
  } catch (error) {
    if (visit !== session.visit) return
    session.change({ phase: 'idle' })
    if (error instanceof Refused && error.status === 404) showGone(session, error)
    else showFailure(session, error, 'unreachable', repeat)
  }
}

/** Reads what has happened in the thread elsewhere, and follows an answer that is being written. */
export async function refresh(session: Session): Promise<void> {
  const { visit, threadId: id, state, parts } = session
  if (id === undefined || state.phase !== 'idle') return
  try {
    const { thread, page } = await readThread(parts.wire, id)
    if (visit !== session.visit || session.state.phase !== 'idle') return
    session.update(withNews(session.state.conversation, thread, page.data, page.after))
    if (thread.run !== 'running') return
  } catch {
    // What is on show stays. The next look may succeed.
    return
  }
  session.update({ ...session.state.conversation, failure: undefined })
  const follow = { type: 'onbehalf.runs.resume', params: { thread_id: id } } as const
  await showRun(session, follow, () => comeBack(session, id))
}

/**
 * Asks for the answer to the person's last message once more. `keepsOld`: our server keeps the one
 * that is there.
 */
export async function retryAnswer(session: Session, keepsOld = false): Promise<void> {
  const id = session.threadId
  const last = lastQuestion(session.state.conversation)
  if (!last || id === undefined || session.state.phase !== 'idle') return
  session.update(cutAfter(session.state.conversation, last.id))
  const params = defined({ thread_id: id, item_id: last.id, onbehalf_keep: keepsOld || undefined })
  await showRun(session, { type: 'threads.retry_after_item', params }, () => retryAnswer(session))
}

/**
 * Reads a thread and its newest items: what the server has stored counts.
 * @throws Refused, Unreachable
 */
async function readAgain(session: Session, id: string): Promise<ThreadHead> {
  const { visit } = session
  const { thread, page } = await readThread(session.parts.wire, id)
  if (visit === session.visit)
    session.update(withStored(session.state.conversation, thread, page.data, page.after))
  return thread
}

async function recover(
  session: Session,
  id: string | undefined,
  { error, resumable }: Extract<RunEnd, { kind: 'broken' }>,
): Promise<void> {
  const { visit } = session
  if (id !== undefined && !isSignedOut(error)) await readAgain(session, id).catch(() => undefined)
  if (visit === session.visit)
    showFailure(session, error, 'broken', () =>
      resumable && id !== undefined ? comeBack(session, id) : retryAnswer(session),
    )
}

async function answerToolCall(
  session: Session,
  thread_id: string,
  call: ClientToolCallItem,
): Promise<void> {
  const { visit } = session
  const outcome = await runTool(session, call)
  if (!outcome || visit !== session.visit) return
  const post = async (): Promise<void> => {
    session.update({ ...withToolOutput(session.state.conversation, call.id), failure: undefined })
    const params = { thread_id, result: outcome.result }
    await showRun(session, { type: 'threads.add_client_tool_output', params }, post)
  }
  await post()
}

/** Runs a request. A refusal is shown in the conversation, with a button that does `repeat`. */
async function showRun(
  session: Session,
  request: RunRequest,
  repeat: () => Promise<void>,
): Promise<void> {
  const { visit } = session
  try {
    await runRequest(session, request)
  } catch (error) {
    if (visit === session.visit) showFailure(session, error, 'unreachable', repeat)
  }
}

/**
 * Says that the page left before its tool answered. The tool does not run again: it may have done
 * its work.
 */
function showInterrupted(session: Session): void {
  session.again = () => retryAnswer(session)
  const message = session.parts.text('interrupted')
  session.update(withFailure(session.state.conversation, { message, remedy: 'retry' }))
}

/**
 * The thread was deleted, or was never this person's: there is nothing to go on with, and nothing
 * to try again.
 */
function showGone(session: Session, { code, status }: Refused): void {
  const message = session.parts.text('gone')
  session.update(withFailure(EMPTY_CONVERSATION, { message, remedy: 'none' }))
  session.parts.listener.failed(message, code, status)
}
