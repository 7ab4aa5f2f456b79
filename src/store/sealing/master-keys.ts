// Master keys: they wrap the keys of single records, and nothing else. The port (a file here, a KMS elsewhere), and the file's end of it.

import { hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { decrypt, encrypt, KEY_BYTES, NONCE_BYTES } from './gcm.ts'
import { type Keyring, readKeyring } from './keyring.ts'

/** A data key as it is stored. */
export interface WrappedKey {
  /** The master key that it is wrapped under. */
  readonly keyId: string
  readonly wrapped: Uint8Array
}

/**
 * The port. An implementation that asks another machine puts a deadline on it, and may throw what it likes: its errors go no further
 * than {@link seal} and {@link open}.
 */
export interface MasterKeys {
  /** The key that new records are wrapped under. */
  current(): { readonly id: string }
  /** Wraps a data key under the current master key. What is unwrapped must be given the same associated data. */
  wrap(dataKey: Uint8Array, aad: Uint8Array): Promise<WrappedKey>
  /** Unwraps a data key. It throws when the master key is unknown or anything differs. */
  unwrap(keyId: string, wrapped: Uint8Array, aad: Uint8Array): Promise<Uint8Array>
}

const SALT_BYTES = 32

/**
 * The master keys of a keyring file that `onbehalf keys` made. The file is read again whenever it has changed, so a rotation needs
 * no restart.
 *
 * @param path The keyring: mode 0600, apart from the database and its backups.
 * @throws KeyringError (a TypeError) that names the file and what to do, when it is missing, malformed, weak or open to others.
 */
export function fileMasterKeys(path: string): MasterKeys {
  let state = fileState(path)
  let keyring = readKeyring(path)

  function fresh(): Keyring {
    const now = fileState(path)
    if (now !== state || now === undefined) {
      keyring = readKeyring(path)
      state = now
    }
    return keyring
  }

  return {
    current: () => ({ id: fresh().current.id }),
    async wrap(dataKey, aad): Promise<WrappedKey> {
      const { id, key } = fresh().current
      const salt = randomBytes(SALT_BYTES)
      const { wrapKey, nonce } = wrapKeyOf(key, salt)
      return { keyId: id, wrapped: Buffer.concat([salt, encrypt(wrapKey, nonce, dataKey, aad)]) }
    },
    async unwrap(keyId, wrapped, aad): Promise<Uint8Array> {
      const master = fresh().keys.find(({ id }) => id === keyId)
      if (!master) throw new Error('The keyring has no such key')
      const { wrapKey, nonce } = wrapKeyOf(master.key, wrapped.subarray(0, SALT_BYTES))
      return decrypt(wrapKey, nonce, wrapped.subarray(SALT_BYTES), aad)
    },
  }
}

/**
 * The key and nonce of one wrapping. A master key is only ever the input of HKDF with 256 fresh random bits, so however many
 * records it wraps, no nonce is used twice with a key.
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

/** What changes when the file is replaced; undefined when it is not there. */
function fileState(path: string): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat && [stat.dev, stat.ino, stat.size, stat.mode, stat.mtimeNs, stat.ctimeNs].join(' ')
}
