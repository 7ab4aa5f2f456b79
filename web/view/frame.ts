// The frame of the component: it puts the bar, the list of conversations, the conversation, the
// banners and the composer together.

import type { InferenceOptions } from '../../src/chatkit/protocol/item.ts'
import type { Chat, ChatState } from '../chat/parts.ts'
import type { Uploads } from '../chat/uploads.ts'
import type { Wire } from '../client/wire.ts'
import type { ItemHost } from '../content/contract.ts'
import { markdownView } from '../content/index.ts'
import { attribute, el, write } from '../dom/dom.ts'
import type { ChatSettings } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'
import { createBanners } from './banners.ts'
import { type Composer, createComposer } from './composer.ts'
import { type ConversationView, createConversationView } from './conversation-view.ts'
import { iconButton } from './icon-button.ts'
import { createThreadsView, type ThreadsView } from './threads-view.ts'

/** The views in the shadow root. */
export interface Frame {
  readonly composer: Composer
  readonly conversation: ConversationView
  readonly threads: ThreadsView
  draw(state: ChatState): void
  /** Reads the list of conversations, if the person can see it. */
  loadThreads(): Promise<void>
  /** Makes a screen reader say the text. */
  say(text: string): void
}

/** Sends a message with the attached files. */
export type Send = (text: string, options: InferenceOptions, quotedText?: string) => Promise<void>

/** What the frame shows and works with. */
export interface FrameParts {
  readonly settings: ChatSettings
  readonly words: Words
  readonly wire: Wire
  readonly chat: Chat
  readonly uploads: Uploads
  readonly host: ItemHost
  readonly send: Send
}

/** Makes the frame. It replaces an earlier one in the root. */
export function createFrame(
  root: ShadowRoot,
  { settings, words, wire, chat, uploads, host, send }: FrameParts,
): Frame {
  const threads = createThreadsView(wire, words, {
    opened(id) {
      leavePanel()
      void chat.open(id)
    },
    startedNew: startNew,
    renamed: (id, title) => {
      if (chat.state.conversation.thread?.id === id) chat.retitle(title)
    },
    deleted: (id) => {
      if (chat.state.conversation.thread?.id === id) chat.startNew()
    },
  })
  const conversation = createConversationView(
    host,
    words,
    { greeting: settings.startGreeting, prompts: settings.prompts },
    {
      olderWanted: () => void chat.loadOlder(),
      promptChosen: (prompt) => void send(prompt, {}),
      quote(text) {
        composer.quoted = text
        composer.focus()
      },
      rate: settings.feedback ? (ids, kind) => chat.feedback(ids, kind) : undefined,
      say,
    },
  )
  const markdown = (text: string): HTMLElement => {
    const view = markdownView(host)
    view.set(text)
    return view.element
  }
  const banners = createBanners(words, markdown, {
    remedy: () => void chat.remedy(),
    dismissed: (id) => chat.dismiss(id),
  })
  const composer = createComposer(settings, words, wire, uploads, {
    sent: (text, options, quotedText) => void send(text, options, quotedText),
    stopped: () => chat.stop(),
  })
  const announcer = el('p', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' })
  const title = el('h2', { class: 'title', hidden: true })
  const toggle = iconButton('menu', words('threads'), togglePanel, {
    'aria-expanded': 'false',
    hidden: !settings.history,
  })
  const bar = el(
    'header',
    { class: 'bar', part: 'bar' },
    toggle,
    title,
    iconButton('plus', words('newThread'), startNew),
  )
  const below = el('div', { class: 'column below' }, banners.element, composer.element)
  const main = el('div', { class: 'main' }, bar, conversation.element, below, announcer)
  const veil = el('div', { class: 'veil' })
  const element = el(
    'div',
    { class: 'chat', part: 'chat', 'data-threads': settings.history ? 'auto' : 'none' },
    threads.element,
    veil,
    main,
  )
  veil.addEventListener('click', leavePanel)
  element.addEventListener('keydown', onEscape)
  root.replaceChildren(element)
  const widthWatch = new ResizeObserver(() =>
    attribute(toggle, 'aria-expanded', String(isPanelOpen())),
  )
  widthWatch.observe(element)

  function isPanelOpen(): boolean {
    return getComputedStyle(threads.element).display !== 'none'
  }

  /** On a narrow page the list lies over the conversation. On a wide page both have room. */
  function isPanelOver(): boolean {
    return isPanelOpen() && getComputedStyle(veil).display !== 'none'
  }

  function setPanel(state: 'open' | 'closed' | 'auto'): void {
    element.dataset.threads = state
    attribute(toggle, 'aria-expanded', String(isPanelOpen()))
  }

  function togglePanel(): void {
    const opens = !isPanelOpen()
    setPanel(opens ? 'open' : 'closed')
    if (!opens) return
    void threads.load()
    if (isPanelOver()) threads.element.querySelector('button')?.focus()
  }

  function leavePanel(): void {
    if (!isPanelOver()) return
    setPanel('auto')
    toggle.focus()
  }

  function startNew(): void {
    leavePanel()
    chat.startNew()
    composer.focus()
  }

  function onEscape(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented) return
    if (isPanelOver()) leavePanel()
    else if (chat.state.phase === 'running') chat.stop()
  }

  function say(text: string): void {
    // A screen reader must say the same words a second time, too.
    announcer.textContent = ''
    announcer.textContent = text
  }

  return {
    composer,
    conversation,
    threads,
    say,
    async loadThreads() {
      if (isPanelOpen()) await threads.load()
    },
    draw(state) {
      const name = state.conversation.thread?.title ?? ''
      write(title, name)
      title.hidden = name === ''
      conversation.draw(state)
      banners.draw(state)
      composer.draw(state)
    },
  }
}
