// The replacing half of the prompt pattern: which parameters of a call hold a reference, and that no reference is anywhere else.

import { granted, type Result, refused } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { parsePointer, type Segments } from '../arguments/pointer.ts'
import type { HiddenParameter } from '../arguments/strip.ts'
import { mentionsReference, type References } from './references.ts'

/**
 * Chooses the parameters to fill in: those whose whole value is this server's reference for just that kind of value. A bound parameter with
 * any other value is refused: it would be an identity that the model chose.
 */
export function referenced(
  references: References,
  server: string,
): (args: unknown, hidden: readonly HiddenParameter[]) => Result<readonly HiddenParameter[]> {
  return (args, hidden) => {
    const chosen: HiddenParameter[] = []
    let mentions = 0
    for (const parameter of hidden) {
      const segments = parsePointer(parameter.pointer)
      if (!segments.ok || segments.value.includes('*')) return refused('reference_refused')
      const value = valueAt(args, segments.value)
      if (value === undefined || value === null) continue
      const kind = references.kindOf(server, value)
      if (kind === undefined || kind !== parameter.value) return refused('reference_refused')
      chosen.push(parameter)
      mentions++
    }
    // Without its reference the call would be made in nobody's name.
    const needed = hidden.some(({ value }) => value === 'credential')
    if (needed && !chosen.some(({ value }) => value === 'credential'))
      return refused('reference_refused')
    // Whatever else mentions one is not the whole value of a bound parameter.
    return countMentions(args) > mentions ? refused('reference_refused') : granted(chosen)
  }
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
  JSON.stringify(value ?? null, (key, one: unknown) => {
    if (mentionsReference(key)) count++
    if (typeof one === 'string' && mentionsReference(one)) count++
    return one
  })
  return count
}
