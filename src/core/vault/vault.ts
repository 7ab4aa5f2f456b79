// The vault: where a secret waits between the door and the wire. Everything in between holds a
// handle, which is worth nothing by itself.

import type { Credential } from '../credential.ts'
import type { Principal } from '../principal.ts'

/**
 * An opaque name for a deposited credential. It opens nothing without the owner and a destination.
 */
export type Handle = string & { readonly __handle: unique symbol }

/** What is deposited. */
export interface Deposit {
  readonly credential: Credential
  /** The principal that the credential belongs to. */
  readonly owner: Principal
  /** Where it may be used: identifiers of issuers (for a token exchange there) and of resources. */
  readonly destinations: readonly string[]
  /** Seconds since the epoch. From then on the vault does not give it out. */
  readonly expiresAt: number
}

/** The port. Every implementation must pass `test/core/vault/vault-contract.ts`. */
export interface Vault {
  /** Stores a credential and gives its handle. */
  deposit(deposit: Deposit): Promise<Handle>
  /**
   * Gives the credential to its owner, for one of its destinations. Undefined for an unknown or
   * expired handle, another owner or another destination: nobody can tell which.
   */
  withdraw(handle: Handle, owner: Principal, destination: string): Promise<Credential | undefined>
  /**
   * Forgets one credential of the owner. An unknown handle, or one of another owner, changes
   * nothing.
   */
  discard(handle: Handle, owner: Principal): Promise<void>
}
