// Judges the arguments of a call by the limits of a rule. Its words go to the model, so they are made
// of the operator's own settings, and never of what was sent.

import { hasTwinAt, memberAt } from './at-name.ts'
import type { ArgumentLimit } from './rules.ts'
import { isLike } from './wildcard.ts'

/** Says what is wrong with the arguments; undefined: nothing. */
export function wrongArgument(
  args: unknown,
  limits: Readonly<Record<string, ArgumentLimit>>,
): string | undefined {
  for (const [name, limit] of Object.entries(limits)) {
    const problem = hasTwinAt(args, name)
      ? 'must not be there in another letter case too'
      : problemOf(memberAt(args, name), limit)
    if (problem !== undefined) return `The argument ${name} ${problem}.`
  }
  return undefined
}

function problemOf(value: unknown, limit: ArgumentLimit): string | undefined {
  if (value === undefined) return limit.required ? 'must be given' : undefined
  if (!Array.isArray(value)) return problemOfOne(value, limit)
  if (limit.maxItems !== undefined && value.length > limit.maxItems)
    return `must have at most ${limit.maxItems} entries`
  for (const entry of value) {
    const problem = problemOfOne(entry, limit)
    if (problem !== undefined) return problem
  }
  return undefined
}

function problemOfOne(value: unknown, limit: ArgumentLimit): string | undefined {
  const { enum: values, minimum, maximum, maxLength, like } = limit
  // A text such as "1000" would be a number to many servers, so the type is a part of the limit.
  if (minimum !== undefined && !(isFiniteNumber(value) && value >= minimum))
    return `must be a number of at least ${minimum}`
  if (maximum !== undefined && !(isFiniteNumber(value) && value <= maximum))
    return `must be a number of at most ${maximum}`
  if (values && !values.some((one) => one === value))
    return `must be one of ${values.map(String).join(', ')}`
  if (maxLength !== undefined && !(typeof value === 'string' && value.length <= maxLength))
    return `must be a text of at most ${maxLength} characters`
  const patterns = like === undefined ? [] : [like].flat()
  const isWanted = (text: unknown) =>
    typeof text === 'string' && patterns.some((pattern) => isLike(text, pattern))
  return like === undefined || isWanted(value) ? undefined : `must be like ${patterns.join(' or ')}`
}

/** `1e999` is read as infinity, and would be written as null. */
function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value)
}
