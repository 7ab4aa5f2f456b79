// Searches everything that was recorded, and gathers what was found into leaks.

import { createHash } from 'node:crypto'
import { setImmediate as pause } from 'node:timers/promises'
import type { Entitlement } from '../config/target.ts'
import type { Recorded, Tape } from '../house/tape.ts'
import type { SecretPart } from '../search/parts.ts'
import { createScan, type Found, type Scan } from '../search/scanner.ts'
import type { KnownSecret } from '../secrets/ledger.ts'
import { hasRoom, isAtHome, isForServers } from './entitled.ts'
import { render } from './render.ts'

/** One secret in one sink where it may not be, however often. */
export interface Leak {
  /** The kind of the secret. Its text is nowhere in a report. */
  readonly secret: string
  readonly owner?: string
  readonly sink: string
  /** In which encodings, the plainest first. */
  readonly encodings: readonly string[]
  /** What of the secret, the longest piece. */
  readonly part: SecretPart
  readonly characters: number
  /** Where in the sink, the first time. */
  readonly place: string
  /** The turn that shows it first. */
  readonly behaviour: string
  /** Whose turn it was. */
  readonly person?: string
  /** In how many different records. */
  readonly times: number
  /** Whether the target says that it does not remove this. */
  readonly isKnown?: true
}

/** What a search gave. */
export interface Search {
  readonly leaks: readonly Leak[]
  /** Different texts that were searched. */
  readonly texts: number
  readonly bytes: number
}

/** Characters that are searched at once. */
const BATCH_CHARACTERS = 64 * 1024

/**
 * Searches a tape. It lets others have their turn at times. Small records are searched many at once, and
 * one by one only where there is something: almost everywhere there is nothing, or there is something
 * almost everywhere.
 */
export async function searchTape(
  tape: Tape,
  entitled: readonly Entitlement[],
  progress: (done: number, all: number) => void,
  notRemoved: readonly string[] = [],
): Promise<Search> {
  const scan = createScan(tape.ledger.all())
  const leaks = new Map<string, Leak>()
  const known = new Set<string>()
  let batch: Rendered[] = []
  let [size, bytes] = [0, 0]
  let wasQuiet = true
  const search = () => {
    if (batch.length < 2 || !wasQuiet || !isQuiet(scan(bytesOfAll(batch)))) {
      wasQuiet = true
      for (const { record, text } of batch) {
        const found = scan(Buffer.from(text, 'latin1'))
        wasQuiet &&= isQuiet(found)
        for (const one of keptOf(found, record, entitled))
          note(one, record, leaks, isKnown(one, entitled, notRemoved))
      }
    }
    ;[batch, size] = [[], 0]
  }
  for (const [index, record] of tape.records.entries()) {
    const text = textOf(record, tape, entitled)
    // Many records are the same, such as the schemas of tools. What counts is the first.
    const digest = createHash('sha256').update(`${record.sink}\n${text}`).digest('base64')
    if (known.has(digest)) continue
    known.add(digest)
    bytes += text.length
    if (size + text.length > BATCH_CHARACTERS) search()
    batch.push({ record, text })
    size += text.length
    progress(index, tape.records.length)
    await pause()
  }
  search()
  // A place may be named by a text that a hostile server chose.
  const shown = (leak: Leak): Leak =>
    scan(leak.place).length > 0 ? { ...leak, place: 'a name with it' } : leak
  return { leaks: [...leaks.values()].map(shown), texts: known.size, bytes }
}

/** Whether nothing was found, or only the header that all tokens of an issuer have. */
function isQuiet(found: readonly Found[]): boolean {
  return found.every(({ part }) => part === 'header')
}

/** A record and the text that is searched of it. */
interface Rendered {
  readonly record: Recorded
  readonly text: string
}

function bytesOfAll(batch: readonly Rendered[]): Buffer {
  return Buffer.from(batch.map(({ text }) => text).join('\n\n'), 'latin1')
}

/** What was found in one record and is not entitled to be there. */
export function finds(
  record: Recorded,
  tape: Tape,
  entitled: readonly Entitlement[],
  scan: Scan,
): readonly Found[] {
  const text = textOf(record, tape, entitled)
  return keptOf(scan(Buffer.from(text, 'latin1')), record, entitled)
}

function textOf(record: Recorded, { ledger }: Tape, entitled: readonly Entitlement[]): string {
  return render(record, (credential) => {
    const secret = ledger.find(credential)
    return secret !== undefined && isAtHome(secret, record, entitled)
  })
}

function keptOf(
  found: readonly Found[],
  record: Recorded,
  entitled: readonly Entitlement[],
): readonly Found[] {
  return found.filter(
    (one) => !hasRoom(one.secret as KnownSecret, record, entitled) && !isTold(one, found),
  )
}

/**
 * Whether a find says nothing of its own: a JWT's header, which all tokens of an issuer have, and a
 * JWT's id inside of the JWT.
 */
function isTold({ part, secret, encoding }: Found, all: readonly Found[]): boolean {
  if (part === 'header') return true
  const isId = part === 'token id' && encoding.endsWith('base64')
  return isId && all.some((other) => other.secret === secret && other.part === 'payload')
}

/** Whether the target says that it does not remove this from what servers send back. */
function isKnown(
  { secret, encoding }: Found,
  entitled: readonly Entitlement[],
  notRemoved: readonly string[],
): boolean {
  const isNamed = notRemoved.some((name) => ` > ${encoding} > `.includes(` > ${name} > `))
  // A secret that is for no server was not sent back by one.
  return isNamed && isForServers(secret as KnownSecret, entitled)
}

function note(found: Found, record: Recorded, leaks: Map<string, Leak>, isKnownOne: boolean): void {
  const { kind, owner } = found.secret
  const { sink, place, turn, person } = record
  const key = JSON.stringify([kind, owner, sink, isKnownOne])
  const known = leaks.get(key)
  const { part, characters } =
    known === undefined || found.characters > known.characters ? found : known
  const first = known ?? {
    secret: kind,
    ...(owner === undefined ? {} : { owner }),
    sink,
    place,
    behaviour: turn,
    ...(isKnownOne ? { isKnown: true } : {}),
    ...(person === undefined ? {} : { person }),
  }
  const encodings = [...new Set([...(known?.encodings ?? []), found.encoding])].sort(
    (a, b) => depth(a) - depth(b),
  )
  leaks.set(key, { ...first, encodings, part, characters, times: (known?.times ?? 0) + 1 })
}

/** Decodings on top of each other. */
function depth(encoding: string): number {
  return encoding === 'plain' ? 0 : encoding.split(' > ').length
}
