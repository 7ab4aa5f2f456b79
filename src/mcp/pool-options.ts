// What a pool of sessions is made of, and who uses it.

import type { Principal } from '../core/principal.ts'
import type { VerifiedToken } from '../core/verify/verify.ts'

/** The caller in whose name a session is used. A `Caller` of `createOnBehalf` fits. */
export interface PoolCaller {
  readonly principal: Principal
  readonly token: Pick<VerifiedToken, 'scopes' | 'expiresAt'>
  fetch(server: string): typeof globalThis.fetch
}

/** Options of `sessionPool`. */
export interface SessionPoolOptions<Session> {
  /**
   * Opens a session, for example by connecting a client. What it throws reaches the caller of
   * `use`.
   *
   * @param fetch Carries the credential of whoever uses the session at the time: always the same
   *   person.
   */
  readonly open: (server: string, fetch: typeof globalThis.fetch) => Promise<Session>
  /** Ends a session. What it throws is dropped. */
  readonly close: (session: Session) => Promise<void>
  /**
   * Milliseconds for which a session is used after it was opened. It is never used after the token
   * of whoever opened it has expired. Default 300,000.
   */
  readonly ttl?: number
  /** Milliseconds that a session waits for its next use. Default 60,000. */
  readonly idle?: number
  /** Sessions at most. Default 1,000. */
  readonly max?: number
  /** Sessions of one principal at most, with all servers together. Default 8. */
  readonly maxPerPrincipal?: number
  /** Milliseconds that a use waits for a session when all are in use. Default 10,000. */
  readonly patience?: number
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}
