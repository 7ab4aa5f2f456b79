// The conversation on the page: its items in an area that scrolls with the newest item, as long as
// the person is at the end.

import type { ChatState } from '../chat/parts.ts'
import type { ItemHost } from '../content/contract.ts'
import { attribute, button, el, setChildren, write } from '../dom/dom.ts'
import type { StarterPrompt } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'
import { completeTurns } from '../state/turns.ts'
import { createEntryView, type EntryView, type TurnListener } from './entry.ts'
import { iconButton } from './icon-button.ts'

/** Called when the person asks for something in the conversation. */
export interface ConversationListener extends TurnListener {
  olderWanted(): void
  promptChosen(prompt: string): void
}

/** The conversation on the page. */
export interface ConversationView {
  readonly element: HTMLElement
  draw(state: ChatState): void
  /** Scrolls to the newest item. Called when the person has sent something. */
  toEnd(): void
}

/** The person counts as being at the end within so many pixels of it. */
const END_DISTANCE_PX = 48

/** Makes the view, empty. */
export function createConversationView(
  host: ItemHost,
  words: Words,
  start: { readonly greeting: string | undefined; readonly prompts: readonly StarterPrompt[] },
  listener: ConversationListener,
): ConversationView {
  const older = button(
    { class: 'text-button older' },
    () => listener.olderWanted(),
    words('loadOlder'),
  )
  const list = el('div', { class: 'entries' })
  const progressText = el('span')
  const progress = el(
    'p',
    { class: 'progress' },
    el('span', { class: 'dots', 'aria-hidden': 'true' }),
    progressText,
  )
  const prompts = start.prompts.map(({ label, prompt }) =>
    button({ class: 'prompt' }, () => listener.promptChosen(prompt ?? label), label),
  )
  const empty = el(
    'div',
    { class: 'empty' },
    el('h2', {}, start.greeting ?? words('greeting')),
    el('div', { class: 'prompts' }, ...prompts),
  )
  const column = el('div', { class: 'column' }, older, empty, list, progress)
  const scroller = el(
    'div',
    { class: 'scroller', role: 'log', 'aria-live': 'off', 'aria-label': words('conversation') },
    column,
  )
  scroller.tabIndex = 0
  const latest = iconButton('latest', words('toEnd'), toEnd, { class: 'to-end' })
  const element = el('div', { class: 'conversation' }, scroller, latest)

  const turnListener: TurnListener = {
    ...listener,
    quote: (text) => listener.quote(marked() || text),
  }
  const views = new Map<string, EntryView>()
  let stuck = true
  let lastTop = 0
  let drawnFor = ''
  let thread: string | undefined

  scroller.addEventListener('scroll', () => {
    const distance = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight
    // Growing content moves the end away. The person leaves the end only by scrolling up.
    if (distance < END_DISTANCE_PX) stuck = true
    else if (scroller.scrollTop < lastTop - 1) stuck = false
    lastTop = scroller.scrollTop
    latest.hidden = stuck
  })
  // Pictures arrive and details open without a drawing here.
  new ResizeObserver(follow).observe(column)
  new ResizeObserver(follow).observe(scroller)

  function follow(): void {
    if (stuck) scroller.scrollTop = scroller.scrollHeight
  }

  /**
   * Returns what the person has selected in the conversation. A selection elsewhere on the page is
   * no part of an answer.
   */
  function marked(): string {
    const text = String(getSelection()).trim()
    return plain(list.textContent).includes(plain(text)) ? text : ''
  }

  function toEnd(): void {
    stuck = true
    latest.hidden = true
    follow()
  }

  return {
    element,
    toEnd,
    draw({ conversation, phase, loadingOlder }) {
      const { entries } = conversation
      const running = phase === 'running' || phase === 'stopping'
      if (conversation.thread?.id !== thread) {
        // A new conversation that gets its id keeps its views.
        if (thread !== undefined) views.clear()
        thread = conversation.thread?.id
        stuck = true
      }
      // The phase and the allowed image hosts go into every view: when they change, all are drawn
      // again.
      const surroundings = JSON.stringify([host.busy, host.allowedImageDomains])
      const again = surroundings !== drawnFor
      drawnFor = surroundings
      const turns = completeTurns(entries, running)
      const height = scroller.scrollHeight
      const oldest = list.firstElementChild
      for (const id of views.keys())
        if (!entries.some(({ item }) => item.id === id)) views.delete(id)
      const elements = entries.map((entry) => {
        const view = views.get(entry.item.id) ?? createEntryView(entry, host, words, turnListener)
        views.set(entry.item.id, view)
        view.update(entry, turns.get(entry.item.id), again)
        return view.element
      })
      setChildren(list, elements)
      older.hidden = conversation.older === undefined || phase === 'loading'
      attribute(older, 'aria-disabled', loadingOlder ? 'true' : undefined)
      empty.hidden =
        entries.length > 0 ||
        phase !== 'idle' ||
        conversation.failure !== undefined ||
        conversation.thread !== undefined
      const waiting =
        running && conversation.entries.every(({ standing }) => standing !== 'pending')
      const text =
        conversation.progress?.text ??
        (phase === 'loading' && entries.length === 0 ? words('loading') : undefined)
      progress.hidden = text === undefined && !waiting
      write(progressText, text ?? '')
      attribute(scroller, 'aria-busy', String(phase !== 'idle'))
      latest.hidden = stuck
      if (stuck) follow()
      // Older items came in above. What the person is looking at stays in its place.
      else if (oldest?.isConnected && oldest !== list.firstElementChild)
        scroller.scrollTop += scroller.scrollHeight - height
    },
  }
}

/**
 * Returns the text without white space: a selection has line breaks that the elements do not have.
 */
function plain(text: string): string {
  return text.replace(/\s+/g, '')
}
