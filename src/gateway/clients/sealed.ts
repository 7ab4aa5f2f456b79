// What the gateway gives to browsers and clients to keep for it, sealed, each kind apart.

import { isObject, parseJson, type UnknownObject } from '../../core/json.ts'
import { sealedBox } from '../sealed-box.ts'

/** What is sealed. One kind is never taken for another. */
export type SealKind = 'client' | 'asked' | 'flow' | 'code' | 'refresh'

/** Seals and opens. */
export interface Seals {
  seal(kind: SealKind, value: object): string
  /** Undefined for a text that was never given out, or as something else. */
  open(kind: SealKind, text: string): UnknownObject | undefined
}

/** A longer text is not one of ours: a code of the issuer and what belongs to it fit into it. */
const MAX_SEALED_CHARS = 32_768

/**
 * Makes the seals.
 *
 * @param secret 32 bytes or more, the same for all instances.
 */
export function sealsUnder(secret: Uint8Array): Seals {
  const box = sealedBox(secret, {
    purpose: 'onbehalf: gateway clients, 1',
    maxChars: MAX_SEALED_CHARS,
  })
  return {
    seal: (kind, value) => box.seal(JSON.stringify(value), kind),
    open(kind, text) {
      const opened = box.open(text, kind)
      const value = opened === undefined ? undefined : parseJson(opened)
      return isObject(value) ? value : undefined
    },
  }
}
