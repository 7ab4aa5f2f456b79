// Puts values into the arguments of one call: at the hidden places, nowhere else, and over anything
// that the model sent there. It reads no schema: `stripTool` has already found out which objects it
// may make on the way.

import { granted, type Result } from '../../core/errors.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { type StepBudget, stepBudget } from '../../core/steps.ts'
import { lookOf, stepsOfName } from './name-words.ts'
import { below, type Place, rootPlace, segmentsOf } from './places.ts'
import { EVERY, formatPointer, MAX_DEPTH, parsePointer, type Segments } from './pointer.ts'
import { type ArgumentRefusal, refuse } from './refusal.ts'

/** A value, and the place where it goes. */
export interface Slot {
  readonly pointer: string
  readonly value: string
  /**
   * Make objects on the way that are absent or null. Default true. Arrays and their elements are
   * never made.
   */
  readonly makesParents?: boolean
}

/** Arguments with the values filled in. */
export interface Injected {
  /** The arguments to send. They share unchanged parts with the model's arguments. */
  readonly arguments: UnknownObject
  /**
   * Hidden places where the model sent a value, which is now overwritten. Either it is an attack,
   * or the model guesses (threat 2).
   */
  readonly overwritten: readonly string[]
  /**
   * Places that are not hidden, but have the name of a hidden parameter in some spelling. They are
   * left as they are.
   */
  readonly elsewhere: readonly string[]
  /** Slots that stayed empty because something other than an object is on the way. */
  readonly blocked: readonly string[]
}

/**
 * Steps that the arguments of one call may take: as many as fit between two turns of the event loop.
 * The largest calls of real tools take a tenth of it.
 */
const MAX_CALL_STEPS = 80_000

/**
 * Fills the slots.
 *
 * It refuses a text that could be an encoded object where an object belongs. Some servers decode it
 * (the Python SDK does), and would then read the values that we meant to overwrite.
 *
 * @param args The model's arguments, parsed from JSON. Undefined counts as an empty object.
 * @param budget Default: the steps of one call.
 */
export function injectArguments(
  args: unknown,
  slots: readonly Slot[],
  budget: StepBudget = stepBudget(MAX_CALL_STEPS),
): Result<Injected, ArgumentRefusal> {
  const given = args === undefined ? {} : args
  if (!isObject(given)) return refuse('arguments_not_object')
  const overwritten: string[] = []
  const blocked = new Set<string>()
  const places = new Set<string>()
  let problem: ArgumentRefusal | undefined
  /** Copies that were made here. They may be changed: each object is copied once, not for each slot. */
  const copies = new WeakSet<object>()

  const take = (steps: number): void => {
    if (!budget.take(steps)) problem ??= 'arguments_too_large'
  }

  /** The object with this member. */
  const withMember = (value: UnknownObject, name: string, member: unknown): UnknownObject => {
    const isOurs = copies.has(value)
    if (!isOurs) take(1 + Object.keys(value).length)
    if (problem) return value
    const copy: Record<string, unknown> = isOurs ? value : { ...value }
    copies.add(copy)
    copy[name] = member
    return copy
  }

  /** An element that is null stays null: by it the model says that there is no element. */
  const element = (value: unknown, slot: Slot, at: Segments, rest: Segments): unknown =>
    value === null ? value : fill(value, slot, at, rest)

  const fill = (value: unknown, slot: Slot, at: Segments, rest: Segments): unknown => {
    take(Array.isArray(value) ? 1 + value.length / ELEMENTS_OF_A_STEP : 1)
    if (problem) return value
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
        // Undefined means that the object is absent and must not be made.
        return next === undefined || (had && next === value[name])
          ? value
          : withMember(value, name, next)
      }
      const place = formatPointer(inside)
      if (had && !places.has(place)) overwritten.push(place)
      places.add(place)
      return withMember(value, name, slot.value)
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
    names.add(lookOf(segments.value.at(-1) ?? ''))
    filled = fill(filled, slot, [], segments.value)
  }
  if (problem) return refuse(problem)
  const named = membersNamed(given, names, budget)
  if (!named.ok) return named
  if (!isObject(filled)) return refuse('arguments_not_object')
  return granted({
    arguments: filled,
    overwritten,
    elsewhere: named.value.filter((place) => !places.has(place)),
    blocked: [...blocked],
  })
}

/**
 * Finds the members with these names. Refuses members that reach into prototypes (threat 29), and
 * values that are too deep (threat 30).
 */
function membersNamed(
  value: UnknownObject,
  names: ReadonlySet<string>,
  budget: StepBudget,
): Result<readonly string[], ArgumentRefusal> {
  const found: string[] = []
  // Rows have the same few names over and over.
  const known = new Map<string, boolean>()
  const isNamed = (key: string): boolean => {
    const hit = known.get(key)
    if (hit !== undefined) return hit
    const is = budget.take(stepsOfName(key)) && names.has(lookOf(key))
    known.set(key, is)
    return is
  }
  const queue: (readonly [object, Place])[] = [[value, rootPlace()]]
  // The queue grows while the loop reads it.
  for (const [here, at] of queue) {
    if (at.level >= MAX_DEPTH) return refuse('arguments_too_deep')
    if (Array.isArray(here)) {
      if (!budget.take(here.length / ELEMENTS_OF_A_STEP)) return refuse('arguments_too_large')
      here.forEach((one: unknown, i) => {
        if (isContainer(one)) queue.push([one, below(at, [`${i}`])])
      })
      continue
    }
    if (!budget.take(1 + Object.keys(here).length)) return refuse('arguments_too_large')
    for (const [key, one] of Object.entries(here)) {
      if (
        key === '__proto__' ||
        (key === 'constructor' && isObject(one) && Object.hasOwn(one, 'prototype'))
      )
        return refuse('arguments_forbidden_member')
      if (isNamed(key)) {
        budget.take(1 + (at.chars + key.length) / CHARS_OF_A_STEP)
        found.push(formatPointer([...segmentsOf(at), key]))
      }
      if (isContainer(one)) queue.push([one, below(at, [key])])
    }
  }
  return budget.isSpent ? refuse('arguments_too_large') : granted(found)
}

const ELEMENTS_OF_A_STEP = 8
const CHARS_OF_A_STEP = 32

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function changeEach(
  list: readonly unknown[],
  change: (one: unknown, i: number) => unknown,
): readonly unknown[] {
  const next = list.map(change)
  return next.every((one, i) => one === list[i]) ? list : next
}
