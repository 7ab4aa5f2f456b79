// A chart of bars, lines and areas, small and still: what it shows stands in a table beside it, for those who do not see it.

import type { JsonObject } from '../../../src/chatkit/json.ts'
import { shown } from '../visible.ts'
import { type Drawing, keyOf, take } from './drawing.ts'
import { color, flag, number, object, objects, text } from './values.ts'
import type { VNode } from './vnode.ts'

const WIDTH = 480
const HEIGHT = 220
const EDGE = { left: 44, right: 8, top: 8, bottom: 24 }

/** Rows and series that are drawn at most. */
const MOST_ROWS = 200
const MOST_SERIES = 8

const COLORS = [
  'var(--chat-accent)',
  'var(--chat-success)',
  'var(--chat-warning)',
  'var(--chat-danger)',
  'var(--chat-info)',
  'var(--chat-muted)',
]

interface Series {
  readonly type: string
  readonly key: string
  readonly label: string
  readonly color: string
  readonly values: readonly number[]
}

/** The chart as it is to be. */
export function chart(component: JsonObject, drawing: Drawing): VNode {
  const rows = objects(component, 'data')
    .slice(0, MOST_ROWS)
    .filter(() => take(drawing))
  const axis = object(component, 'xAxis')
  const labelKey = text(component, 'xAxis') ?? (axis && text(axis, 'dataKey')) ?? ''
  const names = axis && object(axis, 'labels')
  const labels = rows.map((row) => {
    const label = text(row, labelKey) ?? ''
    return shown((names && text(names, label)) ?? label)
  })
  const series = objects(component, 'series')
    .slice(0, MOST_SERIES)
    .map((one, index): Series => {
      const dataKey = text(one, 'dataKey') ?? ''
      return {
        type: text(one, 'type') ?? 'bar',
        key: dataKey,
        label: shown(text(one, 'label') ?? dataKey),
        color: color(one.color) ?? COLORS[index % COLORS.length] ?? 'currentColor',
        values: rows.map((row) => number(row, dataKey) ?? 0),
      }
    })
  const all = series.flatMap(({ values }) => values)
  const top = Math.max(0, ...all)
  const bottom = Math.min(0, ...all)
  const span = top - bottom || 1
  const y = (value: number) => EDGE.top + ((top - value) / span) * (HEIGHT - EDGE.top - EDGE.bottom)
  const step = (WIDTH - EDGE.left - EDGE.right) / Math.max(1, rows.length)
  const x = (index: number) => EDGE.left + (index + 0.5) * step
  const bars = series.filter(({ type }) => type !== 'line' && type !== 'area')
  const svg = (tag: string, attributes: VNode['attributes'] & {}, ...children: readonly (VNode | string)[]): VNode => ({
    tag,
    svg: true,
    attributes,
    children,
  })

  const drawn = series.flatMap((one): VNode[] => {
    if (bars.includes(one)) {
      const width = (step * 0.7) / bars.length
      const offset = bars.indexOf(one) * width - step * 0.35
      return one.values.map((value, index) =>
        svg('rect', {
          x: round(x(index) + offset),
          y: round(Math.min(y(value), y(0))),
          width: round(Math.max(1, width - 1)),
          height: round(Math.abs(y(value) - y(0))),
          fill: one.color,
          rx: 2,
        }),
      )
    }
    const points = one.values.map((value, index) => `${round(x(index))},${round(y(value))}`)
    const line = svg('polyline', { points: points.join(' '), fill: 'none', stroke: one.color, 'stroke-width': 2 })
    if (one.type !== 'area' || points.length === 0) return [line]
    const floor = `${round(x(rows.length - 1))},${round(y(0))} ${round(x(0))},${round(y(0))}`
    return [svg('polygon', { points: `${points.join(' ')} ${floor}`, fill: one.color, 'fill-opacity': 0.2 }), line]
  })
  const every = Math.max(1, Math.ceil(labels.length / 8))
  const ticks =
    axis && flag(axis, 'hide')
      ? []
      : labels.flatMap((label, index) =>
          index % every === 0
            ? [svg('text', { x: round(x(index)), y: HEIGHT - 6, 'text-anchor': 'middle' }, label.slice(0, 14))]
            : [],
        )
  const scale = flag(component, 'showYAxis')
    ? [top, (top + bottom) / 2, bottom].map((value) =>
        svg('text', { x: EDGE.left - 6, y: round(y(value) + 4), 'text-anchor': 'end' }, short(value)),
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
      svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, 'aria-hidden': 'true' }, base, ...drawn, ...ticks, ...scale),
      ...legend,
      {
        tag: 'table',
        attributes: { class: 'visually-hidden' },
        children: [
          {
            tag: 'thead',
            children: [{ tag: 'tr', children: [cell('th', labelKey), ...series.map(({ label }) => cell('th', label))] }],
          },
          {
            tag: 'tbody',
            children: labels.map(
              (label, index): VNode => ({
                tag: 'tr',
                children: [cell('th', label), ...series.map(({ values }) => cell('td', String(values[index] ?? '')))],
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
