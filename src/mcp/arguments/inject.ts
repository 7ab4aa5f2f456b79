// Puts values into the arguments of one call, at the hidden places and nowhere else, over whatever
// the model sent there. It knows no schema: what may be made on the way was told when the tool was
// stripped.

import { granted, type Result } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { plainName } from './name.ts'
import { EVERY, formatPointer, MAX_DEPTH, parsePointer, type Segments } from './pointer.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'

/** A value and its place. */
export interface Slot {
  readonly pointer: string
  readonly value: string
  /**
   * Make objects on the way that are absent or null. Default true. Elements and their arrays are
   * never made.
   */
  readonly makesParents?: boolean
}

/** Arguments, filled in. */
export interface Injected {
  /** The arguments to send; what was not changed is shared with the model's. */
  readonly arguments: UnknownObject
  /**
   * Places of hidden parameters to which the model sent something, now overwritten: an attack, or a
   * model that guesses (threat 2).
   */
  readonly overwritten: readonly string[]
  /**
   * Places that are not hidden, but whose member is called like a hidden parameter, in any
   * spelling: not touched.
   */
  readonly elsewhere: readonly string[]
  /** Slots that were not filled because something other than an object is on the way. */
  readonly blocked: readonly string[]
}

/**
 * Fills the slots.
 *
 * Text that could be an encoded object where an object belongs is refused: servers that decode it
 * (the Python SDK does) would take from it what was to be overwritten.
 *
 * @param args The model's arguments, as parsed from JSON; undefined counts as none.
 */
export function injectArguments(
  args: unknown,
  slots: readonly Slot[],
): Result<Injected, ArgumentRefusal> {
  const given = args === undefined ? {} : args
  if (!isObject(given)) return refuse('arguments_not_object')
  const overwritten: string[] = []
  const blocked = new Set<string>()
  const places = new Set<string>()
  let problem: ArgumentRefusal | undefined

  /** An element that is null stays null: the model says that there is none. */
  const element = (value: unknown, slot: Slot, at: Segments, rest: Segments): unknown =>
    value === null ? value : fill(value, slot, at, rest)

  const fill = (value: unknown, slot: Slot, at: Segments, rest: Segments): unknown => {
    const [name = '', ...more] = rest
    if (name === EVERY && Array.isArray(value))
      return changeEach(value, (one, i) => element(one, slot, [...at, `${i}`], more))
    if (Array.isArray(value) && /^(?:0|[1-9]\d*)$/.test(name))
      return changeEach(value, (one, i) =>
        `${i}` === name && more.length > 0 ? element(one, slot, [...at, name], more) : one,
      )
    if (isObject(value)) {
      if (name === EVERY) {
        const filled = Object.entries(value).map(
          ([key, one]) => [key, element(one, slot, [...at, key], more)] as const,
        )
        return filled.every(([key, one]) => one === value[key]) ? value : Object.fromEntries(filled)
      }
      const inside = [...at, name]
      const had = Object.hasOwn(value, name)
      if (more.length > 0) {
        const next = fill(had ? value[name] : undefined, slot, inside, more)
        // Not there, and not made.
        return next === undefined || (had && next === value[name])
          ? value
          : { ...value, [name]: next }
      }
      const place = formatPointer(inside)
      if (had && !places.has(place)) overwritten.push(place)
      places.add(place)
      return { ...value, [name]: slot.value }
    }
    if (value === undefined || value === null) {
      const makes = slot.makesParents !== false && !rest.includes(EVERY)
      return makes ? fill({}, slot, at, rest) : value
    }
    if (typeof value === 'string' && /^\s*["[{]/.test(value)) problem ??= 'arguments_encoded'
    blocked.add(slot.pointer)
    return value
  }

  const names = new Set<string>()
  let filled: unknown = given
  for (const slot of slots) {
    const segments = parsePointer(slot.pointer)
    if (!segments.ok) return segments
    names.add(plainName(segments.value.at(-1) ?? ''))
    filled = fill(filled, slot, [], segments.value)
  }
  const named = membersNamed(given, names)
  if (!named.ok) return named
  if (problem || !isObject(filled)) return refuse(problem ?? 'arguments_not_object')
  return granted({
    arguments: filled,
    overwritten,
    elsewhere: named.value.filter((place) => !places.has(place)),
    blocked: [...blocked],
  })
}

/**
 * Where a value has members of these names. Refuses what reaches into prototypes (threat 29), and
 * depth (threat 30).
 */
function membersNamed(
  value: UnknownObject,
  names: ReadonlySet<string>,
): Result<readonly string[], ArgumentRefusal> {
  const found: string[] = []
  const queue: (readonly [unknown, Segments])[] = [[value, []]]
  // The queue grows as it is read.
  for (const [here, at] of queue) {
    if (typeof here !== 'object' || here === null) continue
    if (at.length >= MAX_DEPTH) return refuse('arguments_too_deep')
    for (const [key, one] of Object.entries(here)) {
      if (
        key === '__proto__' ||
        (key === 'constructor' && isObject(one) && Object.hasOwn(one, 'prototype'))
      )
        return refuse('arguments_forbidden_member')
      if (!Array.isArray(here) && names.has(plainName(key))) found.push(formatPointer([...at, key]))
      if (typeof one === 'object') queue.push([one, [...at, key]])
    }
  }
  return granted(found)
}

function changeEach(
  list: readonly unknown[],
  change: (one: unknown, i: number) => unknown,
): readonly unknown[] {
  const next = list.map(change)
  return next.every((one, i) => one === list[i]) ? list : next
}
