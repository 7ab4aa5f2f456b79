// TaskFlow's API as one fetch handler: what the launcher wires. Not a listener, and no rule of its own.

import type { Door } from 'onbehalf'

/** Options of {@link createApi}. */
export interface ApiOptions {
  /** The resource that access tokens must be issued for, ending in `/api`; the routes live under its path. */
  readonly resource: string
  /** Issuer of the access tokens, named in the protected resource metadata. */
  readonly authorizationServer: string
  /** Verifies each request and tells for whom and by whom it is made. */
  readonly door: Door
  /** The SQLite file of the tasks; `:memory:` keeps nothing. Its folder must exist. */
  readonly database: string
  /** Origins whose pages may read the answers (CORS). Default: none. */
  readonly allowedOrigins?: readonly string[]
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** The running API. */
export interface Api {
  /** Answers one request; does not throw for anything that a caller sent. */
  fetch(request: Request): Promise<Response>
  /** Closes the database file. */
  close(): Promise<void>
}

/** Opens the database and makes the API over it. */
export async function createApi(_options: ApiOptions): Promise<Api> {
  throw new Error('being written')
}
