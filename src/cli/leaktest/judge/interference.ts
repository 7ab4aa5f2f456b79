// Compares runs that differ in their secrets alone. Where such a run says anything else, something that
// depends on a secret came out, in whatever encoding. This needs no list of encodings.

import type { Entitlement } from '../config/target.ts'
import type { Recorded, Tape } from '../house/tape.ts'
import { isAtHome } from './entitled.ts'
import { render } from './render.ts'

/** What the comparison says of one sink. */
export interface Compared {
  readonly sink: string
  /**
   * `equal`: whatever the secrets are, the bytes are the same. `differs`: they depend on the secrets.
   * `unsteady`: they differ with equal secrets as well, so it could not tell.
   */
  readonly verdict: 'equal' | 'differs' | 'unsteady'
  /** Where they differ first, as in `record 4, byte 120`. */
  readonly where?: string
}

/** The runs: two with the same secrets, and those with others. */
export interface ComparedRuns {
  readonly same: readonly [Tape, Tape]
  readonly others: readonly Tape[]
}

/** Ciphertexts differ by right, and so does the form of a database file. */
const LEFT_OUT = /^(?:database|inbox issuer|environment|crash|telemetry$)/

/**
 * What differs between equal runs, and what is masked for it: ids and times in their own forms alone.
 * The list is fixed, so that nothing is masked because it differs.
 */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z]{2,9}_[0-9a-f]{32}\b/g, '[id]'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '[uuid]'],
  [/\b00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]\b/g, '[trace]'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?/g, '[time]'],
  [/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, '[date]'],
  [/\b1[6-9]\d{8}(?:\d{3})?(?:\.\d+)?\b/g, '[epoch]'],
  [/^content-length: \d+$/gm, 'content-length: [length]'],
  [/"(?:pid|time|duration\w*|elapsed\w*|ms)":\s*[\d.]+/g, '[measure]'],
]

/** Compares every sink that may not know the secrets. */
export function compareRuns(
  { same: [first, again], others }: ComparedRuns,
  entitled: readonly Entitlement[],
  fingerprints: readonly string[],
): readonly Compared[] {
  const sinks = [...new Set(first.records.map(({ sink }) => sink))].filter(
    (sink) => !LEFT_OUT.test(sink),
  )
  const linesOf = (tape: Tape, sink: string) => maskedLines(tape, sink, entitled, fingerprints)
  return sinks.map((sink): Compared => {
    const expected = linesOf(first, sink)
    const unsteady = firstDifference(expected, linesOf(again, sink))
    if (unsteady !== undefined) return { sink, verdict: 'unsteady', where: unsteady }
    for (const other of others) {
      const where = firstDifference(expected, linesOf(other, sink))
      if (where !== undefined) return { sink, verdict: 'differs', where }
    }
    return { sink, verdict: 'equal' }
  })
}

/** What is printed. It comes in whatever pieces the system likes, and its lines in any order. */
const PRINTED = /^(?:output|log|audit)/

/** The records of a sink, masked. Those of one turn may come in any order. */
function maskedLines(
  tape: Tape,
  sink: string,
  entitled: readonly Entitlement[],
  fingerprints: readonly string[],
): readonly string[] {
  const records = tape.records.filter((record) => record.sink === sink)
  const texts = PRINTED.test(sink)
    ? linesIn(records)
    : records.map((record) => textOf(record, tape, entitled))
  return texts.map((text) => masked(text, fingerprints)).sort()
}

function linesIn(records: readonly Recorded[]): readonly string[] {
  return Buffer.concat(records.map(({ body }) => body))
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '')
}

function textOf(record: Recorded, { ledger }: Tape, entitled: readonly Entitlement[]): string {
  const text = render(record, (credential) => {
    const secret = ledger.find(credential)
    return secret !== undefined && isAtHome(secret, record, entitled)
  })
  const { turn, place, person = '' } = record
  return `${turn} ${person} ${place}\n${text}`
}

function masked(text: string, fingerprints: readonly string[]): string {
  let plain = text
  for (const name of fingerprints)
    plain = plain.replaceAll(new RegExp(`"${name}":"[0-9a-f]+"`, 'g'), `"${name}":"[fingerprint]"`)
  for (const [pattern, mark] of MASKS) plain = plain.replace(pattern, mark)
  return plain
}

/** Where two lists of texts differ first. The texts are not shown: they may hold a secret. */
function firstDifference(
  expected: readonly string[],
  actual: readonly string[],
): string | undefined {
  for (let index = 0; index < Math.max(expected.length, actual.length); index++) {
    const [one = '', other = ''] = [expected[index], actual[index]]
    if (one === other) continue
    let at = 0
    while (at < one.length && one[at] === other[at]) at++
    return `record ${index}, byte ${at}`
  }
  return undefined
}
