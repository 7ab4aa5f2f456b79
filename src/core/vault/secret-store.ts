// The port for lasting secrets of a person or of the deployment: connected accounts and static
// keys.

import { Credential } from '../credential.ts'

/** The owner of a secret that belongs to the whole deployment. No `principalKey` is equal to it. */
export const DEPLOYMENT = 'deployment'

/** The key of a record. */
export interface SecretKey {
  /** `principalKey` of the person, or {@link DEPLOYMENT}. */
  readonly owner: string
  /** The resource that the secret is for. */
  readonly resource: string
  /**
   * `flow` is an account that is being connected: the proof key, and the values that the answer
   * must match. `signing-keys` are those of a token service. `sign-in` has the tokens of a sign-in
   * that the app keeps; its owner is the sign-in, not the person. `access-key` is the digest of a key
   * of a gateway, and whose it is; `use` is when a person's credential was used last: no secrets.
   */
  readonly kind:
    | 'connection'
    | 'flow'
    | 'sign-in'
    | 'static'
    | 'signing-keys'
    | 'access-key'
    | 'use'
}

/** One record. Its secrets are apart from its facts, which are safe to log. */
export interface SecretRecord extends SecretKey {
  /**
   * The issuer that gave the secrets. They may be sent back to this issuer only (CVE-2026-104850).
   * Empty for a static key.
   */
  readonly issuer: string
  /** Starts at 1 and counts up with every change. */
  readonly version: number
  readonly secrets: Readonly<Record<string, Credential>>
  readonly facts: Readonly<Record<string, string | number | boolean | readonly string[]>>
}

/**
 * The port. Every implementation must pass `test/core/vault/secret-store-contract.ts`. Once a
 * method of a lasting store has answered, its change survives the end of the process.
 */
export interface SecretStore {
  read(key: SecretKey): Promise<SecretRecord | undefined>
  /**
   * Writes a record if the stored version is still `record.version - 1` (0 when there is no record
   * yet). This is the one place where instances agree on who refreshes.
   *
   * @returns Whether it was written.
   */
  write(record: SecretRecord): Promise<boolean>
  remove(key: SecretKey): Promise<void>
}

/**
 * Checks a record before it is stored. Every implementation calls it.
 *
 * @throws TypeError for a secret that is no `Credential`, a connection without an issuer, a static
 *   key with an issuer, or a version that is no count.
 */
export function checkSecretRecord({ kind, issuer, version, secrets }: SecretRecord): void {
  if ((kind === 'connection' || kind === 'sign-in') && issuer === '')
    throw new TypeError('A connection or a sign-in must name the issuer that gave its secrets')
  if (kind === 'static' && issuer !== '') throw new TypeError('A static key has no issuer')
  if (!Number.isSafeInteger(version) || version < 1)
    throw new TypeError('The version of a secret must be a whole number from 1 on')
  for (const [name, secret] of Object.entries(secrets))
    if (!(secret instanceof Credential)) throw new TypeError(`secrets.${name} must be a Credential`)
}
