// One item on the page, with who says it, its state, and the buttons for a whole answer.

import type { ItemHost } from '../content/contract.ts'
import { itemView } from '../content/index.ts'
import { attribute, button, el } from '../dom/dom.ts'
import { icon } from '../dom/icon.ts'
import type { Choice } from '../settings/options.ts'
import type { Words } from '../settings/words.ts'
import type { Entry } from '../state/conversation.ts'
import type { Turn } from '../state/turns.ts'
import { iconButton } from './icon-button.ts'
import { type OwnListener, ownFooter } from './own-message.ts'
import { versionSwitch } from './versions.ts'

/** What a person can do with an answer. */
export interface TurnListener extends OwnListener {
  /** Writes another answer to the last message. */
  again(): void
  /** Undefined when the page does not let people rate answers. */
  readonly rate:
    | ((itemIds: readonly string[], kind: 'positive' | 'negative') => Promise<void>)
    | undefined
  /** Makes the next message about this answer, or about the text that the person has selected. */
  quote(text: string): void
  /** Buttons of the page, and what a press of one does. */
  readonly actions: readonly Choice[]
  act(id: string, turn: Turn): void
  /** Whether the person can have the last answer written again. */
  readonly regenerates: boolean
  /** Whether the person can have it read aloud. */
  readonly readsAloud: boolean
  /** What a person can do with a message of theirs that did not arrive. */
  readonly unsent: Readonly<Record<'resend' | 'edit' | 'discard', (itemId: string) => void>>
}

/** An item on the page. */
export interface EntryView {
  readonly element: HTMLElement
  /** Draws the item in its state. With `again` it draws even when the item is the same. */
  update(entry: Entry, turn: Turn | undefined | 'as before', again: boolean): void
}

/** Makes the view of an item. */
export function createEntryView(
  first: Entry,
  host: ItemHost,
  words: Words,
  listener: TurnListener,
): EntryView {
  const view = itemView(first.item, host)
  const own = first.item.type === 'user_message'
  const note = el('div', { class: 'entry-note' }, el('p', {}, words('notSent')))
  if (own) note.append(...unsentButtons(first.item.id, words, listener))
  const body = el('div', { class: 'entry-body' }, view.element)
  const element = el(
    'article',
    { class: own ? 'entry own' : 'entry', 'aria-label': words(own ? 'youSaid' : 'itSaid') },
    body,
    note,
  )
  let drawn = first.item
  let footer: { readonly element: HTMLElement; readonly key: string } | undefined

  function drawFooter(turn: Turn | undefined, { item, standing }: Entry): void {
    const message = item.type === 'user_message' && standing === 'stored' ? item : undefined
    const about =
      message ??
      (turn && [
        turn,
        listener.rate !== undefined,
        listener.actions,
        listener.readsAloud,
        listener.regenerates,
      ])
    const key = about ? JSON.stringify(about) : ''
    if (key === (footer?.key ?? '')) return
    footer?.element.remove()
    footer = undefined
    if (message) footer = { key, element: ownFooter(message, body, words, listener) }
    else if (turn) footer = { key, element: turnFooter(turn, words, listener) }
    if (footer) element.append(footer.element)
  }

  return {
    element,
    update(entry, turn, again) {
      const { item, standing } = entry
      if (again || item !== drawn) view.update(item)
      drawn = item
      attribute(element, 'data-standing', standing)
      attribute(element, 'data-type', item.type)
      note.hidden = standing !== 'unsent'
      if (!note.hidden)
        for (const one of note.querySelectorAll('button'))
          attribute(one, 'aria-disabled', host.busy)
      if (turn !== 'as before') drawFooter(turn, entry)
    },
  }
}

function unsentButtons(
  itemId: string,
  words: Words,
  { unsent }: TurnListener,
): readonly HTMLButtonElement[] {
  const one = (label: string, press: (itemId: string) => void) => {
    const element = button(
      { class: 'text-button' },
      () => element.ariaDisabled !== 'true' && press(itemId),
      label,
    )
    return element
  }
  return [
    one(words('retry'), unsent.resend),
    one(words('edit'), unsent.edit),
    one(words('discard'), unsent.discard),
  ]
}

function turnFooter(turn: Turn, words: Words, listener: TurnListener): HTMLElement {
  const { rate, quote, say } = listener
  const own = listener.actions.map(({ id, label }) =>
    button({ class: 'text-button' }, () => listener.act(id, turn), label),
  )
  const copy = iconButton('copy', words('copy'), () => {
    const back = () => copy.replaceChildren(icon('copy'))
    copy.addEventListener('blur', back, { once: true })
    copy.addEventListener('pointerleave', back, { once: true })
    navigator.clipboard?.writeText(turn.text).then(
      () => {
        copy.replaceChildren(icon('check'))
        say(words('copied'))
      },
      () => say(words('failed')),
    )
  })
  const about = iconButton('quote', words('quote'), () => quote(turn.text))
  // A press would otherwise clear the selected text.
  about.addEventListener('mousedown', (event) => event.preventDefault())
  const { question } = turn
  const answers = question?.onbehalf_branches?.answer
  const buttons = [
    ...(turn.text === '' ? [] : [copy, about]),
    ...(turn.text !== '' && listener.readsAloud ? [aloudButton(turn.text, words, say)] : []),
    ...(turn.isLast && question && listener.regenerates
      ? [iconButton('reload', words('again'), () => !listener.isBusy() && listener.again())]
      : []),
    ...(question && answers
      ? [
          versionSwitch(
            answers,
            words,
            listener.isBusy,
            (number) => void listener.choose(question, 'answer', number),
          ),
        ]
      : []),
  ]
  if (!rate) return el('footer', { class: 'turn' }, ...buttons, ...own)
  const rates = (['positive', 'negative'] as const).map((kind) => {
    const name = kind === 'positive' ? 'good' : 'bad'
    const press = async (): Promise<void> => {
      try {
        await rate(turn.itemIds, kind)
        for (const rating of rates) attribute(rating, 'aria-pressed', String(rating === thumb))
        say(words('thanks'))
      } catch (error) {
        say(error instanceof Error ? error.message : words('failed'))
      }
    }
    const thumb = iconButton(name, words(name), () => void press(), { 'aria-pressed': 'false' })
    return thumb
  })
  return el('footer', { class: 'turn' }, ...buttons, ...rates, ...own)
}

function aloudButton(text: string, words: Words, say: (text: string) => void): HTMLElement {
  const aloud: HTMLElement = iconButton('play', words('readAloud'), () => {
    import('./read-aloud.ts').then(
      ({ toggleReading }) => toggleReading(text, aloud, words, icon),
      () => say(words('unreachable')),
    )
  })
  return aloud
}
