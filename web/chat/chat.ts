// The conversation's logic: which thread is on show, and what the person can do in it. It draws
// nothing.

import { EMPTY_CONVERSATION, withoutNotice } from '../state/conversation.ts'
import { loadOlder, sendAction, sendAnswers, sendFeedback } from './actions.ts'
import { comeBack, refresh, retryAnswer } from './answers.ts'
import { chooseBranch, editMessage } from './branches.ts'
import type { Chat, ChatParts } from './parts.ts'
import { leaveRun, stopRun } from './runner.ts'
import { resend, sendDraft, withdraw } from './send.ts'
import { createSession, type Session } from './session.ts'

/** Nothing is going on. */
const QUIET = { phase: 'idle', lost: false, loadingOlder: false } as const

/** Makes a chat with a new conversation on show. */
export function createChat(parts: ChatParts): Chat {
  const session = createSession(parts)
  return {
    get state() {
      return session.state
    },
    open: (id) => openThread(session, id),
    startNew() {
      leave(session)
      session.show(EMPTY_CONVERSATION, 'idle')
    },
    leave() {
      leave(session)
      session.change(QUIET)
    },
    async send(draft) {
      const { phase, conversation } = session.state
      const status = conversation.thread?.status.type ?? 'active'
      if (phase === 'idle' && status === 'active') await sendDraft(session, draft, parts.newId())
    },
    resend: (itemId) => resend(session, itemId),
    withdraw: (itemId) => withdraw(session, itemId),
    again: () => retryAnswer(session, true),
    edit: (message, text) => editMessage(session, message, text),
    choose: (message, of, number) => chooseBranch(session, message, of, number),
    refresh: () => refresh(session),
    stop: () => stopRun(session),
    remedy: () => remedy(session),
    act: (action, itemId, { streaming }) => sendAction(session, action, itemId, streaming),
    answer: (itemId, input) => sendAnswers(session, itemId, input),
    loadOlder: () => loadOlder(session),
    dismiss: (noticeId) => session.update(withoutNotice(session.state.conversation, noticeId)),
    feedback: (itemIds, kind) => sendFeedback(session, itemIds, kind),
    retitle(title) {
      const { conversation } = session.state
      const { thread } = conversation
      if (thread) session.update({ ...conversation, thread: { ...thread, title } })
    },
  }
}

async function openThread(session: Session, id: string): Promise<void> {
  leave(session)
  const thread = {
    id,
    title: undefined,
    status: { type: 'active' },
    allowedImageDomains: [],
    run: undefined,
  } as const
  session.show({ ...EMPTY_CONVERSATION, thread }, 'loading')
  await comeBack(session, id)
}

function leave(session: Session): void {
  session.visit++
  leaveRun(session)
  session.again = async () => undefined
}

/** Does what the button beside an error does, after a new sign-in where that is what is missing. */
async function remedy(session: Session): Promise<void> {
  const { visit, state } = session
  const isSignIn = state.conversation.failure?.remedy === 'sign-in'
  // An answer that is being written may wait for the sign-in.
  if (state.phase !== 'idle' && !(state.phase === 'running' && isSignIn)) return
  if (isSignIn && !(await signsIn(session))) return
  if (visit !== session.visit) return
  session.update({ ...session.state.conversation, failure: undefined })
  await session.again()
}

/** Signs the person in again. Two presses are one. */
async function signsIn(session: Session): Promise<boolean> {
  if (session.signingIn) return false
  session.signingIn = true
  try {
    await session.parts.listener.signIn()
    await session.parts.wire.signInAgain()
    return true
  } catch {
    return false
  } finally {
    session.signingIn = false
  }
}
