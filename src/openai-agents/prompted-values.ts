// What the instructions tell a model to repeat (the placement `prompt`) in a call that waits: its values are one run's own and may be credentials, so
// what is shown and stored holds their names. Pure.

import type { ResumedRun } from '../agent/events.ts'

/** Values that the model was told to repeat. */
export interface PromptedValues {
  /** JSON with names, such as `{access_token}`, for the values. */
  hide(json: string): string
  /** JSON with the values in the place of names. */
  fill(json: string): string
  /** Whether JSON holds a name already: it would be filled in where the model never wrote the value. */
  isForged(json: string): boolean
}

/** Characters of the shortest value that is hidden: a short one is no credential and no reference, and is part of other words. */
const SHORTEST = 16

/** Makes the two ways. */
export function promptedValues(values: Readonly<Record<string, string>>): PromptedValues {
  const pairs = Object.entries(values)
    .filter(([, value]) => value.length >= SHORTEST)
    .map(([name, value]) => [`{${name}}`, JSON.stringify(value).slice(1, -1)] as const)
  return {
    hide: (json) => pairs.reduce((text, [name, value]) => text.replaceAll(value, name), json),
    fill: (json) => pairs.reduce((text, [name, value]) => text.replaceAll(name, () => value), json),
    isForged: (json) => pairs.some(([name]) => json.includes(name)),
  }
}

/** A run that waited, with the values of the run that goes on with it. */
export function filled(
  { state, calls, approved }: ResumedRun,
  { fill }: PromptedValues,
): ResumedRun {
  return {
    state: fill(state),
    calls: calls.map((call) => ({ ...call, arguments: fill(call.arguments) })),
    approved,
  }
}
