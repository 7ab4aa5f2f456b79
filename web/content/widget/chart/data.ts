// Reads what a chart shows from its component: the labels of the rows, and the series with the
// floor of each value.

import type { JsonObject } from '../../../../src/chatkit/protocol/json.ts'
import { shown } from '../../visible.ts'
import { color, number, object, objects, text } from '../values.ts'

/** The series that are drawn at most. */
const MAX_SERIES = 8

const COLORS = [
  'var(--chat-accent)',
  'var(--chat-success)',
  'var(--chat-warning)',
  'var(--chat-danger)',
  'var(--chat-info)',
  'var(--chat-muted)',
]

/** A series, and the floor of each of its values. */
export interface Series {
  readonly type: string
  readonly key: string
  readonly label: string
  readonly color: string
  readonly values: readonly number[]
  /** Series of one stack stand on each other. */
  readonly stack: string | undefined
  /** Where each value begins: at zero, or on the value below it. */
  readonly floors: readonly number[]
}

/** A chart's data. */
export interface ChartData {
  /** The name of the column of labels. */
  readonly labelKey: string
  readonly labels: readonly string[]
  readonly series: readonly Series[]
}

/** Reads a chart's data. */
export function readChart(component: JsonObject): ChartData {
  const rows = objects(component, 'data')
  const axis = object(component, 'xAxis')
  const labelKey = text(component, 'xAxis') ?? (axis && text(axis, 'dataKey')) ?? ''
  const names = axis && object(axis, 'labels')
  const labels = rows.map((row) => {
    const label = text(row, labelKey) ?? ''
    return shown((names && text(names, label)) ?? label)
  })
  const series: Series[] = []
  for (const given of objects(component, 'series').slice(0, MAX_SERIES)) {
    const key = text(given, 'dataKey') ?? ''
    const type = text(given, 'type') ?? 'bar'
    const stack = type === 'line' ? undefined : text(given, 'stack')
    const values = rows.map((row) => number(row, key) ?? 0)
    const below = series.filter(
      (other) => stack !== undefined && other.type === type && other.stack === stack,
    )
    series.push({
      type,
      key,
      label: shown(text(given, 'label') ?? key),
      color: color(given.color) ?? COLORS[series.length % COLORS.length] ?? 'currentColor',
      values,
      stack,
      floors: values.map((value, row) => floorOf(value, row, below)),
    })
  }
  return { labelKey, labels, series }
}

/**
 * Negative values hang below zero, each from the one before. Others stand above it, each on the
 * one before.
 */
function floorOf(value: number, row: number, below: readonly Series[]): number {
  const others = below.map(({ values }) => values[row] ?? 0)
  return others.filter((other) => other < 0 === value < 0).reduce((sum, other) => sum + other, 0)
}
