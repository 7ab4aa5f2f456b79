// Merges the values of a form's fields into the payload of its actions. The name `a.b` goes into an
// object, and no value replaces one of the server's.

import type { JsonObject, JsonValue } from '../../../src/chatkit/protocol/json.ts'
import { asObject } from '../../client/json.ts'
import { attribute } from '../../dom/dom.ts'

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement
const FIELDS = '[data-field]'

/** Every object has these names, so no field may have them. */
const REFUSED = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Returns the value of the choice whose label was written into a field with a list; undefined when
 * there is none.
 */
export function chosen({ list, value }: HTMLInputElement): string | undefined {
  const options = [...(list?.querySelectorAll('option') ?? [])]
  return options.find((option) => !option.disabled && option.value === value)?.dataset.value
}

/** Returns the values of the fields within an element, by their names. */
export function valuesIn(form: Element): readonly (readonly [string, JsonValue])[] {
  const values: (readonly [string, JsonValue])[] = []
  for (const field of form.querySelectorAll<Field>(FIELDS)) {
    const name = field.dataset.field ?? ''
    // A field that only waits for an answer still has its value.
    if (name === '' || (field.disabled && field.dataset.waits === undefined)) continue
    if (field instanceof HTMLInputElement && field.type === 'checkbox')
      values.push([name, field.checked])
    else if (field instanceof HTMLInputElement && field.type === 'radio') {
      if (field.checked) values.push([name, field.value])
    } else if (field instanceof HTMLInputElement && field.type === 'number') {
      values.push([name, field.value === '' ? null : field.valueAsNumber])
    } else if (field instanceof HTMLInputElement && field.list)
      values.push([name, chosen(field) ?? ''])
    else values.push([name, field.value])
  }
  return values
}

/** Returns the payload with the values in it. A payload that is no object stays as it is. */
export function merged(
  payload: JsonValue | undefined,
  values: readonly (readonly [string, JsonValue])[],
): JsonValue | undefined {
  if (values.length === 0) return payload
  const start = payload === undefined || payload === null ? {} : asObject(payload)
  return start === undefined
    ? payload
    : values.reduce((whole, [name, value]) => withValue(whole, name.split('.'), value), start)
}

function withValue(
  whole: JsonObject,
  [first = '', ...rest]: readonly string[],
  value: JsonValue,
): JsonObject {
  if (REFUSED.has(first) || first === '') return whole
  const there = Object.hasOwn(whole, first) ? whole[first] : undefined
  if (rest.length === 0) return there === undefined ? { ...whole, [first]: value } : whole
  const inner = there === undefined ? {} : asObject(there)
  return inner === undefined ? whole : { ...whole, [first]: withValue(inner, rest, value) }
}

/**
 * Returns the first invalid field within an element and moves the focus there. It marks all invalid
 * fields.
 */
export function firstInvalid(form: Element): Field | undefined {
  const fields = [...form.querySelectorAll<Field>(FIELDS)]
  for (const field of fields) attribute(field, 'aria-invalid', !field.checkValidity())
  const first = fields.find((field) => !field.validity.valid)
  first?.focus()
  return first
}
