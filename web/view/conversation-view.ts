// The conversation on the page: its items, what stands above and below them, and the start of a new
// one.

import type { ChatState } from '../chat/parts.ts'
import type { ItemHost } from '../content/contract.ts'
import { attribute, button, el } from '../dom/dom.ts'
import { groupedViews } from '../dom/grouped-views.ts'
import type { StarterPrompt } from '../settings/options.ts'
import type { ChatSettings } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'
import type { Conversation, Entry } from '../state/conversation.ts'
import { completeTurns } from '../state/turns.ts'
import { createEntryView, type EntryView, type TurnListener } from './entry.ts'
import { createProgress } from './progress.ts'
import { createScroller } from './scroller.ts'
import { createStart } from './start.ts'

/** The settings that say which buttons an answer has. */
const TURN_SETTINGS: readonly (keyof ChatSettings)[] = [
  'feedback',
  'answerActions',
  'readAloud',
  'regenerate',
]

/** Called when the person asks for something in the conversation. */
export interface ConversationListener
  extends Omit<TurnListener, 'actions' | 'readsAloud' | 'regenerates'> {
  olderWanted(): void
  promptChosen(prompt: NonNullable<StarterPrompt['prompt']>): void
}

/** The conversation on the page. */
export interface ConversationView {
  readonly element: HTMLElement
  draw(state: ChatState): void
  /** Draws what a setting has changed. */
  settingChanged(name: keyof ChatSettings, state: ChatState): void
  /** Pixels from the newest item's end; undefined when the person is there. */
  distance(): number | undefined
  /** Scrolls to this distance from the newest item's end. */
  toDistance(distance: number | undefined): void
  /** Shows messages to go on with, in place of those before. */
  suggest(texts: readonly string[]): void
  /** Scrolls to the newest item. Called when the person has sent something. */
  toEnd(): void
}

/** Makes the view, empty. */
export function createConversationView(
  host: ItemHost,
  words: Words,
  settings: ChatSettings,
  listener: ConversationListener,
): ConversationView {
  const older = button(
    { class: 'text-button older' },
    () => listener.olderWanted(),
    words('loadOlder'),
  )
  const start = createStart(settings, words, listener.promptChosen)
  const list = el('div', { class: 'entries' })
  const progress = createProgress(words)
  const next = el('div', { class: 'prompts' })
  const column = el('div', { class: 'column' }, older, start.element, list, progress.element, next)
  const scroller = createScroller(words, column, list, () => settings.autoScroll || !isGrowing)
  const turnListener: TurnListener = {
    ...listener,
    get rate() {
      return settings.feedback ? listener.rate : undefined
    },
    get actions() {
      return settings.answerActions
    },
    get regenerates() {
      return settings.regenerate
    },
    get readsAloud() {
      return settings.readAloud && 'speechSynthesis' in globalThis
    },
    quote: (text) => listener.quote(selectionIn(list) || text),
  }
  const drawEntries = createEntries(list, host, words, turnListener)
  const approach = whenNear(older, scroller.area, listener.olderWanted)
  let thread: string | undefined
  /** An answer is being written below the person's message. */
  let isGrowing = false

  function draw({ conversation, phase, loadingOlder, ...rest }: ChatState): void {
    const running = phase === 'running' || phase === 'stopping'
    isGrowing = running && conversation.entries.at(-1)?.item.type !== 'user_message'
    drawEntries(conversation.entries, running)
    older.hidden = conversation.older === undefined || phase === 'loading'
    attribute(older, 'aria-disabled', loadingOlder)
    approach(older.hidden || loadingOlder ? undefined : conversation.older)
    start.element.hidden = phase !== 'idle' || hasStarted(conversation)
    progress.draw({ conversation, phase, loadingOlder, ...rest }, running)
    attribute(scroller.area, 'aria-busy', String(phase !== 'idle'))
  }

  return {
    element: scroller.element,
    toEnd: scroller.toEnd,
    suggest: (texts) =>
      next.replaceChildren(
        ...texts.map((text) =>
          button({ class: 'prompt', dir: 'auto' }, () => listener.promptChosen(text), text),
        ),
      ),
    distance: scroller.distance,
    toDistance: scroller.toDistance,
    draw(state) {
      const { id } = state.conversation.thread ?? {}
      if (id !== thread) {
        // A new conversation that gets its id keeps its views.
        if (thread !== undefined) drawEntries([], false)
        thread = id
        scroller.toEnd()
      }
      scroller.during(() => draw(state))
    },
    settingChanged(name, state) {
      if (name === 'startGreeting' || name === 'prompts') start.redraw()
      if (TURN_SETTINGS.includes(name)) scroller.during(() => draw(state))
    },
  }
}

