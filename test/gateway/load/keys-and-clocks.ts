// What two instances agree on: an access key that one has revoked, and tokens, while the clock of the
// other is ten minutes off.

/** The two instances, and the ways to them. */
export interface Pair {
  /** Their addresses. */
  readonly first: string
  readonly second: string
  /** A person's token, which lives for that many seconds from now; below 0 it has expired. */
  readonly token: (subject: string, seconds: number) => string
  /** Whether a call of the tool is answered well. */
  readonly isAnswered: (address: string, server: string, credential: string) => Promise<boolean>
  /** Starts the second one again, with a clock that is this many minutes off. */
  readonly restartSecond: (minutesOff: number) => Promise<void>
}

/** One thing that was looked at. */
export interface Agreement {
  readonly name: string
  /** Whether it was as it must be. */
  readonly holds: boolean
}

/** Milliseconds in which a revocation is seen everywhere. */
const REVOKED_WITHIN_MS = 5_000
const HOUR_SECONDS = 3_600
/** Longer than the clock is off. */
const LONG_EXPIRED_SECONDS = -1_200

/** Looks at both instances with the right time, and with the second one ahead and behind. */
export async function agreements(pair: Pair): Promise<readonly Agreement[]> {
  const seen: Agreement[] = []
  for (const minutesOff of [0, 10, -10]) {
    if (minutesOff !== 0) await pair.restartSecond(minutesOff)
    const clock = `clock ${minutesOff} minutes off`
    for (const { name, holds } of [...(await ofKeys(pair)), ...(await ofTokens(pair, minutesOff))])
      seen.push({ name: `${clock}: ${name}`, holds })
  }
  return seen
}

async function ofKeys({ first, second, token, isAnswered }: Pair): Promise<readonly Agreement[]> {
  const headers = {
    authorization: `Bearer ${token('keeper', HOUR_SECONDS)}`,
    'content-type': 'application/json',
  }
  const body = JSON.stringify({ name: 'laptop', servers: ['Kept'], days: 1 })
  const made = await fetch(`${first}/access-keys`, { method: 'POST', headers, body })
  const { id = '', key = '' } = (await made.json()) as { id?: string; key?: string }
  const works = async (address: string) => isAnswered(address, 'Kept', key)
  const isUsed = (await works(first)) && (await works(second))
  const revoked = await fetch(`${first}/access-keys/${id}`, { method: 'DELETE', headers })
  const since = performance.now()
  while ((await works(first)) || (await works(second)))
    if (performance.now() - since > 2 * REVOKED_WITHIN_MS) break
  const tookMs = performance.now() - since
  return [
    { name: 'a key made at the first is taken by both', holds: made.status === 201 && isUsed },
    {
      name: `a key revoked at the first is refused by both (after ${Math.round(tookMs)} ms)`,
      holds: revoked.status === 204 && tookMs < REVOKED_WITHIN_MS,
    },
  ]
}

async function ofTokens(
  { second, token, isAnswered }: Pair,
  minutesOff: number,
): Promise<readonly Agreement[]> {
  const isTaken = (seconds: number) => isAnswered(second, 'Good', token('alice', seconds))
  const taken = (isIt: boolean) => (isIt ? 'taken' : 'refused')
  // Ahead, it holds what has less time left than it is ahead for expired. Behind, what was issued just
  // now is from its future (`iat`, RFC 7519 section 4.1.6). Both err on the safe side.
  const takesLong = minutesOff >= 0
  const takesShort = minutesOff === 0
  return [
    {
      name: `a fresh token of an hour is ${taken(takesLong)}`,
      holds: (await isTaken(HOUR_SECONDS)) === takesLong,
    },
    {
      name: `a fresh token of 5 minutes is ${taken(takesShort)}`,
      holds: (await isTaken(300)) === takesShort,
    },
    {
      name: 'a token that expired 20 minutes ago is refused',
      holds: !(await isTaken(LONG_EXPIRED_SECONDS)),
    },
  ]
}
