// Lasting secrets of a person or of the deployment: connected accounts and static keys. The port; what is in between holds only facts.

import type { Credential } from './credential.ts'

/** The owner of what belongs to nobody in particular but to the whole deployment. No `principalKey` is equal to it. */
export const DEPLOYMENT = 'deployment'

/** What a record is found by. */
export interface SecretKey {
  /** `principalKey` of the person, or {@link DEPLOYMENT}. */
  readonly owner: string
  /** The resource that the secret is for. */
  readonly resource: string
  /** `flow` is an account that is being connected: the proof key, and what the answer is held against. */
  readonly kind: 'connection' | 'flow' | 'static'
}

/** One record: secrets apart from facts, which are safe to log. */
export interface SecretRecord extends SecretKey {
  /** The issuer that gave the secrets, and the only one that they may be sent back to; empty for a static key (CVE-2026-104850). */
  readonly issuer: string
  /** Counts up with every change. */
  readonly version: number
  readonly secrets: Readonly<Record<string, Credential>>
  readonly facts: Readonly<Record<string, string | number | boolean | readonly string[]>>
}

/** The port. An implementation passes `test/core/secret-store-contract.ts`; what a method has answered survives the end of the process. */
export interface SecretStore {
  read(key: SecretKey): Promise<SecretRecord | undefined>
  /**
   * Writes a record if the stored version is still `record.version - 1` (0: there is none yet): the one place where instances agree who refreshes.
   *
   * @returns Whether it was written.
   */
  write(record: SecretRecord): Promise<boolean>
  remove(key: SecretKey): Promise<void>
}
