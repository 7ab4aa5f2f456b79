// Arguments as the texts of a request: the styles of OpenAPI 3.1 (Parameter Object, Style Values).

import { isObject } from '../../core/json.ts'
import type { Parameter } from './operation.ts'
import { Unusable } from './unusable.ts'

/** A name and its value, neither encoded yet. */
export type Pair = readonly [name: string, value: string]

/** Objects inside each other, in a query or a form. */
const MAX_DEPTH = 8

/** A value in a path or a header: one text. */
export function simpleText(value: unknown, { argument, explode, isJson }: Parameter): string {
  if (isJson) return JSON.stringify(value)
  if (Array.isArray(value)) return value.map((one) => plainText(one, argument)).join(',')
  if (!isObject(value)) return plainText(value, argument)
  return Object.entries(value)
    .map(([name, one]) => `${name}${explode ? '=' : ','}${plainText(one, argument)}`)
    .join(',')
}

/** A value in a query or a cookie. */
export function pairsOf(value: unknown, parameter: Parameter): readonly Pair[] {
  const { name, argument, style, explode, isJson } = parameter
  if (isJson) return [[name, JSON.stringify(value)]]
  if (style === 'deepObject' && (isObject(value) || Array.isArray(value)))
    return deepPairs(name, value, argument)
  const between = style === 'spaceDelimited' ? ' ' : style === 'pipeDelimited' ? '|' : ','
  const text = (one: unknown) => plainText(one, argument)
  if (Array.isArray(value))
    return explode ? value.map((one) => [name, text(one)]) : [[name, value.map(text).join(between)]]
  if (!isObject(value)) return [[name, text(value)]]
  const members = Object.entries(value)
  return explode
    ? members.map(([member, one]) => [member, text(one)])
    : [[name, members.flatMap(([member, one]) => [member, text(one)]).join(between)]]
}

/** A form: members that hold more than one value are written as `a[b]`. */
export function formPairs(
  value: unknown,
  { argument, deep }: { readonly argument: string; readonly deep: readonly string[] },
): readonly Pair[] {
  if (!isObject(value)) throw new Unusable(`${argument} must be an object`)
  return Object.entries(value).flatMap(([name, one]): readonly Pair[] => {
    const isFlatList = Array.isArray(one) && !deep.includes(name) && !one.some(isNested)
    if (isFlatList) return one.map((item) => [name, plainText(item, argument)])
    return deepPairs(name, one, argument)
  })
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

/** `name[member]`, as deep as it goes. The standard leaves open what is inside; this is what servers read. */
function deepPairs(name: string, value: unknown, argument: string, depth = 0): readonly Pair[] {
  if (depth > MAX_DEPTH) throw new Unusable(`${argument} is too deep`)
  if (value === null || value === undefined) return []
  if (!isNested(value)) return [[name, plainText(value, argument)]]
  return Object.entries(value).flatMap(([member, one]) =>
    deepPairs(`${name}[${member}]`, one, argument, depth + 1),
  )
}

function plainText(value: unknown, argument: string): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'boolean':
      return String(value)
    default:
      throw new Unusable(`${argument} holds an object or null where this API takes a text`)
  }
}
