// JSON values on the wire, in the free-form parts of items, requests and widgets. The types are
// core's. The page takes them from here, because it may import no other folder of the server.

import type { JsonObject, JsonValue } from '../../core/json.ts'

export type { JsonObject, JsonValue } from '../../core/json.ts'

/** Copies an object without the nulls in its objects and arrays, at any depth. */
export function withoutNulls<T extends JsonObject>(value: T): T {
  // The fields that T names are never null, so none of them is lost.
  return strip(value) as T
}

function strip(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.filter((element) => element !== null).map(strip)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) =>
      member === null ? [] : [[key, strip(member)]],
    ),
  )
}
