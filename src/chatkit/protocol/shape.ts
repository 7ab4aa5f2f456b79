// The shapes of parsed JSON: each reads a value or says where it is not as it should be. A schema library would be most of what a start loads.

/** Reads a value. @throws Misshapen when it is none of that shape. */
export type Shape<T> = (value: unknown) => T

/** A value is not of the shape that was asked for; `path` leads to it, and what it is stays unsaid. */
export class Misshapen extends Error {
  override readonly name = 'Misshapen'
  readonly path: string[] = []
}

/** Bounds of a length, both included. */
interface Bounds {
  readonly least?: number
  readonly most?: number
}

/** The shapes of an object's fields: what may be missing in it may be read as undefined. */
type Fields<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K> ? Shape<T[K] | undefined> : Shape<T[K]>
}

/** A string; so many UTF-16 units. */
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
    const found = values.find((one) => one === value)
    if (found === undefined) throw new Misshapen()
    return found
  }
}

/** A whole number from 0 on. */
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
    return value.map((one, index) => at(String(index), shape, one))
  }
}

/** An object with these fields. Others are left out, and so are those that are read as undefined. */
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

/** An object with any keys, each of a shape, and values of a shape; `__proto__`, which is no key to anybody honest, is left out. */
export function dictionary<T>(
  keys: Shape<string>,
  values: Shape<T>,
  most: number,
): Shape<Readonly<Record<string, T>>> {
  return (value) => {
    if (!isObject(value)) throw new Misshapen()
    const entries = Object.entries(value).filter(([key]) => key !== '__proto__')
    if (entries.length > most) throw new Misshapen()
    return Object.fromEntries(entries.map(([key, one]) => [keys(key), at(key, values, one)]))
  }
}

/** Whether a value is an object and no array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function at<T>(key: string, shape: Shape<T>, value: unknown): T {
  try {
    return shape(value)
  } catch (error) {
    if (error instanceof Misshapen) error.path.unshift(key)
    throw error
  }
}
