// Seals secrets: encrypts them under a data key of their own, wraps that under a master key, and
// binds both to the row that holds them.

import { randomBytes } from 'node:crypto'
import { Credential } from '../../core/credential.ts'
import type { SecretRecord } from '../../core/vault/secret-store.ts'
import { decrypt, encrypt, KEY_BYTES, NONCE_BYTES } from './gcm.ts'
import { KeyringError } from './keyring.ts'
import type { MasterKeys, WrappedKey } from './master-keys.ts'

/** What gets sealed. */
export type SealedContent = Pick<SecretRecord, 'secrets' | 'facts'>

/** What gets stored. */
export interface Sealed extends WrappedKey {
  /** Format, nonce, tag and ciphertext. */
  readonly body: Uint8Array
}

/**
 * Secrets could not be sealed or opened. The error never says why: if a wrong key, another row and
 * a flipped bit looked different, an attacker could learn from the difference (oracle attacks).
 */
export class SealError extends Error {
  override readonly name = 'SealError'

  constructor() {
    super('A stored secret could not be sealed or opened')
  }
}

const FORMAT = 1

/** What a secret is bound to. Two different lists of parts always give different bytes. */
export function associatedData(parts: readonly (string | number)[]): Uint8Array {
  return Buffer.from(JSON.stringify(parts))
}

/**
 * Seals secrets together with facts, so that nobody can change one without the other.
 *
 * @throws SealError when there is no randomness or no master key; KeyringError when the keyring
 *   file cannot be used.
 */
export async function seal(
  masterKeys: MasterKeys,
  content: SealedContent,
  aad: Uint8Array,
): Promise<Sealed> {
  const secrets = Object.fromEntries(
    Object.entries(content.secrets).map(([name, secret]) => [name, secret.reveal()]),
  )
  const plaintext = Buffer.from(JSON.stringify({ secrets, facts: content.facts }))
  let dataKey: Buffer | undefined
  try {
    dataKey = randomBytes(KEY_BYTES)
    const nonce = randomBytes(NONCE_BYTES)
    const body = Buffer.concat([Buffer.of(FORMAT), nonce, encrypt(dataKey, nonce, plaintext, aad)])
    const { keyId, wrapped } = await masterKeys.wrap(dataKey, aad)
    return { keyId, wrapped, body }
  } catch (error) {
    throw withoutDetails(error)
  } finally {
    plaintext.fill(0)
    dataKey?.fill(0)
  }
}

/**
 * Opens what {@link seal} returned. It needs the same associated data.
 *
 * @throws SealError for every failure; KeyringError when the keyring file cannot be used.
 */
export async function open(
  masterKeys: MasterKeys,
  { keyId, wrapped, body }: Sealed,
  aad: Uint8Array,
): Promise<SealedContent> {
  let dataKey: Uint8Array | undefined
  try {
    dataKey = await masterKeys.unwrap(keyId, wrapped, aad)
    if (body[0] !== FORMAT) throw new SealError()
    const plaintext = decrypt(
      dataKey,
      body.subarray(1, 1 + NONCE_BYTES),
      body.subarray(1 + NONCE_BYTES),
      aad,
    )
    try {
      return parseContent(plaintext.toString())
    } finally {
      plaintext.fill(0)
    }
  } catch (error) {
    throw withoutDetails(error)
  } finally {
    dataKey?.fill(0)
  }
}

/**
 * Wraps the data key of a row again, under the current master key. The encrypted body does not
 * change.
 *
 * @returns undefined when the data key cannot be unwrapped.
 * @throws SealError when it cannot be wrapped; KeyringError when the keyring file cannot be used.
 */
export async function rewrapDataKey(
  masterKeys: MasterKeys,
  { keyId, wrapped }: WrappedKey,
  aad: Uint8Array,
): Promise<WrappedKey | undefined> {
  let dataKey: Uint8Array
  try {
    dataKey = await masterKeys.unwrap(keyId, wrapped, aad)
  } catch (error) {
    if (error instanceof KeyringError) throw error
    return undefined
  }
  try {
    return await masterKeys.wrap(dataKey, aad)
  } catch (error) {
    throw withoutDetails(error)
  } finally {
    dataKey.fill(0)
  }
}

/**
 * A KeyringError holds only a path and an instruction, so it may go out. Any other error may hold
 * anything.
 */
function withoutDetails(error: unknown): Error {
  return error instanceof KeyringError ? error : new SealError()
}

/** The tag was checked, so {@link seal} wrote this text. */
function parseContent(text: string): SealedContent {
  const { secrets, facts } = JSON.parse(text) as {
    readonly secrets: Readonly<Record<string, string>>
    readonly facts: SealedContent['facts']
  }
  return {
    secrets: Object.fromEntries(
      Object.entries(secrets).map(([name, secret]) => [name, new Credential(secret)]),
    ),
    facts,
  }
}
