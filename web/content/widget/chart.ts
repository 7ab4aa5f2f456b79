// A small chart of bars, lines and areas, without motion. A table beside it says the same to people
// who do not see the chart.

import type { JsonObject } from '../../../src/chatkit/protocol/json.ts'
import { readChart, type Series } from './chart-data.ts'
import { type Drawing, keyOf } from './drawing.ts'
import { flag, object } from './values.ts'
import type { VNode } from './vnode.ts'

const WIDTH = 480
const HEIGHT = 220
const EDGE = { left: 44, right: 8, top: 8, bottom: 24 }

/** Returns the node of a chart. */
export function chart(component: JsonObject, drawing: Drawing): VNode {
  const { labelKey, labels, series } = readChart(component, drawing)
  const all = series.flatMap(({ values, floors }) =>
    values.map((value, index) => value + (floors[index] ?? 0)),
  )
  const top = Math.max(0, ...all)
  const bottom = Math.min(0, ...all)
  const span = top - bottom || 1
  const y = (value: number) => EDGE.top + ((top - value) / span) * (HEIGHT - EDGE.top - EDGE.bottom)
  const step = (WIDTH - EDGE.left - EDGE.right) / Math.max(1, labels.length)
  const x = (index: number) => EDGE.left + (index + 0.5) * step
  const bars = series.filter(({ type }) => type !== 'line' && type !== 'area')
  const columns = [...new Set(bars.map((one) => one.stack ?? one))]
  const svg = (
    tag: string,
    attributes: VNode['attributes'] & {},
    ...children: readonly (VNode | string)[]
  ): VNode => ({
    tag,
    svg: true,
    attributes,
    children,
  })

  /** Names a value when the pointer is over it. */
  const tip = ({ label, values }: Series, index: number) =>
    component.showTooltip === false
      ? []
      : [svg('title', {}, `${labels[index]}: ${label} ${values[index]}`)]

  const drawn = series.flatMap((one): VNode[] => {
    const floor = (index: number) => one.floors[index] ?? 0
    if (bars.includes(one)) {
      const width = (step * 0.7) / columns.length
      const offset = columns.indexOf(one.stack ?? one) * width - step * 0.35
      return one.values.map((value, index) =>
        svg(
          'rect',
          {
            x: round(x(index) + offset),
            y: round(Math.min(y(floor(index) + value), y(floor(index)))),
            width: round(Math.max(1, width - 1)),
            height: round(Math.abs(y(value) - y(0))),
            fill: one.color,
            rx: 2,
          },
          ...tip(one, index),
        ),
      )
    }
    const at = (index: number, value: number) => `${round(x(index))},${round(y(value))}`
    const points = one.values.map((value, index) => at(index, floor(index) + value))
    const dots = one.values.map((value, index) =>
      svg(
        'circle',
        {
          cx: round(x(index)),
          cy: round(y(floor(index) + value)),
          r: 6,
          fill: one.color,
          'fill-opacity': 0,
        },
        ...tip(one, index),
      ),
    )
    const line = svg('polyline', {
      points: points.join(' '),
      fill: 'none',
      stroke: one.color,
      'stroke-width': 2,
    })
    if (one.type !== 'area' || points.length === 0) return [line, ...dots]
    const under = one.floors.map((value, index) => at(index, value)).toReversed()
    return [
      svg('polygon', {
        points: [...points, ...under].join(' '),
        fill: one.color,
        'fill-opacity': 0.2,
      }),
      line,
      ...dots,
    ]
  })
  const every = Math.max(1, Math.ceil(labels.length / 8))
  const axis = object(component, 'xAxis')
  const ticks =
    axis && flag(axis, 'hide')
      ? []
      : labels.flatMap((label, index) =>
          index % every === 0
            ? [
                svg(
                  'text',
                  { x: round(x(index)), y: HEIGHT - 6, 'text-anchor': 'middle' },
                  label.slice(0, 14),
                ),
              ]
            : [],
        )
  const scale = flag(component, 'showYAxis')
    ? [top, (top + bottom) / 2, bottom].map((value) =>
        svg(
          'text',
          { x: EDGE.left - 6, y: round(y(value) + 4), 'text-anchor': 'end' },
          short(value),
        ),
      )
    : []
  const base = svg('line', {
    x1: EDGE.left,
    x2: WIDTH - EDGE.right,
    y1: round(y(0)),
    y2: round(y(0)),
    stroke: 'var(--chat-border)',
  })
  const legend: VNode[] =
    component.showLegend === false
      ? []
      : [
          {
            tag: 'ul',
            attributes: { class: 'w-legend', 'aria-hidden': 'true' },
            children: series.map(
              (one): VNode => ({
                tag: 'li',
                children: [
                  { tag: 'span', style: { background: one.color }, children: [] },
                  { tag: 'bdi', children: [one.label] },
                ],
              }),
            ),
          },
        ]
  return {
    tag: 'figure',
    ...keyOf(component),
    attributes: { class: 'w-chart' },
    children: [
      svg(
        'svg',
        { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, 'aria-hidden': 'true' },
        base,
        ...drawn,
        ...ticks,
        ...scale,
      ),
      ...legend,
      {
        tag: 'table',
        attributes: { class: 'visually-hidden' },
        children: [
          {
            tag: 'thead',
            children: [
              {
                tag: 'tr',
                children: [cell('th', labelKey), ...series.map(({ label }) => cell('th', label))],
              },
            ],
          },
          {
            tag: 'tbody',
            children: labels.map(
              (label, index): VNode => ({
                tag: 'tr',
                children: [
                  cell('th', label),
                  ...series.map(({ values }) => cell('td', String(values[index] ?? ''))),
                ],
              }),
            ),
          },
        ],
      },
    ],
  }
}

function cell(tag: 'th' | 'td', content: string): VNode {
  return { tag, children: [content] }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function short(value: number): string {
  return Math.abs(value) >= 1000 ? `${round(value / 1000)}k` : String(round(value))
}
