// Another version of a message, and the way back to one before. Our server keeps them; with another
// one, the new version is sent as one more message.

import type { UserMessageItem } from '../../src/chatkit/protocol/item.ts'
import { Refused } from '../client/refused.ts'
import { withOwnMessage } from '../state/conversation.ts'
import { loadOlder } from './actions.ts'
import { comeBack, runRequest } from './answers.ts'
import { inputOf, messageOf, sendDraft } from './send.ts'
import { type Session, showFailure } from './session.ts'

/** Sends another version of a message. Resolves when its answer is over. */
export async function editMessage(
  session: Session,
  message: UserMessageItem,
  text: string,
): Promise<void> {
  const { state, visit, threadId, parts } = session
  if (state.phase !== 'idle' || threadId === undefined) return
  const { attachments, quoted_text, inference_options } = message
  const draft = {
    text,
    attachments,
    inferenceOptions: inference_options,
    ...(quoted_text === undefined ? {} : { quotedText: quoted_text }),
  }
  const key = parts.newId()
  const own = messageOf(session, draft, key)
  const { conversation: before } = state
  const at = before.entries.findIndex(({ item }) => item.id === message.id)
  if (at < 0) return
  const cut = { ...before, entries: before.entries.slice(0, at), canStop: true }
  session.update(withOwnMessage(cut, own))
  const params = { thread_id: threadId, item_id: message.id, input: inputOf(own) }
  try {
    await runRequest(session, { type: 'onbehalf.branches.edit', params, idempotencyKey: key })
  } catch (error) {
    if (visit !== session.visit) return
    session.update(before)
    if (isUnknown(error)) return await sendDraft(session, draft, key)
    showFailure(session, error, 'unreachable', () => editMessage(session, message, text))
  }
}

/** Shows another version of a message, or another answer to it. */
export async function chooseBranch(
  session: Session,
  { id }: UserMessageItem,
  of: 'message' | 'answer',
  number: number,
): Promise<void> {
  const { state, visit, threadId } = session
  if (state.phase !== 'idle' || threadId === undefined) return
  const { length } = state.conversation.entries
  const params = { thread_id: threadId, item_id: id, of, number }
  try {
    await runRequest(session, { type: 'onbehalf.branches.choose', params })
  } catch (error) {
    if (visit === session.visit)
      showFailure(session, error, 'unreachable', () => comeBack(session, threadId))
    return
  }
  if (visit !== session.visit) return
  await comeBack(session, threadId)
  // The newest items may not reach back to where the person was.
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const { entries, older } = session.state.conversation
    if (visit !== session.visit || older === undefined || entries.length >= length) return
    await loadOlder(session)
  }
}

const MAX_PAGES = 10

/** Whether the server does not know such a request. */
function isUnknown(error: unknown): boolean {
  return error instanceof Refused && ![401, 403, 404, 409, 429, 503].includes(error.status)
}