/**
 * Calls back when the person scrolls near the button, as if they had pressed it. Returns a function
 * that is told where older items begin; for each place it calls back once.
 */
function whenNear(
  button: HTMLElement,
  area: HTMLElement,
  near: () => void,
): (cursor: string | undefined) => void {
  let asked: string | undefined
  let place: string | undefined
  const observer = new IntersectionObserver(
    (seen) => {
      if (place === undefined || place === asked || !seen.some((one) => one.isIntersecting)) return
      asked = place
      near()
    },
    { root: area, rootMargin: '600px 0px' },
  )
  return (cursor) => {
    if (cursor === place) return
    place = cursor
    // It tells where the button is now, and each time that it comes or goes.
    observer.disconnect()
    if (cursor !== undefined && cursor !== asked) observer.observe(button)
  }
}

/** Returns a function that draws the items. `running`: an answer is being written. */
function createEntries(
  list: HTMLElement,
  host: ItemHost,
  words: Words,
  listener: TurnListener,
): (entries: readonly Entry[], running: boolean) => void {
  let drawnFor = ''
  let wasBusy = false
  let drawn: readonly Entry[] = []
  let views = new Map<string, EntryView>()
  const draw = groupedViews(
    list,
    ({ item }) => item.id,
    (entry: Entry) => createEntryView(entry, host, words, listener),
  )
  return (entries, running) => {
    // The allowed image hosts go into every view: when they change, all are drawn again. Whether an
    // answer is being written concerns only what the person can press.
    const surroundings = JSON.stringify(host.allowedImageDomains)
    const again = surroundings !== drawnFor
    const { busy } = host
    const isTurning = busy !== wasBusy
    const isGrowing = running && !again && !isTurning && haveSamePlaces(drawn, entries)
    const before = drawn
    drawnFor = surroundings
    wasBusy = busy
    drawn = entries
    if (isGrowing) {
      // A piece of an answer concerns its own view alone, however long the conversation is. No
      // answer is complete before its end, so no buttons change.
      for (const [index, entry] of entries.entries())
        if (entry !== before[index]) views.get(entry.item.id)?.update(entry, 'as before', false)
      return
    }
    const turns = completeTurns(entries, running)
    views = new Map()
    draw(entries, (view, entry) => {
      views.set(entry.item.id, view)
      const reacts = entry.standing === 'unsent' || REACTING.includes(entry.item.type)
      view.update(entry, turns.get(entry.item.id), again || (isTurning && reacts))
    })
  }
}

/** The items that the person can press something in that is held while an answer is written. */
const REACTING: readonly Entry['item']['type'][] = ['widget', 'structured_input']

/** Whether both have the same items in the same state, whatever is in the items. */
function haveSamePlaces(before: readonly Entry[], now: readonly Entry[]): boolean {
  return (
    before.length === now.length &&
    now.every((entry, index) => {
      const old = before[index]
      return entry === old || (entry.item.id === old?.item.id && entry.standing === old.standing)
    })
  )
}

function hasStarted({ entries, thread }: Conversation): boolean {
  return entries.length > 0 || thread !== undefined
}

/**
 * Returns what the person has selected in the conversation. A selection elsewhere on the page is no
 * part of an answer.
 */
function selectionIn(list: HTMLElement): string {
  const text = String(getSelection()).trim()
  return removeSpace(list.textContent).includes(removeSpace(text)) ? text : ''
}

/** A selection has line breaks that the elements do not have. */
function removeSpace(text: string): string {
  return text.replace(/\s+/g, '')
}
