// An image that a model made. It is shown if it may be loaded, and is a link otherwise. Until the
// image is ready, a word stands there.

import type { GeneratedImage } from '../../../src/chatkit/protocol/item.ts'
import { el } from '../../dom/dom.ts'
import { image } from '../link.ts'
import type { MarkdownOptions } from '../markdown/options.ts'
import type { View } from './view.ts'

/** Makes the view of a generated image. */
export function generatedImage(
  options: MarkdownOptions,
): View<{ readonly image?: GeneratedImage }> {
  const element = el('div', { class: 'generated' })
  let before = ''
  return {
    element,
    update({ image: given }) {
      const now = `${given?.url} ${options.allowedImageDomains}`
      if (now === before) return
      before = now
      element.replaceChildren(
        given
          ? image(given.url, options.text('image'), options, true)
          : el('span', { class: 'quiet', role: 'status' }, options.text('makingImage')),
      )
    },
  }
}
