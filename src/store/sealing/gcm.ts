// AES-256-GCM in one call (NIST SP 800-38D). The caller brings the nonce, and must never use one
// twice with the same key.

import { createCipheriv, createDecipheriv } from 'node:crypto'

/** Bytes of a key. */
export const KEY_BYTES = 32
/** Bytes of a nonce. */
export const NONCE_BYTES = 12
const TAG_BYTES = 16
// Without this length, Node accepts a tag of four bytes, which an attacker can guess.
const OPTIONS = { authTagLength: TAG_BYTES }

/**
 * Encrypts. Returns the tag, then the ciphertext.
 *
 * @throws Error when the key or the nonce has another size.
 */
export function encrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
): Buffer {
  checkNonce(nonce)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, OPTIONS)
  cipher.setAAD(aad)
  const text = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return Buffer.concat([cipher.getAuthTag(), text])
}

/**
 * Decrypts what {@link encrypt} returned.
 *
 * @throws Error when the key, the nonce, the box or the associated data differs in any bit.
 */
export function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  box: Uint8Array,
  aad: Uint8Array,
): Buffer {
  checkNonce(nonce)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, OPTIONS)
  decipher.setAAD(aad)
  decipher.setAuthTag(box.subarray(0, TAG_BYTES))
  return Buffer.concat([decipher.update(box.subarray(TAG_BYTES)), decipher.final()])
}

/** Node takes nonces of any size. A short one is soon used twice, which gives the key away. */
function checkNonce(nonce: Uint8Array): void {
  if (nonce.length !== NONCE_BYTES) throw new Error(`A nonce must have ${NONCE_BYTES} bytes`)
}
