// The shapes of parsed JSON. Each one reads a value, or says where the value is wrong. We use no
// schema library, because it would be most of the code that a process loads at its start.

import { isObject } from '../../core/json.ts'

/** Reads a value. @throws Misshapen when the value does not have the shape. */
export type Shape<T> = (value: unknown) => T

/** A value did not match its shape. `path` says where; the value itself is never included. */
export class Misshapen extends Error {
  override readonly name = 'Misshapen'
  readonly path: string[] = []
}

/** Bounds of a length, both included. */
interface Bounds {
  readonly least?: number
  readonly most?: number
}

/** The shapes of an object's fields. An optional field may be read as undefined. */
type Fields<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K> ? Shape<T[K] | undefined> : Shape<T[K]>
}

/** A string. The bounds count UTF-16 units. */
export function text({ least = 0, most = Number.POSITIVE_INFINITY }: Bounds = {}): Shape<string> {
  return (value) => {
    if (typeof value !== 'string' || value.length < least || value.length > most)
      throw new Misshapen()
    return value
  }
}

/** One of some strings. */
export function oneOf<const T extends string>(...values: readonly T[]): Shape<T> {
  return (value) => {
    const found = values.find((text) => text === value)
    if (found === undefined) throw new Misshapen()
    return found
  }
}

/** A whole number of at least 0. */
export function count(most: number = Number.POSITIVE_INFINITY): Shape<number> {
  return (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most)
      throw new Misshapen()
    return value
  }
}

/** True or false. */
export const flag: Shape<boolean> = (value) => {
  if (typeof value !== 'boolean') throw new Misshapen()
  return value
}

/** What may be missing or null: both are read as missing. */
export function maybe<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value) => (value === undefined || value === null ? undefined : shape(value))
}

/** What may be missing, and then is this. */
export function or<T>(shape: Shape<T>, otherwise: T): Shape<T> {
  return (value) => (value === undefined ? otherwise : shape(value))
}

/** An array of at most so many elements. */
export function list<T>(shape: Shape<T>, most: number): Shape<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length > most) throw new Misshapen()
    return value.map((element, index) => at(String(index), shape, element))
  }
}

/**
 * An object with these fields. Other fields are left out, and so are those that are read as
 * undefined.
 */
export function object<T>(fields: Fields<T>): Shape<T> {
  const shapes = Object.entries<Shape<unknown>>(fields)
  return (value) => {
    if (!isObject(value)) throw new Misshapen()
    const result: Record<string, unknown> = {}
    for (const [key, shape] of shapes) {
      const read = at(key, shape, value[key])
      if (read !== undefined) result[key] = read
    }
    return result as T
  }
}

/**
 * An object with any keys; keys and values each have one shape. The key `__proto__` is left out,
 * because only an attacker sends it.
 */
export function dictionary<T>(
  keys: Shape<string>,
  values: Shape<T>,
  most: number,
): Shape<Readonly<Record<string, T>>> {
  return (value) => {
    if (!isObject(value)) throw new Misshapen()
    const entries = Object.entries(value).filter(([key]) => key !== '__proto__')
    if (entries.length > most) throw new Misshapen()
    // The place of a member is `*`: its key is the client's own text.
    return Object.fromEntries(entries.map(([key, member]) => [keys(key), at('*', values, member)]))
  }
}

function at<T>(key: string, shape: Shape<T>, value: unknown): T {
  try {
    return shape(value)
  } catch (error) {
    if (error instanceof Misshapen) error.path.unshift(key)
    throw error
  }
}
