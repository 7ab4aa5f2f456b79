// Several redactors as one: each searches what the one before left.

import type { RedactedValue } from './json-value.ts'
import type { Redactor } from './redactor.ts'

/** A redactor of values that are whole. */
export type ValueRedactor = Pick<Redactor, 'json' | 'jsonInTurns'>

/** Makes one redactor of several. One alone stays as it is. */
export function joinRedactors(
  redactors: readonly [ValueRedactor, ...ValueRedactor[]],
): ValueRedactor {
  const [first, ...others] = redactors
  if (others.length === 0) return first
  return {
    json(input, budget) {
      let redacted = first.json(input, budget)
      for (const redactor of others)
        redacted = sumOf(redacted, redactor.json(redacted.value, budget))
      return redacted
    },
    async jsonInTurns(input, budget) {
      let redacted = await first.jsonInTurns(input, budget)
      for (const redactor of others)
        redacted = sumOf(redacted, await redactor.jsonInTurns(redacted.value, budget))
      return redacted
    },
  }
}

/** What the second redactor gave for what the first one left. */
function sumOf(first: RedactedValue, second: RedactedValue): RedactedValue {
  return {
    value: second.value,
    hits: first.hits + second.hits,
    withheld: first.withheld + second.withheld,
  }
}
