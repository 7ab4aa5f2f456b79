// Whose session an `Mcp-Session-Id` is (MCP 2025-11-25 and older). An id is no authentication: each request has a token of its own.

import { type Principal, principalKey } from '../core/principal.ts'

/** Remembers the owners of session ids. */
export interface SessionOwners {
  /** Whether the id was given to this principal. Unknown and foreign are one answer. */
  owns(id: string, principal: Principal): boolean
  /** Notes an id that the server gave out. The first owner stays. */
  given(id: string, principal: Principal): void
  /** Forgets an ended session. */
  ended(id: string): void
}

/** Sessions remembered at most; the one unused for the longest is forgotten first, and its client starts anew. */
const MOST = 10_000

/** Milliseconds without a request after which a session is forgotten. */
const IDLE = 24 * 60 * 60 * 1000

/** Makes a bounded memory of session owners. */
export function sessionOwners(options: {
  readonly now: () => number
  readonly most?: number
}): SessionOwners {
  const { now, most = MOST } = options
  // A Map keeps insertion order, so the first entry is the one that was used the longest ago.
  const known = new Map<string, { readonly owner: string; readonly until: number }>()

  function live(id: string): string | undefined {
    const entry = known.get(id)
    if (!entry) return undefined
    if (entry.until > now()) return entry.owner
    known.delete(id)
    return undefined
  }

  function note(id: string, owner: string): void {
    known.delete(id)
    const oldest = known.size >= most ? known.keys().next().value : undefined
    if (oldest !== undefined) known.delete(oldest)
    known.set(id, { owner, until: now() + IDLE })
  }

  return {
    owns(id, principal) {
      const owner = principalKey(principal)
      if (live(id) !== owner) return false
      note(id, owner)
      return true
    },
    given(id, principal) {
      if (live(id) === undefined) note(id, principalKey(principal))
    },
    ended: (id) => void known.delete(id),
  }
}
