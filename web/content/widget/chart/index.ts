// A small chart of bars, lines and areas, without motion. A table beside it says the same to people
// who do not see the chart. The component loads this module with the first chart.

import type { JsonObject } from '../../../../src/chatkit/protocol/json.ts'
import type { VNode } from '../vnode.ts'
import { type ChartData, readChart, type Series } from './data.ts'
import { chartPicture } from './picture.ts'

/** Returns the nodes of a chart. */
export function chart(component: JsonObject): readonly VNode[] {
  const data = readChart(component)
  return [
    chartPicture(component, data),
    ...(component.showLegend === false ? [] : [legend(data.series)]),
    table(data),
  ]
}

function legend(series: readonly Series[]): VNode {
  return {
    tag: 'ul',
    attributes: { class: 'w-legend', 'aria-hidden': 'true' },
    children: series.map(({ color, label }) => ({
      tag: 'li',
      children: [
        { tag: 'span', style: { background: color }, children: [] },
        { tag: 'bdi', children: [label] },
      ],
    })),
  }
}

function table({ labelKey, labels, series }: ChartData): VNode {
  const head = row('th', labelKey, (each) => each.label)
  const body = labels.map((label, index) => row('td', label, ({ values }) => values[index] ?? ''))

  function row(tag: string, label: string, content: (each: Series) => string | number): VNode {
    const cells = series.map((each) => ({ tag, children: [String(content(each))] }))
    return { tag: 'tr', children: [{ tag: 'th', children: [label] }, ...cells] }
  }

  return {
    tag: 'table',
    attributes: { class: 'visually-hidden' },
    children: [
      { tag: 'thead', children: [head] },
      { tag: 'tbody', children: body },
    ],
  }
}
