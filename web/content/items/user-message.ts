// The person's message: text, tags, the quoted text, and attachments. It is shown as written, and
// its Markdown is not read.

import type {
  Attachment,
  UserContent,
  UserMessageItem,
} from '../../../src/chatkit/protocol/item.ts'
import { button, el } from '../../dom/dom.ts'
import { icon } from '../../dom/icon.ts'
import { imageAddress } from '../address.ts'
import { entityButton } from '../entity.ts'
import { LOADING } from '../link.ts'
import type { MarkdownOptions } from '../markdown/options.ts'
import { foreign } from '../text.ts'
import { shown } from '../visible.ts'
import type { View } from './view.ts'

type Tag = Extract<UserContent, { readonly type: 'input_tag' }>

/** Makes the view of the person's message. */
export function userMessage(options: MarkdownOptions): View<UserMessageItem> {
  const element = el('div', { class: 'user' })
  let before = ''
  return {
    element,
    update(item) {
      const now = JSON.stringify([
        item.content,
        item.attachments,
        item.quoted_text,
        options.allowedImageDomains,
      ])
      if (now === before) return
      before = now
      const { quoted_text: quoted } = item
      element.replaceChildren(
        ...(quoted
          ? [
              el(
                'blockquote',
                { class: 'quoted', dir: 'auto', 'aria-label': options.text('quoted') },
                quoted,
              ),
            ]
          : []),
        ...words(item, options),
        ...(item.attachments.length > 0
          ? [
              el(
                'ul',
                { class: 'attached', 'aria-label': options.text('attachments') },
                ...item.attachments.map((attachment) => attached(attachment, options)),
              ),
            ]
          : []),
      )
    },
  }
}

/** A longer text of the person's is cut in sight, until they want to see all of it. */
const MAX_CHARS = 2000
const MAX_LINES = 25

function words({ content }: UserMessageItem, { text }: MarkdownOptions): readonly HTMLElement[] {
  if (content.length === 0) return []
  const element = el(
    'div',
    { class: 'text', dir: 'auto' },
    ...content.map((part) => (part.type === 'input_text' ? part.text : tagOf(part))),
  )
  const said = element.textContent
  if (said.length <= MAX_CHARS && said.split('\n', MAX_LINES + 1).length <= MAX_LINES)
    return [element]
  element.classList.add('cut')
  const all = button(
    { class: 'text-button' },
    () => {
      element.classList.remove('cut')
      all.remove()
    },
    text('showAll'),
  )
  return [element, all]
}

function tagOf(tag: Tag): HTMLElement {
  const element = el('span', { class: 'tag' })
  const { id, text: title, group, data, interactive } = tag
  const said = foreign(title)
  element.append(
    interactive
      ? entityButton({ id, title, interactive, data, ...(group ? { group } : {}) }, said)
      : said,
  )
  return element
}

function attached(attachment: Attachment, { allowedImageDomains }: MarkdownOptions): HTMLElement {
  const preview =
    attachment.type === 'image'
      ? imageAddress(attachment.preview_url, allowedImageDomains, true)
      : undefined
  const name = shown(attachment.name)
  return el(
    'li',
    {},
    preview === undefined
      ? icon(attachment.type === 'image' ? 'square-image' : 'document')
      : el('img', { alt: '', ...LOADING, src: preview }),
    el('bdi', { class: 'name' }, name),
  )
}
