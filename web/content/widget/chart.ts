// A chart in a widget. What draws it is loaded with the first one.

import type { JsonObject } from '../../../src/chatkit/protocol/json.ts'
import { el } from '../../dom/dom.ts'
import type { ItemHost } from '../contract.ts'
import { type Drawing, keyOf, take } from './drawing.ts'
import { objects } from './values.ts'
import { type Inner, painter, type VNode } from './vnode.ts'

/** The rows that are drawn at most. */
const MAX_ROWS = 200

/** Returns the node of a chart. Its key keeps it apart from every other `figure`. */
export function chart(component: JsonObject, drawing: Drawing): VNode {
  const data = objects(component, 'data')
    .slice(0, MAX_ROWS)
    .filter(() => take(drawing))
  return {
    tag: 'figure',
    key: 'chart',
    ...keyOf(component),
    attributes: { class: 'w-chart' },
    inner: { make: () => chartView(drawing.host), text: JSON.stringify({ ...component, data }) },
  }
}

function chartView(host: ItemHost): Inner {
  const element = el('figure')
  const paint = painter()
  let drawn = ''
  return {
    element,
    set(text) {
      if (text === drawn) return
      drawn = text
      import('./chart/index.ts').then(
        // A chart that has changed meanwhile is drawn once, as it is now.
        (module) => text === drawn && paint.children(element, module.chart(JSON.parse(text))),
        () => paint.children(element, [host.text('unknownPart')]),
      )
    },
  }
}
