// The person's message: text, tags, the quoted text, and attachments. It is shown as written, and
// its Markdown is not read.

import type { Attachment, UserMessageItem } from '../../../src/chatkit/protocol/item.ts'
import { el } from '../../dom/dom.ts'
import { icon } from '../../dom/icon.ts'
import { imageAddress } from '../address.ts'
import { LOADING } from '../link.ts'
import type { MarkdownOptions } from '../markdown/options.ts'
import { foreign } from '../text.ts'
import { shown } from '../visible.ts'
import type { View } from './view.ts'

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
        ...words(item),
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

function words({ content }: UserMessageItem): readonly HTMLElement[] {
  if (content.length === 0) return []
  return [
    el(
      'div',
      { class: 'text', dir: 'auto' },
      ...content.map((part) =>
        part.type === 'input_text' ? part.text : el('span', { class: 'tag' }, foreign(part.text)),
      ),
    ),
  ]
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
