// Sorts the hops of an answer into the four legs of the way: from the page to the chat, to the
// exchange, to the tools, to the API. Pure.
import type { HopEvent } from '../hop.ts'

/** Equal hops in a row count as one. */
export interface FoldedHop {
  readonly hop: HopEvent
  readonly times: number
}

/** One leg. */
export interface Leg {
  readonly name: LegName
  readonly hops: readonly FoldedHop[]
  /** The credentials that travel on it, each with the hop that says the most about it. */
  readonly keys: readonly HopEvent[]
  /** How many requests were made on it. */
  readonly requests: number
  /** The first hop that did not go on. */
  readonly stopped: HopEvent | undefined
  /** The browser sent a cookie, and no credential. */
  readonly byCookie: boolean
  /** Nobody took it, because the keys behind it were there from an earlier answer. */
  readonly skipped: boolean
}

export type LegName = 'chat' | 'exchange' | 'tools' | 'api'

/** The legs, in order. The hops that are counted as its requests. */
const LEGS: readonly (readonly [LegName, string])[] = [
  ['chat', 'door'],
  ['exchange', 'exchange'],
  ['tools', 'carry'],
  ['api', 'api'],
]

/**
 * Sorts the hops.
 *
 * @param api The API's resource.
 */
export function legsOf(hops: readonly HopEvent[], api: string): readonly Leg[] {
  const chatKeys = keysOf(hops.filter((hop) => legOf(hop, api) === 'chat'))
  const carried = hops.some(({ hop, fingerprint }) => hop === 'carry' && fingerprint !== undefined)
  return LEGS.map(([name, counted]) => {
    const own = hops.filter((hop) => legOf(hop, api) === name)
    return {
      name,
      hops: fold(own),
      // The exchange takes the chat's token in, and the key that it gives out travels on.
      keys:
        name === 'exchange' && own.length > 0
          ? chatKeys
          : keysOf(own.filter((hop) => !byCookie(hop))),
      byCookie: own.some(byCookie),
      requests: own.filter(({ hop }) => hop === counted).length,
      skipped: name === 'exchange' && own.length === 0 && carried,
      stopped: own.find(({ outcome }) => outcome !== 'allowed'),
    }
  })
}

function legOf({ hop, audience, destination }: HopEvent, api: string): LegName {
  if (hop === 'door') return 'chat'
  if (hop === 'api' || audience.includes(api) || destination === api) return 'api'
  return AT_ISSUER.has(hop) ? 'exchange' : 'tools'
}

/** The hops at an issuer. The server refreshes a sign-in that it keeps at `sign-in`. */
const AT_ISSUER = new Set(['exchange', 'connection', 'issue', 'sign-in'])

/** At the door the server puts the token in the place of the cookie. */
function byCookie({ hop, placement }: HopEvent): boolean {
  return hop === 'door' && placement === 'cookie'
}

function keysOf(hops: readonly HopEvent[]): readonly HopEvent[] {
  const keys = new Map<string, HopEvent>()
  for (const hop of hops) {
    // The exchange of a server before the API tells of the key that it got.
    if (hop.fingerprint !== undefined && !keys.has(hop.fingerprint)) keys.set(hop.fingerprint, hop)
  }
  return [...keys.values()]
}

function fold(hops: readonly HopEvent[]): readonly FoldedHop[] {
  const folded = new Map<string, { readonly hop: HopEvent; times: number }>()
  for (const hop of hops) {
    const { secondsLeft: _, ...same } = hop
    const key = JSON.stringify(same)
    const before = folded.get(key)
    if (before) before.times += 1
    else folded.set(key, { hop, times: 1 })
  }
  return [...folded.values()]
}
