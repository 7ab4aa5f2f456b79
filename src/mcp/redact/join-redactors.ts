// Several redactors as one: each searches what the one before left.

import type { RedactedValue } from './json-value.ts'
import type { Redactor } from './redactor.ts'

/** Makes one redactor of several. One alone stays as it is. */
export function joinRedactors(redactors: readonly [Redactor, ...Redactor[]]): Redactor {
  const [first, ...others] = redactors
  if (others.length === 0) return first
  return {
    tooShort: redactors.reduce((sum, { tooShort }) => sum + tooShort, 0),
    text(input) {
      let { text, hits } = first.text(input)
      for (const redactor of others) {
        const next = redactor.text(text)
        text = next.text
        hits += next.hits
      }
      return { text, hits }
    },
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
    stream() {
      const streams = redactors.map((redactor) => redactor.stream())
      return {
        push: (chunk) => streams.reduce((text, stream) => stream.push(text), chunk),
        end: () => streams.reduce((text, stream) => stream.push(text) + stream.end(), ''),
        get hits() {
          return streams.reduce((sum, { hits }) => sum + hits, 0)
        },
      }
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
