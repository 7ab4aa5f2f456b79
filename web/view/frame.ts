// The frame of the component: it puts the bar, the list of conversations, the conversation, the
// banners and the composer together.

import type { Kept } from '../chat/kept.ts'
import type { Chat, ChatState, Draft } from '../chat/parts.ts'
import type { Uploads } from '../chat/uploads.ts'
import type { Wire } from '../client/wire.ts'
import type { ItemHost } from '../content/contract.ts'
import { el } from '../dom/dom.ts'
import type { ChatSettings } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'
import { doneSteps, type Turn } from '../state/turns.ts'
import type { ToolParts } from '../tools/index.ts'
import { ask } from './ask.ts'
import { createBanners } from './banners.ts'
import { type Bar, createBar } from './bar.ts'
import { type Composer, createComposer } from './composer.ts'
import { type ConversationView, createConversationView } from './conversation-view.ts'
import { createDisclaimer } from './disclaimer.ts'
import type { TurnListener } from './entry.ts'
import { contentOf } from './mentions.ts'
import type { FormPlace } from './message-form.ts'
import { createPanel } from './panel.ts'
import { listenForShortcuts } from './shortcuts.ts'
import { createThreadsView, type ThreadsView } from './threads-view.ts'

/** The views in the shadow root. */
export interface Frame {
  readonly element: HTMLElement
  readonly composer: Composer
  readonly conversation: ConversationView
  readonly threads: ThreadsView
  draw(state: ChatState): void
  /** Draws what a setting has changed. */
  settingChanged(name: keyof ChatSettings, state: ChatState): void
  /** Returns where the person is. A frame that replaces this one is told so by `goTo`. */
  place(): Place
  goTo(place: Place): void
  /** Opens or closes the list of conversations. */
  showHistory(open: boolean): void
  /** Reads the list of conversations, if the person can see it. */
  loadThreads(): Promise<void>
  /** Makes a screen reader say the text. */
  say(text: string): void
  /** Shows messages to go on with. */
  suggest(texts: readonly string[]): void
}

/** Where the person is in a frame: the form, and what they read. */
interface Place {
  readonly form: FormPlace
  /** Pixels from the newest item's end; undefined when the person is there. */
  readonly distance: number | undefined
}

/** Sends a message, with the attached files unless others are given. */
export type Send = (draft: Partial<Draft>) => Promise<void>

/** What the frame shows and works with. */
export interface FrameParts {
  readonly settings: ChatSettings
  readonly words: Words
  readonly wire: Wire
  readonly chat: Chat
  readonly kept: Kept
  readonly uploads: Uploads
  readonly host: ItemHost
  readonly send: Send
  /** The person pressed a button of the page under an answer. */
  readonly act: (id: string, turn: Turn) => void
  /** The list of conversations was opened or closed. */
  readonly historyShown: (open: boolean) => void
  /** Another tool is chosen for the next message; null for none. */
  readonly toolChanged: (id: string | null) => void
}

