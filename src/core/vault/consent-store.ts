// The port for consents: what people have agreed that the app may do while they are away. It holds
// no secret.

/** One consent of one person. Times are in seconds since the epoch. */
export interface ConsentRecord {
  /** Names the consent in lists and logs. It is no secret, and opens nothing. */
  readonly id: string
  /** `principalKey` of the person. */
  readonly owner: string
  /** The app's name for the work, such as `weekly-report`. */
  readonly job: string
  /** The servers that the work may use, by the names of their bindings. */
  readonly servers: readonly string[]
  /** The scopes that it may have there, of those that the bindings name. */
  readonly scopes: readonly string[]
  readonly givenAt: number
  readonly endsAt: number
  /** When it was revoked. */
  readonly revokedAt?: number
}

/**
 * The port. Every implementation must pass `test/core/vault/consent-store-contract.ts`. All instances
 * of an app share one store, and each sees the change of another one at once.
 */
export interface ConsentStore {
  /** Adds a consent. An earlier one of the person for the same job is revoked by it. */
  add(consent: ConsentRecord): Promise<void>
  /** The consents of a person, the newest first, also those that are over; at most 1,000. */
  list(owner: string): Promise<readonly ConsentRecord[]>
  /**
   * Revokes a consent of a person.
   *
   * @returns Whether there was one that was not revoked before.
   */
  revoke(owner: string, id: string, revokedAt: number): Promise<boolean>
}

/** The most consents that one list has. */
export const MAX_CONSENTS = 1000
