// Hears each change of the chat: it draws the change, makes a screen reader say it, and tells the
// host page.

import { SUGGESTIONS } from '../src/chatkit/protocol/ours.ts'
import type { Chat, ChatListener } from './chat/parts.ts'
import type { Uploads } from './chat/uploads.ts'
import { list } from './client/json.ts'
import type { ChatEventMap } from './settings/events.ts'
import type { Translate } from './settings/named-text.ts'
import type { Words } from './settings/words.ts'
import type { Entry } from './state/conversation.ts'
import { createDrawer } from './view/drawer.ts'
import type { Frame } from './view/frame.ts'
import { describeEnd } from './view/sentences.ts'

/** So many messages to go on with are shown at most. */
const MAX_SUGGESTIONS = 6

/** Tells a host page. */
export type Tell = <K extends keyof ChatEventMap>(name: K, detail: ChatEventMap[K]) => void

/** Makes the listener. */
export function createListener(
  words: Words,
  translate: Translate,
  tell: Tell,
  uploads: Uploads,
  parts: () => { readonly chat: Chat; readonly frame: Frame | undefined },
): ChatListener {
  const draw = createDrawer(() => {
    const { chat, frame } = parts()
    frame?.draw(chat.state)
  })
  /** What was there before the answer, which is not said again after it. */
  let before: readonly Entry[] = []
  /** The id of the thread that is being read. */
  let loading: string | undefined
  return {
    changed({ phase, conversation: { thread } }) {
      draw(phase)
      const id = phase === 'loading' ? thread?.id : undefined
      if (id === loading) return
      if (loading !== undefined) tell('chat-thread-load', { id: loading, state: 'end' })
      loading = id
      if (id !== undefined) tell('chat-thread-load', { id, state: 'start' })
    },
    threadChanged(thread, isOther) {
      const { frame } = parts()
      frame?.threads.current(thread)
      if (isOther) frame?.suggest([])
      uploads.show(thread?.id ?? '', isOther)
      frame?.composer.show(thread?.id ?? '', isOther)
      tell('chat-thread', { id: thread?.id ?? null, title: thread?.title })
    },
    async signIn() {
      const waits: Promise<unknown>[] = []
      tell('chat-sign-in', { waitUntil: (done) => void waits.push(done) })
      await Promise.all(waits)
    },
    event(event) {
      tell('chat-event', { event })
      if (event.type !== 'client_effect') return
      tell('chat-client-effect', { name: event.name, data: event.data })
      if (event.name === SUGGESTIONS)
        parts().frame?.suggest(
          list(event.data.texts)
            .filter((text) => typeof text === 'string')
            .slice(0, MAX_SUGGESTIONS),
        )
    },
    started(run) {
      const { chat, frame } = parts()
      before = chat.state.conversation.entries
      frame?.suggest([])
      frame?.say(words('waiting'))
      tell('chat-response-start', run)
    },
    ended(run, outcome) {
      const { chat, frame } = parts()
      frame?.say(describeEnd(outcome, chat.state, before, words, translate))
      tell('chat-response-end', { ...run, outcome })
    },
    failed(message, code, status) {
      parts().frame?.say(message)
      tell('chat-error', { message, code, status })
    },
  }
}
