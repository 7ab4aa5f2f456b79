// Puts the component together in one shadow root: the wire, the chat's logic and the views. The
// element itself is in element.ts.

import { createChat } from './chat/chat.ts'
import { createKept, type Kept } from './chat/kept.ts'
import type { Chat } from './chat/parts.ts'
import { createUploads, type Uploads } from './chat/uploads.ts'
import { browserWaker } from './client/browser-waker.ts'
import { browserClock, type Clock } from './client/clock.ts'
import { defined } from './client/json.ts'
import { randomHex } from './client/random.ts'
import { type NamedPlace, tabPlace } from './client/tab-place.ts'
import { browserUpload } from './client/upload.ts'
import { createWire, type Wire } from './client/wire.ts'
import type { ItemHost } from './content/contract.ts'
import { deepLinkOf } from './content/deep-link.ts'
import type { Rich } from './content/rich.ts'
import { addMenu, listenForEntities } from './entities.ts'
import { createListener, type Tell } from './listener.ts'
import { createRich } from './rich/load.ts'
import type { Translate } from './settings/named-text.ts'
import type { ChatSettings } from './settings/settings.ts'
import { createSpeech, type Speech } from './speech.ts'
import type { Turn } from './state/turns.ts'
import { createFrame, type Frame, type Send } from './view/frame.ts'
import type { ComposerContent } from './view/message-form.ts'
import { describeProblem } from './view/sentences.ts'

/** What the element needs of the component. */
export interface Shell {
  readonly chat: Chat
  readonly send: Send
  focus(): void
  /** Puts something into the composer. */
  fill(content: ComposerContent): void
  /** Opens or closes the list of conversations. */
  showHistory(open: boolean): void
  /** Draws what a setting has changed. */
  settingChanged(name: keyof ChatSettings): void
  /** Reads the list of conversations; with `again`, it first forgets the list of another person. */
  loadThreads(again: boolean): void
  /** Reads the list again where the person can see it. */
  refreshThreads(): Promise<void>
  /** Forgets what is on show; with `own`, what this person has not sent, too. */
  forget(own: boolean): void
  /** The element came onto the page. */
  join(): void
  /** The element left the page. A run that the server finishes without the page goes on. */
  leave(): void
}

/** Makes the component in a shadow root. */
export function createShell(root: ShadowRoot, settings: ChatSettings, tell: Tell): Shell {
  const speech = createSpeech(settings, root.host)
  const { words, translate } = speech
  const newId = () => randomHex(16)
  const endpoint = () => new URL(settings.endpoint, document.baseURI).href
  const clock = browserClock()
  const wire = createOwnWire(settings, endpoint, clock, tell, translate)
  const kept = createOwnKept(settings, endpoint)
  let frame: Frame | undefined
  let sleep: (() => void) | undefined

  const options = () => settings.attachments
  const uploads = createUploads({
    ...{ wire, newId, options },
    upload: browserUpload,
    base: endpoint,
    changed: () => frame?.composer.drawUploads(),
    problem: (problem) => frame?.composer.problem(describeProblem(problem, options(), words)),
  })
  const chat: Chat = createChat({
    ...{ wire, clock, kept, newId },
    waker: browserWaker,
    timestamp: () => new Date().toISOString(),
    clientTool: () => settings.onClientTool,
    text: words,
    translate,
    listener: createListener(words, translate, tell, uploads, () => ({ chat, frame })),
  })
  const host = createHost(chat, settings, speech, tell, createRich(root, settings))
  listenForEntities(root, settings)

  const send = createSend(chat, uploads, () => frame)

  function rebuild(): void {
    speech.refresh()
    const place = frame?.place()
    frame = createFrame(root, {
      ...{ settings, words, wire, chat, kept, uploads, host, send, act: answerAction(tell) },
      historyShown: (open) => tell('chat-history', { open }),
      toolChanged: (id) => tell('chat-tool', { id }),
    })
    const { thread } = chat.state.conversation
    frame.threads.current(thread)
    frame.composer.show(thread?.id ?? '', true)
    frame.composer.drawUploads()
    frame.draw(chat.state)
    if (place) frame.goTo(place)
    speech.mark(frame.element)
    equip()
  }
  const equip = () => frame && void addMenu(root, settings, words, host, frame.composer)
  rebuild()

  async function speak(): Promise<void> {
    if (!(await speech.load())) return
    rebuild()
    loadThreads(false)
  }

  function loadThreads(again: boolean): void {
    if (again) frame?.threads.reset()
    if (settings.history && settings.endpoint !== '') void frame?.loadThreads()
  }
  root.addEventListener('click', (event) => followDeepLink(event, tell))

  return {
    chat,
    send,
    focus: () => frame?.composer.focus(),
    fill: (content) => frame?.composer.fill(content),
    showHistory: (open) => frame?.showHistory(open),
    settingChanged(name) {
      // Words are in every part.
      if (name === 'words') rebuild()
      else if (name === 'locale') void speak()
      else frame?.settingChanged(name, chat.state)
      if (name === 'entities' || name === 'commands') equip()
    },
    loadThreads,
    async refreshThreads() {
      if (settings.history && settings.endpoint !== '') await frame?.threads.refresh()
    },
    forget(own) {
      if (own) kept.clear()
      uploads.clear()
      chat.startNew()
      frame?.composer.show('', true)
    },
    join() {
      void speak()
      sleep ??= whenSeen(() => void Promise.all([chat.refresh(), frame?.threads.refresh()]))
    },
    leave() {
      sleep?.()
      sleep = undefined
      uploads.clear()
      chat.leave()
    },
  }
}

