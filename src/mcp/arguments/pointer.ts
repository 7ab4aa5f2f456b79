// JSON pointers (RFC 6901) into a tool's arguments, with `*` for every element of an array or
// member of a map. No pointer into a schema.

import { granted, type Result } from '../../core/errors.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'

/** A pointer, taken apart and unescaped. */
export type Segments = readonly string[]

/**
 * Every element of an array, or every member of a map. A member whose name is `*` has no pointer.
 */
export const EVERY = '*'

/** Levels of arguments and of schemas that are looked at. */
export const MAX_DEPTH = 64

/** Names that reach the prototype when a careless program assigns to them (threat 29). */
const FORBIDDEN: readonly string[] = ['__proto__', 'constructor', 'prototype']

/** Whether a member may be named by a pointer. */
export function isNameable(name: string): boolean {
  return name !== EVERY && !FORBIDDEN.includes(name)
}

/**
 * Takes a pointer apart. It must name a member: neither all of the arguments, nor the elements of
 * an array themselves.
 */
export function parsePointer(pointer: string): Result<Segments, ArgumentRefusal> {
  if (!/^(?:\/(?:[^~/]|~[01])*)+$/.test(pointer)) return refuse('pointer_malformed')
  const segments = unescapeSegments(pointer)
  if (segments.length > MAX_DEPTH || segments.at(-1) === EVERY) return refuse('pointer_malformed')
  if (segments.some((segment) => FORBIDDEN.includes(segment))) return refuse('pointer_forbidden')
  return granted(segments)
}

/** The segments of a text that is known to begin with `/`. */
export function unescapeSegments(pointer: string): Segments {
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Puts a pointer together. */
export function formatPointer(segments: Segments): string {
  return segments
    .map((segment) => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
}

/**
 * Whether a pointer, whose `*` stands for any segment, names what another one names, or something
 * that holds it.
 */
export function covers(pattern: Segments, pointer: Segments): boolean {
  return (
    pattern.length <= pointer.length &&
    pattern.every((segment, i) => segment === EVERY || segment === pointer[i])
  )
}
