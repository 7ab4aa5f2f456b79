// A tool that runs in the page: one quiet line. Its arguments and output concern the model and the
// page, and are not shown.

import type { ClientToolCallItem } from '../../../src/chatkit/protocol/item.ts'
import { el, write } from '../../dom/dom.ts'
import type { MarkdownOptions } from '../markdown/options.ts'
import { shown } from '../visible.ts'
import { indicator, setIndicator } from './indicator.ts'
import type { View } from './view.ts'

/** Makes the view of a client tool's call. */
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
