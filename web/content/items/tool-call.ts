// A tool that runs in the page: one quiet line. Arguments and output are the model's and the page's affair, and not shown.

import type { ClientToolCallItem } from '../../../src/chatkit/protocol/item.ts'
import { el, write } from '../../dom/dom.ts'
import type { MarkdownOptions } from '../markdown/options.ts'
import { shown } from '../visible.ts'
import { indicator, setIndicator } from './indicator.ts'
import type { View } from './view.ts'

/** A call of a client tool on the page. */
export function toolCall({ text }: MarkdownOptions): View<ClientToolCallItem> {
  const status = indicator()
  const label = el('bdi')
  return {
    element: el('div', { class: 'step' }, status, label),
    update({ status: now, name }) {
      setIndicator(status, now === 'pending' ? 'loading' : 'complete', text)
      write(label, text('usingTool', { name: shown(name) }))
    },
  }
}
