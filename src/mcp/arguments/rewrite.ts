// Changes copies of JSON values. What does not change is shared with the input, so that an
// untouched value stays the same object.

import { isObject, type UnknownObject } from '../../core/json.ts'
import { entriesOf, stringsOf } from './schema.ts'

/** A change gives this to remove a member. */
export const GONE: unique symbol = Symbol('gone')

/** Changes each element of an array. Anything else comes back as it is. */
export function mapArray(
  value: unknown,
  change: (element: unknown, index: number) => unknown,
): unknown {
  if (!Array.isArray(value)) return value
  const next = value.map(change)
  return next.every((element, index) => element === value[index]) ? value : next
}

/** Changes, or removes, each member of an object. Anything else comes back as it is. */
export function mapEntries(
  value: unknown,
  change: (key: string, member: unknown) => unknown,
): unknown {
  if (!isObject(value)) return value
  let isChanged = false
  const next = entriesOf(value).flatMap(([key, member]) => {
    const changed = change(key, member)
    isChanged ||= changed !== member
    return changed === GONE ? [] : [[key, changed] as const]
  })
  // `fromEntries` defines members, so that a member called `__proto__` stays one.
  return isChanged ? Object.fromEntries(next) : value
}

/** The schema with more members required, and with more schemas that must hold. */
export function withDemands(
  schema: UnknownObject,
  required: readonly string[],
  schemas: readonly unknown[],
): UnknownObject {
  if (required.length === 0 && schemas.length === 0) return schema
  const all = [...new Set([...stringsOf(schema.required), ...required])]
  const list = Array.isArray(schema.allOf) ? schema.allOf : []
  return {
    ...schema,
    ...(required.length === 0 ? {} : { required: all }),
    ...(schemas.length === 0 ? {} : { allOf: [...list, ...schemas] }),
  }
}
