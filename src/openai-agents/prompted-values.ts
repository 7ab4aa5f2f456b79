// Values that the instructions tell a model to repeat (the placement `prompt`), in a call that
// waits. They belong to one run and may be credentials, so people see and stores keep their names
// instead. Pure.

import type { ResumedRun } from '../agent/events.ts'

/** The values that the instructions tell the model to repeat. */
export interface PromptedValues {
  /** Replaces each value in JSON by its name, such as `{access_token}`. */
  hide(json: string): string
  /** Replaces each name in JSON by its value. */
  fill(json: string): string
  /**
   * Whether JSON holds a name already. `fill` would put a value where the model never wrote one.
   */
  isForged(json: string): boolean
}

/**
 * Shorter values stay: they are neither credentials nor references, and other words contain them.
 */
const MIN_VALUE_CHARS = 16

/**
 * Prepares the replacement in both directions.
 *
 * @param values The values by their names.
 */
export function promptedValues(values: Readonly<Record<string, string>>): PromptedValues {
  const pairs = Object.entries(values)
    .filter(([, value]) => value.length >= MIN_VALUE_CHARS)
    .map(([name, value]) => [`{${name}}`, JSON.stringify(value).slice(1, -1)] as const)
  return {
    hide: (json) => pairs.reduce((text, [name, value]) => text.replaceAll(value, name), json),
    fill: (json) => pairs.reduce((text, [name, value]) => text.replaceAll(name, () => value), json),
    isForged: (json) => pairs.some(([name]) => json.includes(name)),
  }
}

/** A run that waited, with the values of the run that continues it. */
export function fillRun(
  { state, calls, approved }: ResumedRun,
  { fill }: PromptedValues,
): ResumedRun {
  return {
    state: fill(state),
    calls: calls.map((call) => ({ ...call, arguments: fill(call.arguments) })),
    approved,
  }
}
