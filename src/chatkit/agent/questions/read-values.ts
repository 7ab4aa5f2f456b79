// What a person filled in, as the server's form wants it. A page sends what it likes, so each value is
// checked here. Pure.

import type { FieldKind, FieldValue, QuestionField } from '../../../agent/question.ts'
import type { Result } from '../../../core/errors.ts'
import { isObject } from '../../../core/json.ts'
import type { ValueProblem } from './question-words.ts'

/** A field whose value is not right. */
export interface BadValue {
  readonly label: string
  readonly problem: ValueProblem
}

/** Values by the names of their fields. */
type FilledIn = Readonly<Record<string, FieldValue>>

/** Characters of one value at most, where the server names no limit. */
const MAX_TEXT_CHARS = 10_000

/**
 * The name of a field in the widget. It holds nothing of the server's, because a name with a dot means
 * a part of an object there.
 */
export function widgetName(index: number, option?: number): string {
  return option === undefined ? `values.f${index}` : `values.f${index}.o${option}`
}

/**
 * Reads the values of a form.
 *
 * @param values What the page sent under `values`, by the names of {@link widgetName}.
 */
export function readValues(
  fields: readonly QuestionField[],
  values: unknown,
): Result<FilledIn, BadValue> {
  const filled: [string, FieldValue][] = []
  for (const [index, { name, label, required, kind }] of fields.entries()) {
    const given = isObject(values) ? values[`f${index}`] : undefined
    const value = valueIn(given, kind)
    const problem =
      value === undefined ? (required ? 'missing' : undefined) : problemOf(value, kind)
    if (problem) return { ok: false, refusal: { label, problem } }
    if (value !== undefined) filled.push([name, value])
  }
  return { ok: true, value: Object.fromEntries(filled) }
}

/** The value of one field; undefined when nothing was filled in. */
function valueIn(given: unknown, kind: FieldKind): FieldValue | undefined {
  if (kind.type === 'boolean') return given === true || given === 'true' || given === 'on'
  if (kind.type === 'choices') {
    const chosen = kind.options.flatMap(({ value }, index) =>
      isObject(given) && given[`o${index}`] === true ? [value] : [],
    )
    return chosen.length === 0 ? undefined : chosen
  }
  if (typeof given === 'number') return kind.type === 'number' ? given : String(given)
  if (typeof given !== 'string' || given.trim() === '') return undefined
  return kind.type === 'number' ? Number(given) : given
}

function problemOf(value: FieldValue, kind: FieldKind): ValueProblem | undefined {
  switch (kind.type) {
    case 'boolean':
      return undefined
    case 'number':
      return numberProblem(value, kind)
    case 'choice':
      return kind.options.some((option) => option.value === value) ? undefined : 'choice'
    case 'choices': {
      const count = Array.isArray(value) ? value.length : 0
      return isWithin(count, kind.minItems, kind.maxItems) ? undefined : 'count'
    }
    case 'text':
      return textProblem(String(value), kind)
  }
}

function numberProblem(
  value: FieldValue,
  { whole, minimum, maximum }: Extract<FieldKind, { type: 'number' }>,
): ValueProblem | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'number'
  if (whole && !Number.isInteger(value)) return 'number'
  return isWithin(value, minimum, maximum) ? undefined : 'range'
}

function textProblem(
  value: string,
  { format, minLength, maxLength = MAX_TEXT_CHARS }: Extract<FieldKind, { type: 'text' }>,
): ValueProblem | undefined {
  // JSON Schema counts characters, not code units (2020-12 validation, section 6.3).
  if (!isWithin([...value].length, minLength, maxLength)) return 'length'
  return format === undefined || hasFormat(value, format) ? undefined : 'format'
}

function hasFormat(value: string, format: 'email' | 'uri' | 'date' | 'date-time'): boolean {
  switch (format) {
    case 'email':
      return /^[^\s@]+@[^\s@]+$/.test(value)
    case 'uri':
      return URL.canParse(value)
    case 'date':
      return /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))
    case 'date-time':
      return /^\d{4}-\d{2}-\d{2}[Tt ]/.test(value) && !Number.isNaN(Date.parse(value))
  }
}

function isWithin(value: number, least = -Infinity, most = Infinity): boolean {
  return value >= least && value <= most
}
