// The values of a form's fields, merged into the payload of its actions: by name, `a.b` into an object, and never over what the server wrote.

import type { Json, JsonObject } from '../../../src/chatkit/protocol/json.ts'
import { asObject } from '../../client/json.ts'
import { attribute } from '../../dom/dom.ts'

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement
const FIELDS = '[data-field]'

/** Names that are no names of fields: they are what every object has. */
const REFUSED = new Set(['__proto__', 'constructor', 'prototype'])

/** The value of the choice that is written into a field with a list; undefined when what is written is none. */
export function chosen({ list, value }: HTMLInputElement): string | undefined {
  const options = [...(list?.querySelectorAll('option') ?? [])]
  return options.find((option) => !option.disabled && option.value === value)?.dataset.value
}

/** The values of the fields within an element, by their names. */
export function valuesIn(form: Element): readonly (readonly [string, Json])[] {
  const values: (readonly [string, Json])[] = []
  for (const field of form.querySelectorAll<Field>(FIELDS)) {
    const name = field.dataset.field ?? ''
    // One that only waits for an answer still holds its value.
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

/** The payload with the values in it. A payload that is no object stays as it is. */
export function merged(
  payload: Json | undefined,
  values: readonly (readonly [string, Json])[],
): Json | undefined {
  if (values.length === 0) return payload
  const start = payload === undefined || payload === null ? {} : asObject(payload)
  return start === undefined
    ? payload
    : values.reduce((whole, [name, value]) => withValue(whole, name.split('.'), value), start)
}

function withValue(
  whole: JsonObject,
  [first = '', ...rest]: readonly string[],
  value: Json,
): JsonObject {
  if (REFUSED.has(first) || first === '') return whole
  const there = Object.hasOwn(whole, first) ? whole[first] : undefined
  if (rest.length === 0) return there === undefined ? { ...whole, [first]: value } : whole
  const inner = there === undefined ? {} : asObject(there)
  return inner === undefined ? whole : { ...whole, [first]: withValue(inner, rest, value) }
}

/** The first field within an element that does not hold what it may. All of them are marked; that one gets the focus. */
export function firstInvalid(form: Element): Field | undefined {
  const fields = [...form.querySelectorAll<Field>(FIELDS)]
  for (const field of fields) attribute(field, 'aria-invalid', !field.checkValidity())
  const first = fields.find((field) => !field.validity.valid)
  first?.focus()
  return first
}
