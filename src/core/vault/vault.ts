// The vault: where a secret waits between the door and the wire. What works in between holds a handle, which is worth nothing by itself.

import type { Credential } from '../credential.ts'
import type { Principal } from '../principal.ts'

/** An opaque name for a deposited credential. Without the owner and the destination it opens nothing. */
export type Handle = string & { readonly __handle: unique symbol }

/** What is deposited. */
export interface Deposit {
  readonly credential: Credential
  /** The principal that the credential belongs to. */
  readonly owner: Principal
  /** Where it may be used: issuer identifiers (as the subject token of an exchange there) and resources. */
  readonly destinations: readonly string[]
  /** Seconds since the epoch; the vault gives nothing out from then on. */
  readonly expiresAt: number
}

/** The port. An implementation passes the contract suite in `test/core/vault/vault-contract.ts`. */
export interface Vault {
  /** Keeps a credential and gives its handle. */
  deposit(deposit: Deposit): Promise<Handle>
  /**
   * Gives the credential to its owner for one of its destinations. Unknown, foreign, elsewhere and expired are one answer: undefined.
   */
  withdraw(handle: Handle, owner: Principal, destination: string): Promise<Credential | undefined>
  /** Forgets one credential of the owner; a handle that is unknown or foreign is left alone. */
  discard(handle: Handle, owner: Principal): Promise<void>
}
