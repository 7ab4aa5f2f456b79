// What the gateway gives to browsers and clients to keep for it: AES-256-GCM under the gateway's secret,
// each kind apart. So no store is needed, and any instance with the same secret takes it.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { isObject, parseJson, type UnknownObject } from '../../core/json.ts'

/** What is sealed. One kind is never taken for another. */
export type SealKind = 'client' | 'asked' | 'flow' | 'code' | 'refresh'

/** Seals and opens. */
export interface Seals {
  seal(kind: SealKind, value: object): string
  /** Undefined for a text that was never given out, or as something else. */
  open(kind: SealKind, text: string): UnknownObject | undefined
}

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const OPTIONS = { authTagLength: TAG_BYTES }
/** A longer text is not one of ours: a code of the issuer and what belongs to it fit into it. */
const MAX_SEALED_CHARS = 32_768

/**
 * Makes the seals.
 *
 * @param secret 32 bytes or more, the same for all instances. Random nonces allow 2³² texts under one
 *   secret (NIST SP 800-38D section 8.3).
 */
export function sealsUnder(secret: Uint8Array): Seals {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'onbehalf: gateway clients, 1', 32))
  return {
    seal(kind, value) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, key, nonce, OPTIONS).setAAD(Buffer.from(kind))
      const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')
    },
    open(kind, text) {
      if (text.length > MAX_SEALED_CHARS || !/^[\w-]+$/.test(text)) return undefined
      const box = Buffer.from(text, 'base64url')
      if (box.length <= NONCE_BYTES + TAG_BYTES) return undefined
      try {
        const decipher = createDecipheriv(CIPHER, key, box.subarray(0, NONCE_BYTES), OPTIONS)
          .setAAD(Buffer.from(kind))
          .setAuthTag(box.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
        const plain = decipher.update(box.subarray(NONCE_BYTES + TAG_BYTES))
        const json = parseJson(Buffer.concat([plain, decipher.final()]).toString('utf8'))
        return isObject(json) ? json : undefined
      } catch {
        return undefined
      }
    },
  }
}
