// What the content of a conversation asks for: a widget's action, the answers to questions, a
// rating, older items.

import type { StructuredInputAnswers } from '../../src/chatkit/protocol/request.ts'
import { asFields, defined } from '../client/json.ts'
import { parseItem } from '../client/parse-item.ts'
import { Refused } from '../client/refused.ts'
import { applyEvent } from '../state/apply-event.ts'
import { withOlder } from '../state/conversation.ts'
import { runRequest } from './answers.ts'
import type { ServerAction } from './parts.ts'
import { readOlder } from './read-thread.ts'
import { messageFor, type Session } from './session.ts'

/** Sends an action. @throws Error with a message for the person when the server refuses it */
export async function sendAction(
  session: Session,
  action: ServerAction,
  itemId: string | undefined,
  isStreaming: boolean,
): Promise<void> {
  const { threadId, visit, parts } = session
  if (threadId === undefined) throw new Error(parts.text('failed'))
  const params = defined({ thread_id: threadId, action, item_id: itemId })
  await forPerson(session, async () => {
    if (isStreaming) {
      refuseUnlessIdle(session)
      return await runRequest(session, { type: 'threads.custom_action', params })
    }
    const answer = asFields(await parts.wire.ask('threads.sync_custom_action', params))
    const item = parseItem(answer.updated_item)
    if (item && visit === session.visit)
      session.update(applyEvent(session.state.conversation, { type: 'thread.item.replaced', item }))
  })
}

/**
 * Sends answers to a structured input.
 * @throws Error with a message for the person when the server refuses them
 */
export async function sendAnswers(
  session: Session,
  itemId: string,
  input: StructuredInputAnswers,
): Promise<void> {
  const { threadId = '' } = session
  await forPerson(session, async () => {
    refuseUnlessIdle(session)
    const params = { thread_id: threadId, item_id: itemId, input }
    await runRequest(session, { type: 'threads.add_structured_input', params })
  })
}

/** Rates items. @throws Error with a message for the person when the server refuses it */
export async function sendFeedback(
  session: Session,
  item_ids: readonly string[],
  kind: 'positive' | 'negative',
): Promise<void> {
  const { threadId, parts } = session
  if (threadId === undefined) return
  await forPerson(session, async () => {
    await parts.wire.ask('items.feedback', { thread_id: threadId, item_ids, kind })
  })
}

/**
 * Reads the items before the oldest one on show. Does nothing when there are none, or while it
 * reads them.
 */
export async function loadOlder(session: Session): Promise<void> {
  const { threadId, visit, state, parts } = session
  const { older } = state.conversation
  if (threadId === undefined || state.loadingOlder || older === undefined) return
  session.change({ loadingOlder: true })
  try {
    const page = await readOlder(parts.wire, threadId, older)
    if (visit === session.visit)
      session.update(withOlder(session.state.conversation, page.data, page.after))
  } catch (error) {
    if (visit === session.visit)
      parts.listener.failed(messageFor(parts, error, 'unreachable'), undefined, undefined)
  } finally {
    if (visit === session.visit) session.change({ loadingOlder: false })
  }
}

function refuseUnlessIdle({ state, threadId }: Session): void {
  if (state.phase !== 'idle' || threadId === undefined) throw new Refused(409, '')
}

/** Turns what is thrown into an error whose message is for the person; the content shows it. */
async function forPerson({ parts }: Session, request: () => Promise<void>): Promise<void> {
  try {
    await request()
  } catch (error) {
    throw new Error(messageFor(parts, error, 'unreachable'))
  }
}
