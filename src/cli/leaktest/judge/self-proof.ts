// The proof that the search works, made in each run: a secret is planted in what every sink really holds, in
// every encoding, and must be found. So must a credential that stands beside the place that it belongs in.

import { setImmediate as pause } from 'node:timers/promises'
import type { Entitlement } from '../config/target.ts'
import type { Recorded, Tape } from '../house/tape.ts'
import { encodings } from '../search/encodings.ts'
import { createScan } from '../search/scanner.ts'
import type { KnownSecret } from '../secrets/ledger.ts'
import { finds } from './leaks.ts'
import { bytesOf } from './render.ts'

/** What was planted and what of it was found. */
export interface Proof {
  readonly planted: number
  /** What was planted and not found, as in `browser, hex`. */
  readonly missed: readonly string[]
}

/** Bytes around a planted secret: enough for the search to be misled by what is really there. */
const AROUND_BYTES = 1024

/** Plants secrets in each sink and each encoding, and looks for them. */
export async function proveSearch(tape: Tape, entitled: readonly Entitlement[]): Promise<Proof> {
  const planted: readonly KnownSecret[] = [
    { kind: 'planted token', text: tape.mint.secret('proof', 'jwt'), random: true, homes: [] },
    { kind: 'planted key', text: tape.mint.secret('proof', 'key'), random: true, homes: [] },
  ]
  const scan = createScan(planted)
  const missed: string[] = []
  let count = 0
  for (const record of largestOfEach(tape.records)) {
    for (const [name, encode] of Object.entries(encodings))
      for (const secret of planted) {
        count++
        const spoilt = withText(record, encode(secret.text))
        if (finds(spoilt, tape, entitled, scan).length === 0)
          missed.push(`${record.sink}, ${name}, ${secret.kind}`)
      }
    await pause()
  }
  const beside = provePlaces(tape, entitled)
  return { planted: count + beside.planted, missed: [...missed, ...beside.missed] }
}

/** A credential is entitled in its place only: in the body of the same request it is a leak. */
function provePlaces(tape: Tape, entitled: readonly Entitlement[]): Proof {
  const missed: string[] = []
  let planted = 0
  for (const secret of tape.ledger.all()) {
    const record = tape.records.find((one) => secret.homes.includes(one.sink))
    if (!record) continue
    planted++
    const spoilt = { ...withText(record, secret.text), fields: [] }
    if (finds(spoilt, tape, entitled, createScan([secret])).length === 0)
      missed.push(`${record.sink}, ${secret.kind} beside its place`)
  }
  return { planted, missed }
}

function largestOfEach(records: readonly Recorded[]): readonly Recorded[] {
  const largest = new Map<string, Recorded>()
  for (const record of records) {
    const known = largest.get(record.sink)
    if (!known || known.body.length < record.body.length) largest.set(record.sink, record)
  }
  return [...largest.values()]
}

/** What a record holds, with a text in the middle of it. */
function withText(record: Recorded, text: string): Recorded {
  const at = Math.floor(record.body.length / 2)
  const body = Buffer.concat([
    record.body.subarray(Math.max(0, at - AROUND_BYTES), at),
    Buffer.from(` ${bytesOf(text)} `, 'latin1'),
    record.body.subarray(at, at + AROUND_BYTES),
  ])
  return { ...record, body }
}