/** Makes the frame. It replaces an earlier one in the root. */
export function createFrame(root: ShadowRoot, parts: FrameParts): Frame {
  const { settings, words, wire, chat, kept, uploads, host, send } = parts
  const { announcer, say } = createAnnouncer()
  const isShown = (id: string) => chat.state.conversation.thread?.id === id
  const threads = createThreadsView(wire, words, settings, {
    opened(id) {
      panel.leave()
      void chat.open(id)
    },
    startedNew,
    renamed: (id, title) => isShown(id) && chat.retitle(title),
    deleted: (id) => isShown(id) && chat.startNew(),
  })
  const panel = createPanel(words, threads, settings, parts.historyShown)
  const thread = () => chat.state.conversation.thread
  const withTools = toolsOf({ words, wire, place: panel.element, say, thread })
  const bar = createBar(settings, words, panel.toggle, startedNew, (opener) =>
    withTools((tools, own) => tools.toggleActions(opener, own)),
  )
  const conversation = createConversationView(host, words, settings, {
    olderWanted: () => void chat.loadOlder(),
    promptChosen: (prompt) =>
      void send(typeof prompt === 'string' ? { text: prompt } : { content: contentOf(prompt) }),
    quote: (text) => composer.quote(text),
    rate: chat.feedback,
    say,
    act: parts.act,
    again: () => void again(chat, panel.element, words),
    edit: chat.edit,
    choose: chat.choose,
    isBusy: () => host.busy,
    unsent: unsentListener(chat, () => composer),
  })
  const banners = createBanners(words, host, {
    remedy: () => void remedy(chat, panel.element, words),
    dismissed: chat.dismiss,
  })
  const composer = createComposer(settings, words, wire, kept, uploads, {
    sent: (message) => void send(message),
    toolChanged: parts.toolChanged,
    stopped: chat.stop,
  })
  const disclaimer = createDisclaimer(settings, host)
  panel.element.append(mainOf(bar, conversation, [banners, composer, disclaimer], announcer))
  listenForShortcuts(panel.element, {
    leave() {
      if (!panel.leave() && chat.state.phase === 'running') chat.stop()
    },
    newThread: startedNew,
    search() {
      panel.show(true)
      if (panel.isOpen()) threads.search()
    },
    toField: () => composer.focus(),
    shortcuts: () => withTools((tools, own) => tools.showShortcuts(own)),
  })
  composer.listenForDrops(panel.element)
  root.replaceChildren(panel.element)

  function startedNew(): void {
    panel.leave()
    chat.startNew()
    composer.focus()
  }

  return {
    element: panel.element,
    composer,
    conversation,
    threads,
    say,
    suggest: conversation.suggest,
    showHistory: panel.show,
    async loadThreads() {
      if (panel.isOpen()) await threads.load()
    },
    draw(state) {
      bar.draw(state.conversation.thread?.title ?? '')
      conversation.draw(state)
      banners.draw(state)
      composer.draw(state)
    },
    settingChanged(name, state) {
      if (name === 'history') panel.redraw()
      if (name === 'header' || name === 'threadActions') bar.redraw()
      if (name === 'disclaimer') disclaimer.redraw()
      if (name === 'deletable' || name === 'renamable') threads.redraw()
      composer.settingChanged(name)
      conversation.settingChanged(name, state)
    },
    place: () => ({ form: composer.place(), distance: conversation.distance() }),
    goTo({ form, distance }) {
      composer.goTo(form)
      conversation.toDistance(distance)
    },
  }
}

/** Puts the parts beside the list of conversations together. */
function mainOf(
  bar: Bar,
  conversation: ConversationView,
  below: readonly { readonly element: HTMLElement }[],
  announcer: HTMLElement,
): HTMLElement {
  const column = el('div', { class: 'column below' }, ...below.map(({ element }) => element))
  return el('div', { class: 'main' }, bar.element, conversation.element, column, announcer)
}

type Tools = typeof import('../tools/index.ts')

/** Returns a function that loads what a person seldom does, and uses it. */
function toolsOf(own: ToolParts): (use: (tools: Tools, own: ToolParts) => void) => void {
  return (use) => {
    import('../tools/index.ts').then(
      (tools) => use(tools, own),
      () => own.say(own.words('unreachable')),
    )
  }
}

/** Makes the element that a screen reader reads, and a function that has it say something. */
function createAnnouncer() {
  const announcer = el('p', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' })
  return {
    announcer,
    say(text: string): void {
      // A screen reader must say the same words a second time, too.
      announcer.textContent = ''
      announcer.textContent = text
    },
  }
}

/** Does what a person wants with a message of theirs that did not arrive. */
function unsentListener(chat: Chat, composer: () => Composer): TurnListener['unsent'] {
  return {
    resend: (id) => void chat.resend(id),
    edit(id) {
      const message = chat.withdraw(id)
      if (message) composer().edit(message)
    },
    discard(id) {
      chat.withdraw(id)
      composer().focus()
    },
  }
}

/** Does what the button beside an error says. Asks first where that would do something twice. */
async function remedy(chat: Chat, place: HTMLElement, words: Words): Promise<void> {
  const { failure } = chat.state.conversation
  if (failure?.remedy !== 'retry' || (await mayRepeat(chat, place, words))) await chat.remedy()
}

/** Writes another answer. */
async function again(chat: Chat, place: HTMLElement, words: Words): Promise<void> {
  if (await mayRepeat(chat, place, words)) await chat.again()
}

/** Asks the person where the last answer has done something that another one may do again. */
async function mayRepeat(chat: Chat, place: HTMLElement, words: Words): Promise<boolean> {
  const steps = doneSteps(chat.state.conversation.entries)
  if (steps.length === 0) return true
  const text = words('alreadyDone', { steps: steps.join(', ') })
  const heading = words('repeatReally')
  return await ask(place, words, { heading, text, yes: words('retry') })
}
