// Lasting secrets of a person or of the deployment: connected accounts and static keys. The port; what is in between holds only facts.

import { Credential } from '../credential.ts'

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

/** The port. An implementation passes `test/core/vault/secret-store-contract.ts`; what a method has answered survives the end of the process. */
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

/**
 * Checks a record before it is stored; every implementation does.
 *
 * @throws TypeError for a secret that is no `Credential`, a connection without issuer, a static key with one, or a version that is no count.
 */
export function checkSecretRecord({ kind, issuer, version, secrets }: SecretRecord): void {
  if (kind === 'connection' && issuer === '')
    throw new TypeError('A connection must name the issuer that gave its secrets')
  if (kind === 'static' && issuer !== '') throw new TypeError('A static key has no issuer')
  if (!Number.isSafeInteger(version) || version < 1)
    throw new TypeError('The version of a secret must be a whole number from 1 on')
  for (const [name, secret] of Object.entries(secrets))
    if (!(secret instanceof Credential)) throw new TypeError(`secrets.${name} must be a Credential`)
}
