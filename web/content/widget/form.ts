// The values of a form's fields, merged into the payload of its actions: by name, `a.b` into an object, and never over what the server wrote.

import type { Json, JsonObject } from '../../../src/chatkit/json.ts'
import { asObject } from './values.ts'

/** Names that are no names of fields: they are what every object has. */
const REFUSED = new Set(['__proto__', 'constructor', 'prototype'])

/** The values of the fields within an element, by their names. */
export function valuesIn(form: Element): readonly (readonly [string, Json])[] {
  const values: (readonly [string, Json])[] = []
  for (const field of form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>('[data-field]')) {
    const name = field.dataset.field ?? ''
    if (name === '' || field.disabled) continue
    if (field instanceof HTMLInputElement && field.type === 'checkbox') values.push([name, field.checked])
    else if (field instanceof HTMLInputElement && field.type === 'radio') {
      if (field.checked) values.push([name, field.value])
    } else if (field instanceof HTMLInputElement && field.type === 'number') {
      values.push([name, field.value === '' ? null : field.valueAsNumber])
    } else values.push([name, field.value])
  }
  return values
}

/** The payload with the values in it. A payload that is no object stays as it is. */
export function merged(payload: Json | undefined, values: readonly (readonly [string, Json])[]): Json | undefined {
  if (values.length === 0) return payload
  const start = payload === undefined || payload === null ? {} : asObject(payload)
  return start === undefined ? payload : values.reduce((whole, [name, value]) => withValue(whole, name.split('.'), value), start)
}

function withValue(whole: JsonObject, [first = '', ...rest]: readonly string[], value: Json): JsonObject {
  if (REFUSED.has(first) || first === '') return whole
  const there = Object.hasOwn(whole, first) ? whole[first] : undefined
  if (rest.length === 0) return there === undefined ? { ...whole, [first]: value } : whole
  const inner = there === undefined ? {} : asObject(there)
  return inner === undefined ? whole : { ...whole, [first]: withValue(inner, rest, value) }
}

/** Whether all fields within an element hold what they may; the first one that does not gets the person's attention. */
export function isValid(form: Element): boolean {
  const fields = [...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>('[data-field]')]
  return fields.every((field) => field.reportValidity())
}
