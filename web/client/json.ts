// Looks into JSON from outside: the few questions that parsing asks. Nothing here throws.

/** The value as an object with unknown fields; an empty one when it is something else. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  // A look into foreign JSON: every field stays unknown.
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

/** The value if it is a string. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** The value if it is a list; an empty one otherwise. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The value if it is a whole number from 0 to `most`. */
export function index(value: unknown, most: number): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most
    ? value
    : undefined
}
