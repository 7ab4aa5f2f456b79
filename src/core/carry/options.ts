// What a carrying `fetch` is made of.

import type { KnownScopes } from '../source/parts.ts'
import type { Sources } from './call-tokens.ts'
import type { Placing } from './placing.ts'
import type { HopFacts } from './record-hop.ts'

/** What a carrying `fetch` is made of. */
export interface CarryOptions extends CarrierOptions {
  readonly placing: Placing
}

/**
 * What carries, without the placing. The principal is in here, not in ambient state, so one
 * principal's call cannot end up with another's credential.
 */
export interface CarrierOptions extends HopFacts, Sources {
  /** The operator's name of the destination, for sentences and errors. */
  readonly name: string
  /** Whether a URL, in its final form, is the destination that the credential is bound to. */
  readonly approves: (url: URL, method: string) => boolean
  readonly fetch: typeof globalThis.fetch
  /** Milliseconds that a request may take in all; for a GET, until its headers come. */
  readonly deadlineMs: number
  /** Ends everything under way, for example when the sign-in is revoked. Default: nothing does. */
  readonly signal?: AbortSignal
  /**
   * Set it to get an AuthError for a 403 or a 5xx as well, instead of the answer. Its `scopes` are
   * the only ones that the error repeats from a challenge: any other text there is the server's.
   */
  readonly throwProblems?: { readonly scopes: KnownScopes }
}
