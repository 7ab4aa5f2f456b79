// Reads JSON that came from elsewhere: what is not of the expected shape reads as absent. It never
// throws.

/** The members of an object; nothing of anything else. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {}
}

/** A text, or undefined. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A finite number, or undefined. */
export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** The elements of an array; none of anything else. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The texts in an array. */
export function texts(value: unknown): readonly string[] {
  return list(value).filter((element) => typeof element === 'string')
}

/** What `parse` makes of each element, those left out of which it makes nothing. */
export function listOf<T>(
  value: unknown,
  parse: (element: unknown) => T | undefined,
): readonly T[] {
  return list(value).flatMap((element) => parse(element) ?? [])
}
