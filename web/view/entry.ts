// One item on the page with what belongs to it: who says it, how it stands, and what can be done with a whole answer.

import type { Item } from '../../src/chatkit/item.ts'
import { attribute, el } from '../dom.ts'
import type { ItemHost, ItemView } from '../item-view.ts'
import type { Entry } from '../state/conversation.ts'
import type { Turn } from '../state/turns.ts'
import type { Words } from '../words.ts'
import { icon, iconButton } from './icons.ts'

/** What can be done with an answer. */
export interface TurnListener {
  /** Undefined: answers cannot be rated. */
  readonly rate: ((itemIds: readonly string[], kind: 'positive' | 'negative') => Promise<void>) | undefined
  say(text: string): void
}

/** An item on show. */
export interface EntryView {
  readonly element: HTMLElement
  /** Draws it as it stands; `again` also when the item itself is the same. */
  update(entry: Entry, turn: Turn | undefined, again: boolean): void
}

/** Makes what the content draws an item with. */
export type MakeItemView = (item: Item, host: ItemHost) => ItemView

/** Makes the view of an item. An item that cannot be drawn is said to be so, and the others stay. */
export function createEntryView(
  first: Entry,
  make: MakeItemView,
  host: ItemHost,
  words: Words,
  listener: TurnListener,
): EntryView {
  const own = first.item.type === 'user_message'
  const body = el('div', { class: 'entry-body' })
  const note = el('p', { class: 'entry-note' }, words('notSent'))
  const element = el(
    'article',
    { class: own ? 'entry own' : 'entry', 'aria-label': words(own ? 'youSaid' : 'itSaid') },
    body,
    note,
  )
  let view: ItemView | undefined
  let drawn: Item | undefined
  let footer: { readonly element: HTMLElement; readonly key: string } | undefined

  function drawItem(item: Item): void {
    try {
      // An item that took the place of one of another type is drawn anew.
      if (!view || drawn?.type !== item.type) {
        view = make(item, host)
        body.replaceChildren(view.element)
      } else view.update(item)
      drawn = item
    } catch {
      view = undefined
      body.replaceChildren(el('p', { class: 'quiet' }, words('unknownPart')))
    }
  }

  function drawFooter(turn: Turn | undefined): void {
    const key = turn ? JSON.stringify(turn) : ''
    if (key === (footer?.key ?? '')) return
    footer?.element.remove()
    footer = turn && { key, element: turnFooter(turn, words, listener) }
    if (footer) element.append(footer.element)
  }

  return {
    element,
    update({ item, standing }, turn, again) {
      if (again || item !== drawn) drawItem(item)
      attribute(element, 'data-standing', standing)
      attribute(element, 'data-type', item.type)
      note.hidden = standing !== 'unsent'
      drawFooter(turn)
    },
  }
}

function turnFooter(turn: Turn, words: Words, { rate, say }: TurnListener): HTMLElement {
  const copy = iconButton('copy', words('copy'), () => {
    navigator.clipboard?.writeText(turn.text).then(
      () => {
        copy.replaceChildren(icon('check'))
        say(words('copied'))
      },
      () => say(words('failed')),
    )
  })
  const buttons = turn.text === '' ? [] : [copy]
  if (!rate) return el('footer', { class: 'turn' }, ...buttons)
  const rates = (['positive', 'negative'] as const).map((kind) => {
    const good = kind === 'positive'
    const press = async (): Promise<void> => {
      try {
        await rate(turn.itemIds, kind)
        for (const one of rates) attribute(one, 'aria-pressed', String(one === button))
        say(words('thanks'))
      } catch (error) {
        say(error instanceof Error ? error.message : words('failed'))
      }
    }
    const button = iconButton(good ? 'up' : 'down', words(good ? 'good' : 'bad'), () => void press(), { 'aria-pressed': 'false' })
    return button
  })
  return el('footer', { class: 'turn' }, ...buttons, ...rates)
}
