// Whose session an `Mcp-Session-Id` is (MCP 2025-11-25 and older). An id proves nothing about the
// sender: each request has a token of its own.

import { type Principal, principalKey } from '../core/principal.ts'
import { putNewest } from '../core/put-newest.ts'

/** The header of MCP's own sessions. */
export const MCP_SESSION_HEADER = 'mcp-session-id'

/** Remembers the owners of session ids. */
export interface SessionOwners {
  /**
   * Whether the id belongs to this principal. An unknown id and a foreign one give the same answer.
   */
  owns(id: string, principal: Principal): boolean
  /** Remembers the owner of an id that the server gave out. The first owner stays. */
  remember(id: string, principal: Principal): void
  /** Forgets a session that ended. */
  forget(id: string): void
}

/**
 * How many sessions are remembered. Beyond that the one that was unused for the longest time is
 * forgotten, and its client starts a new one.
 */
const MAX_SESSIONS = 10_000

/** After this time without a request a session is forgotten. */
const IDLE_MS = 24 * 60 * 60 * 1000

/** Makes a bounded memory of session owners. */
export function sessionOwners(options: {
  readonly now: () => number
  readonly maxSessions?: number
}): SessionOwners {
  const { now, maxSessions = MAX_SESSIONS } = options
  const known = new Map<string, { readonly owner: string; readonly untilMs: number }>()

  function ownerOf(id: string): string | undefined {
    const entry = known.get(id)
    if (!entry) return undefined
    if (entry.untilMs > now()) return entry.owner
    known.delete(id)
    return undefined
  }

  function note(id: string, owner: string): void {
    putNewest(known, id, { owner, untilMs: now() + IDLE_MS }, maxSessions)
  }

  return {
    owns(id, principal) {
      const owner = principalKey(principal)
      if (ownerOf(id) !== owner) return false
      note(id, owner)
      return true
    },
    remember(id, principal) {
      if (ownerOf(id) === undefined) note(id, principalKey(principal))
    },
    forget: (id) => void known.delete(id),
  }
}

/**
 * The session that a request names. From MCP 2026-07-28 on there are no sessions, and an id that a
 * client sends is ignored.
 */
export function sessionIdOf(headers: Headers): string | undefined {
  // Protocol revisions are dates, so they compare as texts.
  if ((headers.get('mcp-protocol-version') ?? '') >= '2026-07-28') return undefined
  return headers.get(MCP_SESSION_HEADER) ?? undefined
}
