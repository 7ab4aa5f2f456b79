// The picture of a chart, as SVG nodes: its bars, lines and areas, with the labels of both axes.

import type { JsonObject } from '../../../../src/chatkit/protocol/json.ts'
import { flag, object } from '../values.ts'
import type { VNode } from '../vnode.ts'
import type { ChartData, Series } from './data.ts'

const WIDTH = 480
const HEIGHT = 220
const LEFT_EDGE = 44
const RIGHT_EDGE = 8
const TOP_EDGE = 8
const BOTTOM_EDGE = 24
const MAX_TICKS = 8
const MAX_TICK_CHARS = 14

/** Returns the picture. Screen readers skip it: a table says the same. */
export function chartPicture(component: JsonObject, { labels, series }: ChartData): VNode {
  const all = series.flatMap(({ values, floors }) =>
    values.map((value, index) => value + (floors[index] ?? 0)),
  )
  const top = Math.max(0, ...all)
  const bottom = Math.min(0, ...all)
  const span = top - bottom || 1
  const step = (WIDTH - LEFT_EDGE - RIGHT_EDGE) / Math.max(1, labels.length)
  const x = (index: number) => round(LEFT_EDGE + (index + 0.5) * step)
  const y = (value: number) =>
    round(TOP_EDGE + ((top - value) / span) * (HEIGHT - TOP_EDGE - BOTTOM_EDGE))
  const scale = flag(component, 'showYAxis') ? [top, (top + bottom) / 2, bottom] : []
  // A stack of bars shares one column.
  const columns = [...new Set(series.filter(isBar).map(columnOf))]
  const width = (step * 0.7) / columns.length

  /** One shape for each value: a bar, or a dot that only shows its title under the pointer. */
  function shapesOf(drawn: Series): VNode[] {
    const { label, color, values, floors } = drawn
    const offset = columns.indexOf(columnOf(drawn)) * width - step * 0.35
    return values.map((value, index) => {
      const floor = floors[index] ?? 0
      const end = y(floor + value)
      const tip =
        component.showTooltip === false
          ? []
          : [svg('title', {}, `${labels[index]}: ${label} ${value}`)]
      if (!isBar(drawn))
        return svg('circle', { cx: x(index), cy: end, r: 6, 'fill-opacity': 0 }, ...tip)
      const bar = {
        x: round(x(index) + offset),
        y: Math.min(end, y(floor)),
        width: round(Math.max(1, width - 1)),
        height: round(Math.abs(y(value) - y(0))),
        fill: color,
        rx: 2,
      }
      return svg('rect', bar, ...tip)
    })
  }

  /** The line through the values, and the area below it. */
  function linesOf({ type, color: stroke, values, floors }: Series): VNode[] {
    const pointsAt = (heights: readonly number[]) =>
      heights.map((height, index) => `${x(index)},${y(height)}`)
    const upper = pointsAt(values.map((value, index) => (floors[index] ?? 0) + value))
    const line = { points: upper.join(' '), fill: 'none', stroke, 'stroke-width': 2 }
    if (type !== 'area' || upper.length === 0) return [svg('polyline', line)]
    const points = [...upper, ...pointsAt(floors).toReversed()].join(' ')
    return [svg('polygon', { points, fill: stroke, 'fill-opacity': 0.2 }), svg('polyline', line)]
  }

  return svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, 'aria-hidden': 'true' },
    svg('line', {
      x1: LEFT_EDGE,
      x2: WIDTH - RIGHT_EDGE,
      y1: y(0),
      y2: y(0),
      stroke: 'var(--chat-border)',
    }),
    ...series.flatMap((drawn) => [...(isBar(drawn) ? [] : linesOf(drawn)), ...shapesOf(drawn)]),
    ...drawLabels(component, labels, x),
    ...scale.map((value) => drawText(LEFT_EDGE - 6, y(value) + 4, 'end', shorten(value))),
  )
}

function isBar({ type }: Series): boolean {
  return type !== 'line' && type !== 'area'
}

function columnOf(series: Series): unknown {
  return series.stack ?? series
}

function drawLabels(
  component: JsonObject,
  labels: readonly string[],
  x: (index: number) => number,
): VNode[] {
  const axis = object(component, 'xAxis')
  if (axis && flag(axis, 'hide')) return []
  const every = Math.max(1, Math.ceil(labels.length / MAX_TICKS))
  return labels.flatMap((label, index) =>
    index % every === 0
      ? [drawText(x(index), HEIGHT - 6, 'middle', label.slice(0, MAX_TICK_CHARS))]
      : [],
  )
}

function drawText(x: number, y: number, anchor: string, content: string): VNode {
  return svg('text', { x, y, 'text-anchor': anchor }, content)
}

function svg(
  tag: string,
  attributes: VNode['attributes'] & {},
  ...children: readonly (VNode | string)[]
): VNode {
  return { tag, svg: true, attributes, children }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function shorten(value: number): string {
  return Math.abs(value) >= 1000 ? `${round(value / 1000)}k` : String(round(value))
}
