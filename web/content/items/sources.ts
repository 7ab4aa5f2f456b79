// The sources of an answer: a number in the text for each, and a list below with all details.

import type { Annotation } from '../../../src/chatkit/protocol/item.ts'
import { text } from '../../client/json.ts'
import { button, el } from '../../dom/dom.ts'
import { icon } from '../../dom/icon.ts'
import { entityButton } from '../entity.ts'
import { foreignLink } from '../link.ts'
import type { Mark } from '../markdown/marks.ts'
import type { MarkdownOptions } from '../markdown/options.ts'
import { foreign } from '../text.ts'

type Source = Annotation['source']

/** The sources of one answer. `update` lists them again. */
export interface Sources {
  readonly element: HTMLElement
  /** Lists the sources of all parts, and returns each part's marks. */
  set(parts: readonly (readonly Annotation[])[]): readonly (readonly Mark[])[]
}

/** Makes a list of sources. It is hidden while there are none. */
export function sources({ text: word }: MarkdownOptions): Sources {
  const list = el('ol')
  const element = el(
    'section',
    { class: 'sources', hidden: true, 'aria-label': word('sources') },
    el('h3', {}, word('sources')),
    list,
  )
  let numbers: readonly string[] = []

  const mark = (number: number, title: string) => () =>
    el(
      'sup',
      { class: 'mark' },
      button(
        { 'aria-label': `${word('sources')} ${number}: ${title}`, title },
        () => {
          const entry = list.children.item(number - 1)
          if (entry instanceof HTMLElement) entry.focus()
        },
        String(number),
      ),
    )

  return {
    element,
    set(parts) {
      const all = new Map<string, Source>()
      for (const { source } of parts.flat())
        if (!all.has(identity(source))) all.set(identity(source), source)
      const next = [...all].map(([key, source]) => `${key}\n${JSON.stringify(source)}`)
      if (next.join('\n') !== numbers.join('\n'))
        list.replaceChildren(...[...all.values()].map(entryOf))
      numbers = next
      element.hidden = all.size === 0
      const order = new Map([...all.keys()].map((key, at) => [key, at + 1]))
      return parts.map((annotations) =>
        annotations.flatMap(({ source, index }) => {
          if (typeof index !== 'number') return []
          const number = order.get(identity(source)) ?? 0
          return [{ index, key: `${number} ${source.title}`, element: mark(number, source.title) }]
        }),
      )
    },
  }
}

function entryOf(source: Source): HTMLElement {
  return el('li', { tabindex: -1 }, ...describe(source))
}

/** Returns what is shown of a source: a full link, a file's name, or the app's own label. */
export function describe(source: Source): readonly (Node | string)[] {
  const more = [text(source.description), text(source.timestamp)].filter(
    (detail) => detail !== undefined && detail !== '',
  )
  const details = more.map((detail) =>
    el('div', { class: 'quiet', dir: 'auto' }, foreign(detail ?? '')),
  )
  switch (source.type) {
    case 'url':
      return [foreignLink(text(source.url) ?? '', source.title), ...details]
    case 'file': {
      const name = text(source.filename) ?? ''
      return [
        icon('document'),
        foreign(source.title),
        ...(name && name !== source.title
          ? [' ', el('span', { class: 'quiet' }, foreign(name))]
          : []),
        ...details,
      ]
    }
    case 'entity': {
      const label = text(source.label) ?? ''
      return [
        icon(text(source.icon) ?? 'square-text'),
        source.interactive ? entityButton(source, foreign(source.title)) : foreign(source.title),
        ...(label ? [' ', el('span', { class: 'quiet' }, foreign(label))] : []),
        ...details,
      ]
    }
    default:
      return details
  }
}

function identity(source: Source): string {
  switch (source.type) {
    case 'url':
      return `url ${source.url}`
    case 'file':
      return `file ${source.filename}`
    case 'entity':
      return `entity ${source.id}`
    default:
      return ''
  }
}
