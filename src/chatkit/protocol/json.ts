// JSON values as they come over the wire: free-form parts of items, requests and widgets.

import type { JsonObject, JsonValue } from '../../core/json.ts'

/** Any JSON value. */
export type Json = JsonValue
export type { JsonObject }

/** Copies a value without the nulls in its objects and arrays, at any depth. */
export function withoutNulls<T extends JsonObject>(value: T): T {
  // Only values are dropped, and only such that T's own fields do not have.
  return strip(value) as T
}

function strip(value: Json): Json {
  if (Array.isArray(value)) return value.filter((element) => element !== null).map(strip)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) =>
      member === null ? [] : [[key, strip(member)]],
    ),
  )
}
