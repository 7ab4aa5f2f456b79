// The port for the sign-ins that an app keeps on its server. It holds no secret: the tokens of a
// sign-in are in the secret store, and of its cookie it has a digest only.

/** One sign-in: one person in one browser. Times are in seconds since the epoch. */
export interface SignInRecord {
  /** Names the sign-in in lists and logs. It is no secret, and opens nothing. */
  readonly id: string
  /** The SHA-256 of the cookie's value: whoever reads the store cannot make the cookie. */
  readonly digest: string
  /**
   * `principalKey` of the person. Empty: it is no sign-in, but the mark that an answer of the issuer was
   * used.
   */
  readonly owner: string
  readonly issuer: string
  /** `sub`, as the issuer's tokens have it. */
  readonly subject: string
  /** `sid`: the issuer's name for its own session with the person. */
  readonly sessionId?: string
  /** The browser in a few words, for the person to tell sign-ins apart. */
  readonly device: string
  readonly startedAt: number
  readonly usedAt: number
  /** It ends then, however much it is used. */
  readonly endsAt: number
  /** When somebody ended it. */
  readonly endedAt?: number
}

/** Which sign-ins. Those that somebody ended are there only where they are `over`. */
export type WhichSignIns =
  | { readonly digest: string }
  | { readonly ids: readonly string[] }
  /** All of a person. */
  | { readonly owner: string }
  /** All of a subject, or those of one session of the issuer. */
  | { readonly issuer: string; readonly subject: string }
  | { readonly issuer: string; readonly sessionId: string }
  /** Those of all people. */
  | 'all'
  /** Those that somebody ended, or whose time is over. */
  | { readonly overAt: number }

/**
 * The port. Every implementation must pass `test/core/vault/sign-in-store-contract.ts`. All instances
 * of an app share one store, and each sees the change of another one at once.
 */
export interface SignInStore {
  /** Adds a sign-in. False when its id or its digest is there already: then nothing is changed. */
  add(signIn: SignInRecord): Promise<boolean>
  /** The sign-ins, the newest first; at most {@link MAX_SIGN_INS}. */
  list(which: WhichSignIns): Promise<readonly SignInRecord[]>
  /** Notes that a sign-in was used. */
  touch(id: string, usedAt: number): Promise<void>
  /** Ends sign-ins, and tells how many. From now on no list has them but that of those `over`. */
  end(which: WhichSignIns, endedAt: number): Promise<number>
  /** Removes sign-ins for good: nobody finds their tokens any more. */
  remove(ids: readonly string[]): Promise<void>
}

/** The most sign-ins that one list has. */
export const MAX_SIGN_INS = 1000
