// Puts the component together in one shadow root: the wire, the chat's logic and the views. The
// element itself is in element.ts.

import type { InferenceOptions } from '../src/chatkit/protocol/item.ts'
import { createChat } from './chat/chat.ts'
import type { Chat, ChatListener } from './chat/parts.ts'
import { createUploads } from './chat/uploads.ts'
import { browserWaker } from './client/browser-waker.ts'
import { browserClock, type Clock } from './client/clock.ts'
import { defined } from './client/json.ts'
import { randomHex } from './client/random.ts'
import { browserUpload } from './client/upload.ts'
import { createWire, type Wire } from './client/wire.ts'
import type { ItemHost } from './content/contract.ts'
import type { ChatEventMap } from './settings/events.ts'
import type { ChatSettings } from './settings/settings.ts'
import { type Words, word } from './settings/words.ts'
import { createDrawer } from './view/drawer.ts'
import { createFrame, type Frame } from './view/frame.ts'
import { describeEnd, describeProblem } from './view/sentences.ts'

/** What the element needs of the component. */
export interface Shell {
  readonly chat: Chat
  send(text: string, options?: InferenceOptions, quotedText?: string): Promise<void>
  focus(): void
  /** Makes the views again, after settings that they are made of have changed. */
  rebuild(): void
  /** Reads the list of conversations; with `again`, it first forgets the list of another person. */
  loadThreads(again: boolean): void
  /** The element left the page. A run that the server finishes without the page goes on. */
  leave(): void
}

/** Tells a host page. */
export type Tell = <K extends keyof ChatEventMap>(name: K, detail: ChatEventMap[K]) => void

/** Makes the component in a shadow root. */
export function createShell(root: ShadowRoot, settings: ChatSettings, tell: Tell): Shell {
  const words: Words = (key, values) => word(settings.words, key, values)
  const newId = () => randomHex(16)
  const endpoint = () => new URL(settings.endpoint, document.baseURI).href
  const clock = browserClock()
  const wire = createOwnWire(settings, endpoint, clock, tell)
  let frame: Frame | undefined

  const uploads = createUploads({
    wire,
    newId,
    upload: browserUpload,
    base: endpoint,
    options: () => settings.attachments,
    changed: () => frame?.composer.drawUploads(),
    problem: (problem) =>
      frame?.composer.problem(describeProblem(problem, settings.attachments, words)),
  })
  const chat: Chat = createChat({
    wire,
    clock,
    waker: browserWaker,
    newId,
    timestamp: () => new Date().toISOString(),
    clientTool: () => settings.onClientTool,
    text: words,
    listener: createListener(words, tell, () => ({ chat, frame })),
  })
  const host = createHost(chat, words, tell)

  const send: Shell['send'] = async (text, inferenceOptions = {}, quotedText) => {
    if (chat.state.phase !== 'idle') return
    frame?.conversation.toEnd()
    await chat.send(defined({ text, attachments: uploads.take(), inferenceOptions, quotedText }))
  }

  function rebuild(): void {
    const written = frame?.composer.read()
    frame = createFrame(root, { settings, words, wire, chat, uploads, host, send })
    if (written) frame.composer.write(written)
    frame.threads.current(chat.state.conversation.thread)
    frame.composer.drawUploads()
    frame.draw(chat.state)
  }
  rebuild()

  return {
    chat,
    send,
    rebuild,
    focus: () => frame?.composer.focus(),
    loadThreads(again) {
      if (again) frame?.threads.reset()
      if (settings.history && settings.endpoint !== '') void frame?.loadThreads()
    },
    leave() {
      uploads.clear()
      chat.leave()
    },
  }
}

/** Makes what draws each change of the chat, and tells the host page of it. */
function createListener(
  words: Words,
  tell: Tell,
  parts: () => { readonly chat: Chat; readonly frame: Frame | undefined },
): ChatListener {
  const draw = createDrawer(() => {
    const { chat, frame } = parts()
    frame?.draw(chat.state)
  })
  return {
    changed: ({ phase }) => draw(phase),
    threadChanged(thread) {
      parts().frame?.threads.current(thread)
      tell('chat-thread', { id: thread?.id ?? null, title: thread?.title })
    },
    event(event) {
      tell('chat-event', { event })
      if (event.type === 'client_effect')
        tell('chat-client-effect', { name: event.name, data: event.data })
    },
    started: (run) => tell('chat-response-start', run),
    ended(run, outcome) {
      const { chat, frame } = parts()
      frame?.say(describeEnd(outcome, chat.state, words))
      tell('chat-response-end', { ...run, outcome })
    },
    failed(message, code, status) {
      parts().frame?.say(message)
      tell('chat-error', { message, code, status })
    },
  }
}

/** Makes what the content may know and do. */
function createHost(chat: Chat, words: Words, tell: Tell): ItemHost {
  return {
    get busy() {
      return chat.state.phase !== 'idle'
    },
    get allowedImageDomains() {
      return chat.state.conversation.thread?.allowedImageDomains ?? []
    },
    text: words,
    async act(action, item) {
      const { type, payload, handler, streaming = true } = action
      if (handler === 'client') return tell('chat-action', { action, itemId: item.id })
      await chat.act(defined({ type, payload }), item.id, { streaming })
    },
    answer: (item, input) => chat.answer(item.id, input),
  }
}

function createOwnWire(
  settings: ChatSettings,
  endpoint: () => string,
  clock: Clock,
  tell: Tell,
): Wire {
  return createWire(
    () => ({
      endpoint: endpoint(),
      token: settings.token,
      fetch: settings.fetch ?? globalThis.fetch.bind(globalThis),
      metadata: settings.metadata,
      resumable: settings.resumable,
      extraHeaders:
        settings.extraHeaders === 'always' ||
        (settings.extraHeaders === 'same-origin' &&
          new URL(endpoint()).origin === globalThis.location.origin),
      language: settings.language,
    }),
    { clock, onResponse: (response) => tell('chat-response', response) },
  )
}
