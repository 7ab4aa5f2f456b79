// JSON pointers (RFC 6901) into the arguments of a tool, with `*` for every element of an array or
// every member of a map. They never point into a schema.

import { granted, type Result } from '../../core/errors.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'

/** The parts of a pointer, unescaped. */
export type Segments = readonly string[]

/**
 * Every element of an array, or every member of a map. A member whose name is `*` has no pointer.
 */
export const EVERY = '*'

/** Arguments and schemas with more levels are refused (threat 30). */
export const MAX_DEPTH = 64

/** Names that reach the prototype when a careless program assigns to them (threat 29). */
const FORBIDDEN: readonly string[] = ['__proto__', 'constructor', 'prototype']

/** Whether a member may be named by a pointer. */
export function isNameable(name: string): boolean {
  return name !== EVERY && !FORBIDDEN.includes(name)
}

/**
 * Splits a pointer into its segments. It must name a member. It must not name the arguments as a
 * whole, or the elements of an array.
 */
export function parsePointer(pointer: string): Result<Segments, ArgumentRefusal> {
  if (!/^(?:\/(?:[^~/]|~[01])*)+$/.test(pointer)) return refuse('pointer_malformed')
  const segments = unescapeSegments(pointer)
  if (segments.length > MAX_DEPTH || segments.at(-1) === EVERY) return refuse('pointer_malformed')
  if (segments.some((segment) => FORBIDDEN.includes(segment))) return refuse('pointer_forbidden')
  return granted(segments)
}

/** Gives the segments of a text that begins with `/`. */
export function unescapeSegments(pointer: string): Segments {
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Writes segments as a pointer. */
export function formatPointer(segments: Segments): string {
  return segments
    .map((segment) => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
}

/**
 * Whether a pattern, whose `*` matches any segment, names the same place as a pointer, or a place
 * above it.
 */
export function covers(pattern: Segments, pointer: Segments): boolean {
  return (
    pattern.length <= pointer.length &&
    pattern.every((segment, i) => segment === EVERY || segment === pointer[i])
  )
}

/** The pointer above a member. All elements of an array count as one place. */
export function parentOf(pointer: string): string {
  return pointer.slice(0, pointer.lastIndexOf('/')).replace(/\/\d+(?=\/|$)/g, '/*')
}
