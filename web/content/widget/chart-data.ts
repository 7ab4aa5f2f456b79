// What a chart shows, read from its component: labels of the rows, and series with what they stand on.

import type { JsonObject } from '../../../src/chatkit/protocol/json.ts'
import { shown } from '../visible.ts'
import { type Drawing, take } from './drawing.ts'
import { color, number, object, objects, text } from './values.ts'

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

/** A series, and what it stands on. */
export interface Series {
  readonly type: string
  readonly key: string
  readonly label: string
  readonly color: string
  readonly values: readonly number[]
  /** Series of one stack stand on each other. */
  readonly stack: string | undefined
  /** Where each value begins: at zero, or on what is below it. */
  readonly floors: readonly number[]
}

/** A chart's data. */
export interface ChartData {
  /** The name of the column of labels. */
  readonly labelKey: string
  readonly labels: readonly string[]
  readonly series: readonly Series[]
}

/** Reads a chart. */
export function readChart(component: JsonObject, drawing: Drawing): ChartData {
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
  const series: Series[] = []
  for (const one of objects(component, 'series').slice(0, MOST_SERIES)) {
    const key = text(one, 'dataKey') ?? ''
    const type = text(one, 'type') ?? 'bar'
    const stack = type === 'line' ? undefined : text(one, 'stack')
    const values = rows.map((row) => number(row, key) ?? 0)
    const below = series.filter(
      (other) => stack !== undefined && other.type === type && other.stack === stack,
    )
    series.push({
      type,
      key,
      label: shown(text(one, 'label') ?? key),
      color: color(one.color) ?? COLORS[series.length % COLORS.length] ?? 'currentColor',
      values,
      stack,
      floors: values.map((value, row) => floorOf(value, row, below)),
    })
  }
  return { labelKey, labels, series }
}

/** What is negative hangs below zero, on what hangs there already; the rest stands above. */
function floorOf(value: number, row: number, below: readonly Series[]): number {
  const others = below.map(({ values }) => values[row] ?? 0)
  return others.filter((other) => other < 0 === value < 0).reduce((sum, other) => sum + other, 0)
}
