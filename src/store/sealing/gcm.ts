// AES-256-GCM in one piece (NIST SP 800-38D). It makes no nonces: who calls it answers for never using one twice with a key.

import { createCipheriv, createDecipheriv } from 'node:crypto'

/** Bytes of a key. */
export const KEY_BYTES = 32
/** Bytes of a nonce. */
export const NONCE_BYTES = 12
const TAG_BYTES = 16
// Without the length, Node takes a tag of four bytes, which an attacker can guess.
const OPTIONS = { authTagLength: TAG_BYTES }

/** Encrypts; gives the tag and the ciphertext after it. */
export function encrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, OPTIONS)
  cipher.setAAD(aad)
  const text = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return Buffer.concat([cipher.getAuthTag(), text])
}

/**
 * Decrypts what {@link encrypt} gave.
 *
 * @throws Error when anything differs from what was encrypted.
 */
export function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  box: Uint8Array,
  aad: Uint8Array,
): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, OPTIONS)
  decipher.setAAD(aad)
  decipher.setAuthTag(box.subarray(0, TAG_BYTES))
  return Buffer.concat([decipher.update(box.subarray(TAG_BYTES)), decipher.final()])
}
