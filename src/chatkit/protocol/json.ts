// JSON values as they come over the wire: free-form parts of items, requests and widgets.

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json
}

/** A copy without nulls at any depth, in objects and in arrays. */
export function withoutNulls<T extends JsonObject>(value: T): T {
  // Only values are dropped, and only such that T's own fields do not have.
  return strip(value) as T
}

function strip(value: Json): Json {
  if (Array.isArray(value)) return value.filter((one) => one !== null).map(strip)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => (one === null ? [] : [[key, strip(one)]])),
  )
}
