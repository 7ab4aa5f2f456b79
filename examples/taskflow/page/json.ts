// Reads JSON from outside. A value that does not have the expected shape counts as absent. Nothing
// here throws.

/** Gives the members of an object, and no members for any other value. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {}
}

/** Gives a text, or undefined for any other value. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Gives a finite number, or undefined for any other value. */
export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** Gives the elements of an array, and none for any other value. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Gives the texts in an array. */
export function texts(value: unknown): readonly string[] {
  return list(value).filter((element) => typeof element === 'string')
}

/** Parses each element of an array, and leaves out those for which `parse` gives undefined. */
export function listOf<T>(
  value: unknown,
  parse: (element: unknown) => T | undefined,
): readonly T[] {
  return list(value).flatMap((element) => parse(element) ?? [])
}
