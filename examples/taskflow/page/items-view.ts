// Draws the items of a thread and keeps them up to date: only what changed is touched, so that selection, focus and scrolling stay.
import { button, el, icon } from './dom.ts'
import type { Item, Step } from './item.ts'

/** Draws the items into the list; call it again with the items as they are now. */
export type DrawItems = (items: readonly Item[]) => void

/** @param retry what the button beside an error does */
export function createItemsView(container: HTMLElement, retry: () => void): DrawItems {
  let drawn = new Map<string, { readonly item: Item; readonly element: HTMLElement }>()

  return (items) => {
    const next: typeof drawn = new Map()
    let before: Element | null = container.firstElementChild
    for (const item of items) {
      const known = drawn.get(item.id)
      const element =
        known && known.item.kind === item.kind
          ? known.element
          : el('li', { class: `item ${item.kind}`, 'data-testid': item.kind })
      if (known?.item !== item || element !== known.element) drawItem(element, item, retry)
      next.set(item.id, { item, element })
      if (element === before) before = before.nextElementSibling
      else container.insertBefore(element, before)
    }
    const kept = new Set<Element>([...next.values()].map(({ element }) => element))
    for (const element of [...container.children]) if (!kept.has(element)) element.remove()
    drawn = next
  }
}

function drawItem(element: HTMLElement, item: Item, retry: () => void): void {
  switch (item.kind) {
    case 'user':
      element.replaceChildren(hidden('You said:'), el('p', { class: 'text' }, item.text))
      return
    case 'assistant':
      drawAssistant(element, item)
      return
    case 'workflow':
      element.replaceChildren(
        ...(item.summary === undefined || item.steps.length < 2 ? [] : [el('p', { class: 'summary' }, item.summary)]),
        el('ol', { class: 'steps', 'aria-label': 'Steps of the assistant' }, ...item.steps.map(drawStep)),
      )
      return
    case 'notice':
      element.replaceChildren(
        icon(item.level === 'info' ? 'info' : 'warning'),
        el(
          'div',
          { class: `callout-text` },
          item.title === undefined ? undefined : el('strong', {}, item.title),
          el('p', { class: 'text' }, item.message),
        ),
      )
      element.classList.add(item.level)
      return
    case 'error':
      element.replaceChildren(
        icon('warning'),
        el('div', { class: 'callout-text', role: 'alert' }, el('p', { class: 'text' }, item.message)),
        ...(item.retry ? [button({ class: 'quiet' }, retry, icon('retry'), 'Retry')] : []),
      )
      return
    case 'other':
      element.replaceChildren(el('p', { class: 'text' }, `This page cannot show an item of type “${item.type}”.`))
      return
  }
}

/** Adds what is new to the text that stands there, so that a long answer is not laid out again with every word. */
function drawAssistant(element: HTMLElement, item: Extract<Item, { kind: 'assistant' }>): void {
  const message = item.parts.join('\n\n')
  const shown = element.querySelector('.text')?.firstChild
  if (shown instanceof Text && message.startsWith(shown.data)) shown.appendData(message.slice(shown.data.length))
  else element.replaceChildren(hidden('TaskFlow said:'), el('p', { class: 'text' }, document.createTextNode(message)))
  element.classList.toggle('pending', item.pending)
  if (item.stopped && !element.querySelector('.mark')) element.append(el('p', { class: 'mark' }, 'Stopped'))
}

const STATES: Readonly<Record<Step['state'], string>> = { none: '', loading: 'at work', complete: 'done' }

function drawStep(step: Step): HTMLElement {
  return el(
    'li',
    { class: `step ${step.state}`, 'data-testid': 'step' },
    step.state === 'complete' ? icon('check') : el('span', { class: 'spinner', 'aria-hidden': 'true' }),
    el('span', { class: 'step-title' }, step.title),
    hidden(STATES[step.state]),
    step.detail === undefined ? undefined : el('span', { class: 'step-detail' }, step.detail),
  )
}

/** Text for screen readers only. */
function hidden(text: string): HTMLElement {
  return el('span', { class: 'visually-hidden' }, text)
}