function answerAction(tell: Tell) {
  return (id: string, { itemIds, text }: Turn): void =>
    tell('chat-answer-action', { id, itemIds, text })
}

function createSend(chat: Chat, uploads: Uploads, frame: () => Frame | undefined): Send {
  return async (draft) => {
    if (chat.state.phase !== 'idle') return
    frame()?.conversation.toEnd()
    const attachments = draft.attachments ?? uploads.take()
    await chat.send({ text: '', inferenceOptions: {}, ...draft, attachments })
  }
}

/** Tells the page of a link that is for itself, in place of following it. */
function followDeepLink(event: Event, tell: Tell): void {
  const { target } = event
  const link = target instanceof Element ? target.closest('a') : null
  const deep = link && deepLinkOf(link.href)
  if (!deep) return
  event.preventDefault()
  tell('chat-deeplink', deep)
}

/** Calls back when the person may have been elsewhere. Returns what ends this. */
function whenSeen(seen: () => void): () => void {
  const stop = browserWaker(seen)
  // With two windows side by side, both are visible all the time.
  globalThis.addEventListener('focus', seen)
  return () => {
    stop()
    globalThis.removeEventListener('focus', seen)
  }
}

/** Keeps for each server and person apart. */
function createOwnKept(settings: ChatSettings, endpoint: () => string): Kept {
  let place: NamedPlace | undefined
  return createKept(() => {
    if (!settings.drafts) return undefined
    const name = `onbehalf-chat ${JSON.stringify([endpoint(), settings.person])}`
    if (place?.name !== name) place = tabPlace(name, settings.person !== '')
    return place
  })
}

/** Makes what the content may know and do. */
function createHost(
  chat: Chat,
  settings: ChatSettings,
  { words, translate }: Speech,
  tell: Tell,
  rich: Rich,
): ItemHost {
  return {
    rich,
    get busy() {
      return chat.state.phase !== 'idle'
    },
    get allowedImageDomains() {
      return chat.state.conversation.thread?.allowedImageDomains ?? []
    },
    text: words,
    translate,
    async act(action, item) {
      const { type, payload, handler, streaming = true } = action
      if (handler === 'client') {
        if (item.type === 'widget' && settings.onWidgetAction)
          return await settings.onWidgetAction(action, item)
        return tell('chat-action', { action, itemId: item.id })
      }
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
  translate: Translate,
): Wire {
  const isOwn = () => new URL(endpoint()).origin === globalThis.location.origin
  return createWire(
    () => ({
      endpoint: endpoint(),
      isOwnOrigin: isOwn(),
      token: settings.token,
      fetch: settings.fetch ?? globalThis.fetch.bind(globalThis),
      metadata: settings.metadata,
      resumable: settings.resumable,
      extraHeaders:
        settings.extraHeaders === 'always' || (settings.extraHeaders === 'same-origin' && isOwn()),
      language: settings.language ?? settings.locale,
      translate,
    }),
    { clock, onResponse: (response) => tell('chat-response', response) },
  )
}
