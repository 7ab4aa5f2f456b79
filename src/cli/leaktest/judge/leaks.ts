// Searches everything that was recorded, and gathers what was found into leaks.

import { createHash } from 'node:crypto'
import { setImmediate as pause } from 'node:timers/promises'
import type { Entitlement } from '../config/target.ts'
import type { Recorded, Tape } from '../house/tape.ts'
import type { SecretPart } from '../search/parts.ts'
import { createScan, type Found, type Scan } from '../search/scanner.ts'
import type { KnownSecret } from '../secrets/ledger.ts'
import { hasRoom, isAtHome } from './entitled.ts'
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
  /** In how many records. */
  readonly times: number
}

/** What a search gave. */
export interface Search {
  readonly leaks: readonly Leak[]
  /** Different texts that were searched. */
  readonly texts: number
  readonly bytes: number
}

/** Searches a tape. It lets others have their turn between two texts. */
export async function searchTape(
  tape: Tape,
  entitled: readonly Entitlement[],
  progress: (done: number, all: number) => void,
): Promise<Search> {
  const scan = remembered(createScan(tape.ledger.all()))
  const leaks = new Map<string, Leak>()
  for (const [index, record] of tape.records.entries()) {
    progress(index, tape.records.length)
    for (const found of finds(record, tape, entitled, scan.scan)) note(found, record, leaks)
    await pause()
  }
  // A place may be named by a text that a hostile server chose.
  const shown = (leak: Leak): Leak =>
    scan.scan(Buffer.from(leak.place)).length > 0 ? { ...leak, place: 'a name with it' } : leak
  return { leaks: [...leaks.values()].map(shown), texts: scan.texts(), bytes: scan.bytes() }
}

/** What was found in one record and is not entitled to be there. */
export function finds(
  record: Recorded,
  { ledger }: Tape,
  entitled: readonly Entitlement[],
  scan: Scan,
): readonly Found[] {
  const text = render(record, (credential) => {
    const secret = ledger.find(credential)
    return secret !== undefined && isAtHome(secret, record, entitled)
  })
  const found = scan(Buffer.from(text, 'latin1'))
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

function note(found: Found, record: Recorded, leaks: Map<string, Leak>): void {
  const { kind, owner } = found.secret
  const { sink, place, turn, person } = record
  const key = JSON.stringify([kind, owner, sink])
  const known = leaks.get(key)
  const { part, characters } =
    known === undefined || found.characters > known.characters ? found : known
  const first = known ?? {
    secret: kind,
    ...(owner === undefined ? {} : { owner }),
    sink,
    place,
    behaviour: turn,
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

/** Many records are the same, such as the schemas of tools. */
function remembered(scan: Scan): {
  readonly scan: Scan
  texts(): number
  bytes(): number
} {
  const known = new Map<string, readonly Found[]>()
  let bytes = 0
  return {
    scan(haystack) {
      const digest = createHash('sha256').update(haystack).digest('base64')
      const found = known.get(digest) ?? scan(haystack)
      if (!known.has(digest)) bytes += haystack.length
      known.set(digest, found)
      return found
    },
    texts: () => known.size,
    bytes: () => bytes,
  }
}
