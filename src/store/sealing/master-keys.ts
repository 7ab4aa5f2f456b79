// Master keys wrap the data keys of single records, and nothing else. Here are the port, and its
// implementation over a keyring file. A KMS could be another.

import { hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { checkPath } from '../checks.ts'
import { decrypt, encrypt, KEY_BYTES, NONCE_BYTES } from './gcm.ts'
import { type Keyring, readKeyring } from './keyring.ts'

/** A data key as it is stored. */
export interface WrappedKey {
  /** The master key that it is wrapped under. */
  readonly keyId: string
  readonly wrapped: Uint8Array
}

/**
 * The port. An implementation that asks another machine sets its own deadline. It may throw any
 * error: {@link seal} and {@link open} let none of its text out.
 */
export interface MasterKeys {
  /** The key that new records are wrapped under. */
  current(): { readonly id: string }
  /** Wraps a data key under the current master key. `unwrap` needs the same associated data. */
  wrap(dataKey: Uint8Array, aad: Uint8Array): Promise<WrappedKey>
  /** Unwraps a data key. Throws when the master key is unknown or any bit differs. */
  unwrap(keyId: string, wrapped: Uint8Array, aad: Uint8Array): Promise<Uint8Array>
}

const SALT_BYTES = 32

/**
 * The master keys of a keyring file that `onbehalf keys` made. The file is read again whenever it
 * has changed, so a rotation needs no restart.
 *
 * @param path The keyring: mode 0600. Keep it apart from the database and its backups.
 * @throws KeyringError (a TypeError) when the file is missing, malformed, weak or readable by
 *   others. It names the file and says what to do.
 *
 * @example
 * ```ts
 * const masterKeys = fileMasterKeys('.data/keyring.json')
 * const vault = sqliteVault(openSqlite('.data/app.db'), masterKeys)
 * ```
 */
export function fileMasterKeys(path: string): MasterKeys {
  checkPath('fileMasterKeys', path)
  let state = fileState(path)
  let keyring = readKeyring(path)

  function readIfChanged(): Keyring {
    const now = fileState(path)
    if (now !== state || now === undefined) {
      keyring = readKeyring(path)
      state = now
    }
    return keyring
  }

  return {
    current: () => ({ id: readIfChanged().current.id }),
    async wrap(dataKey, aad): Promise<WrappedKey> {
      const { id, key } = readIfChanged().current
      const salt = randomBytes(SALT_BYTES)
      const { wrapKey, nonce } = wrapKeyOf(key, salt)
      return { keyId: id, wrapped: Buffer.concat([salt, encrypt(wrapKey, nonce, dataKey, aad)]) }
    },
    async unwrap(keyId, wrapped, aad): Promise<Uint8Array> {
      const master = readIfChanged().keys.find(({ id }) => id === keyId)
      if (!master) throw new Error('The keyring has no such key')
      const { wrapKey, nonce } = wrapKeyOf(master.key, wrapped.subarray(0, SALT_BYTES))
      return decrypt(wrapKey, nonce, wrapped.subarray(SALT_BYTES), aad)
    },
  }
}

/**
 * The key and nonce of one wrapping. The master key itself encrypts nothing: HKDF derives both from
 * it and a fresh salt of 256 random bits. So no nonce is used twice with a key, however many
 * records there are.
 */
function wrapKeyOf(
  master: KeyObject,
  salt: Uint8Array,
): { readonly wrapKey: Uint8Array; readonly nonce: Uint8Array } {
  const derived = new Uint8Array(
    hkdfSync('sha256', master, salt, 'onbehalf: wrap a data key, 1', KEY_BYTES + NONCE_BYTES),
  )
  return { wrapKey: derived.subarray(0, KEY_BYTES), nonce: derived.subarray(KEY_BYTES) }
}

/** A text that changes when the file is replaced; undefined when the file is missing. */
function fileState(path: string): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat && [stat.dev, stat.ino, stat.size, stat.mode, stat.mtimeNs, stat.ctimeNs].join(' ')
}
