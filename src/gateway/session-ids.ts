// The ids of sessions in front of the gateway. Each is the upstream's own id, sealed and bound to one
// person and one route: it is worth nothing to anybody else.

import { type Principal, principalKey } from '../core/principal.ts'
import { putNewest } from '../core/put-newest.ts'
import { sealedBox } from './sealed-box.ts'

/** Whose session it is, and where. */
export interface SessionPlace {
  readonly principal: Principal
  /** The path of the route. */
  readonly route: string
}

/** Seals and opens the ids of sessions. */
export interface SessionIds {
  /** The id that the client gets for an upstream's id. */
  seal(id: string, place: SessionPlace): string
  /** The upstream's id. Undefined for one that was never given out, or to somebody else. */
  open(sealed: string, place: SessionPlace): string | undefined
}

/** Ids that are remembered when they were opened. */
const MAX_OPENED = 2_000
/** Upstreams give short ids. A longer header is not one of ours. */
const MAX_SEALED_CHARS = 4_096

/**
 * Makes the seal.
 *
 * @param secret 32 bytes or more, the same for all instances.
 */
export function sessionIds(secret: Uint8Array): SessionIds {
  const box = sealedBox(secret, {
    purpose: 'onbehalf: gateway session ids, 1',
    maxChars: MAX_SEALED_CHARS,
  })
  /** What was opened lately: a client sends its id with every call. */
  const opened = new Map<string, string>()
  return {
    seal: (id, place) => box.seal(id, boundTo(place)),
    open(sealed, place) {
      const bound = boundTo(place)
      const key = `${sealed} ${bound}`
      const before = opened.get(key)
      if (before !== undefined) return before
      const id = box.open(sealed, bound)
      if (id !== undefined) putNewest(opened, key, id, MAX_OPENED)
      return id
    },
  }
}

function boundTo({ principal, route }: SessionPlace): string {
  return JSON.stringify([principalKey(principal), route])
}
