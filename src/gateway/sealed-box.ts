// Texts that others keep for the gateway: AES-256-GCM under its secret, each purpose under a key of its own.
// So no store is needed, and any instance with the same secret opens them.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** Seals and opens texts of one purpose. */
export interface SealedBox {
  /** Seals a text. It opens only with what it is bound to. */
  seal(text: string, boundTo: string): string
  /** Undefined for a text that was never sealed here, or bound to something else. */
  open(sealed: string, boundTo: string): string | undefined
}

/** What a box is for. */
export interface SealedBoxOptions {
  /** Keeps the keys of two purposes apart (RFC 5869 section 3.2). */
  readonly purpose: string
  /** A longer text is not one of ours. */
  readonly maxChars: number
}

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const OPTIONS = { authTagLength: TAG_BYTES }

/**
 * Makes a box.
 *
 * @param secret 32 bytes or more, the same for all instances. Random nonces allow 2³² texts of a purpose
 *   under one secret (NIST SP 800-38D section 8.3).
 */
export function sealedBox(secret: Uint8Array, { purpose, maxChars }: SealedBoxOptions): SealedBox {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', purpose, 32))
  return {
    seal(text, boundTo) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, key, nonce, OPTIONS).setAAD(Buffer.from(boundTo))
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
    },
    open(sealed, boundTo) {
      if (sealed.length > maxChars || !/^[\w-]+$/.test(sealed)) return undefined
      const box = Buffer.from(sealed, 'base64url')
      if (box.length <= NONCE_BYTES + TAG_BYTES) return undefined
      try {
        const decipher = createDecipheriv(CIPHER, key, box.subarray(0, NONCE_BYTES), OPTIONS)
          .setAAD(Buffer.from(boundTo))
          .setAuthTag(box.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
        const text = decipher.update(box.subarray(NONCE_BYTES + TAG_BYTES))
        return Buffer.concat([text, decipher.final()]).toString('utf8')
      } catch {
        return undefined
      }
    },
  }
}
