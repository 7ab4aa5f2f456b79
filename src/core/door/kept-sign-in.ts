// Sign-ins that the app keeps on its server: what `admit` needs of them. A request brings a cookie,
// and the door gets the access token that stands behind it. `onbehalf/session` keeps them.

import type { Result } from '../errors.ts'
import type { Principal } from '../principal.ts'
import type { IssuedToken } from '../source/exchange.ts'
import type { Presented } from './read-credential.ts'

/** One sign-in that is kept: it outlives each of its access tokens. */
export interface KeptSignIn {
  /** `principalKey` of the person. A token of anybody else must not be used for it. */
  readonly owner: string
  /**
   * Gives an access token that is good now. It is refreshed when it is due: once, however many ask,
   * in all instances. Nothing here is verified: the door's verifier does that.
   *
   * @returns The token; `sign_in_ended` when there will be none any more; `issuer_unavailable` when
   *   the issuer cannot be asked now.
   */
  freshen(options?: FreshenOptions): Promise<Result<IssuedToken>>
  /**
   * Calls a listener once when the sign-in has ended, on whatever instance that was: within five
   * seconds. Stop listening when the work is done.
   *
   * @returns Stops listening.
   */
  whenEnded(listener: () => void): () => void
}

/** Options of {@link KeptSignIn.freshen}. */
export interface FreshenOptions {
  /** A token of `freshen` that somebody refused: another one is wanted. */
  readonly refused?: IssuedToken
  /** Ends this wait, and not the refresh, for which others may wait. */
  readonly signal?: AbortSignal
  /** W3C trace id. Default: a new one. */
  readonly trace?: string
}

/** What a request with a cookie presents. */
export interface PresentedSignIn {
  /** What the door reads in place of the `Authorization` header. */
  readonly presented: Presented
  /** Absent when there is none that goes on. */
  readonly signIn?: KeptSignIn
}

/** The port: where an app keeps the sign-ins of its people. */
export interface KeptSignIns {
  /** What the cookie of a request presents; undefined without one, or with an `Authorization` header. */
  present(request: Request): Promise<PresentedSignIn | undefined>
  /**
   * The sign-in of a person that was used last, for work that is done while they are away; undefined
   * when there is none. It is for the app to know that the person agreed to the work.
   */
  signInOf(principal: Principal): Promise<KeptSignIn | undefined>
}
