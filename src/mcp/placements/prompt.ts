// The replacing half of placement `prompt`: which parameters of a call hold a reference, and
// whether a reference is anywhere else in it.

import { granted, refused } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { parsePointer, type Segments } from '../arguments/pointer.ts'
import type { HiddenParameter } from '../arguments/strip.ts'
import type { ChooseParameters } from './argument.ts'
import { mentionsReference, type References } from './references.ts'

/**
 * Makes the choice for one server: the parameters whose whole value is this server's reference for
 * that kind of value. Any other value of a bound parameter is refused, because the model would have
 * chosen the identity.
 */
export function chooseReferenced(references: References, server: string): ChooseParameters {
  return (args, hidden) => {
    const chosen: HiddenParameter[] = []
    for (const parameter of hidden) {
      const segments = parsePointer(parameter.pointer)
      if (!segments.ok || segments.value.includes('*')) return refused('reference_refused')
      const value = valueAt(args, segments.value)
      if (value === undefined || value === null) continue
      const kind = references.kindOf(server, value)
      if (kind === undefined || kind !== parameter.value) return refused('reference_refused')
      chosen.push(parameter)
    }
    // Without its reference the call would be made in nobody's name.
    if (hidden.some(isCredential) && !chosen.some(isCredential)) return refused('reference_refused')
    // A mention that is not the whole value of a chosen parameter is out of its place.
    return countMentions(args) > chosen.length ? refused('reference_refused') : granted(chosen)
  }
}

function isCredential({ value }: HiddenParameter): boolean {
  return value === 'credential'
}

function valueAt(args: unknown, segments: Segments): unknown {
  let here = args
  for (const segment of segments)
    here = isObject(here) && Object.hasOwn(here, segment) ? here[segment] : undefined
  return here
}

/** How many strings, keys included, mention a reference. */
function countMentions(value: unknown): number {
  let count = 0
  JSON.stringify(value ?? null, (key, member: unknown) => {
    if (mentionsReference(key)) count++
    if (typeof member === 'string' && mentionsReference(member)) count++
    return member
  })
  return count
}
