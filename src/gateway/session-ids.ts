// The ids of sessions in front of the gateway. Each is the upstream's own id, sealed with AES-256-GCM
// and bound to one person and one route. So no store is needed, any instance with the same key serves
// it, and it is worth nothing to anybody else.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { type Principal, principalKey } from '../core/principal.ts'
import { putNewest } from '../core/put-newest.ts'

/** Whose session it is, and where. */
export interface SessionPlace {
  readonly principal: Principal
  /** The path of the route. */
  readonly route: string
}

/** Seals and opens the ids of sessions. */
export interface SessionIds {
  /** The id that the client gets for an upstream's id. */
  seal(id: string, place: SessionPlace): string
  /** The upstream's id. Undefined for one that was never given out, or to somebody else. */
  open(sealed: string, place: SessionPlace): string | undefined
}

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const OPTIONS = { authTagLength: TAG_BYTES }
/** Ids that are remembered when they were opened. */
const MAX_OPENED = 2_000
/** Upstreams give short ids. A longer header is not one of ours. */
const MAX_SEALED_CHARS = 4_096

/**
 * Makes the seal.
 *
 * @param secret 32 bytes or more, the same for all instances. Random nonces allow 2³² sessions under
 *   one secret (NIST SP 800-38D section 8.3).
 */
export function sessionIds(secret: Uint8Array): SessionIds {
  const sealingKey = new Uint8Array(
    hkdfSync('sha256', secret, '', 'onbehalf: gateway session ids, 1', 32),
  )
  /** What was opened lately: a client sends its id with every call. */
  const opened = new Map<string, string>()
  return {
    seal(id, place) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, sealingKey, nonce, OPTIONS).setAAD(boundTo(place))
      const text = Buffer.concat([cipher.update(id, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')
    },
    open(sealed, place) {
      if (sealed.length > MAX_SEALED_CHARS || !/^[\w-]+$/.test(sealed)) return undefined
      const bound = boundTo(place)
      const key = `${sealed} ${bound.toString()}`
      const before = opened.get(key)
      if (before !== undefined) return before
      const box = Buffer.from(sealed, 'base64url')
      if (box.length <= NONCE_BYTES + TAG_BYTES) return undefined
      try {
        const decipher = createDecipheriv(CIPHER, sealingKey, box.subarray(0, NONCE_BYTES), OPTIONS)
          .setAAD(bound)
          .setAuthTag(box.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
        const text = decipher.update(box.subarray(NONCE_BYTES + TAG_BYTES))
        const id = Buffer.concat([text, decipher.final()]).toString('utf8')
        putNewest(opened, key, id, MAX_OPENED)
        return id
      } catch {
        return undefined
      }
    },
  }
}

function boundTo({ principal, route }: SessionPlace): Buffer {
  return Buffer.from(JSON.stringify([principalKey(principal), route]))
}
