// JSON values from outside: their types, and the one guard for them.

/** Any JSON value. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** A JSON object whose members are known to be JSON. */
export type JsonObject = { readonly [key: string]: JsonValue }

/** An object from outside. Nothing is known of its members yet. */
export type UnknownObject = Readonly<Record<string, unknown>>

/** Whether a value is an object: not null, not an array. */
export function isObject(value: unknown): value is UnknownObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Writes a value as JSON; undefined when it has no JSON. A value that was parsed may be deeper than
 * the runtime can write.
 */
export function writeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

/**
 * Parses a JSON text; undefined when it is none. The parser's error quotes the text, so it is
 * dropped.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * The same, without members named `__proto__`: whoever copies such an object by assignment gives the
 * copy a prototype that a stranger chose, with members that nobody judged.
 */
export function parseForeignJson(text: string): unknown {
  if (!mayNameProto(text)) return parseJson(text)
  try {
    return JSON.parse(text, (key, value) => (key === '__proto__' ? undefined : value))
  } catch {
    return undefined
  }
}

/** `__proto__`, or an escape of one of its letters. A reviver is slow, so few texts get it. */
function mayNameProto(text: string): boolean {
  if (text.includes('__proto__')) return true
  return text.includes('\\u00') && /\\u00(?:5f|7[024]|6f)/i.test(text)
}
