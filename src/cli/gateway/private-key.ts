// The private key of a certificate, from where a gateway's file refers to it.

import { createPrivateKey, type KeyObject } from 'node:crypto'
import { ConfigError } from './place.ts'
import type { ReadText } from './references.ts'

/**
 * Reads a key.
 *
 * @throws ConfigError that begins with the setting.
 */
export function keyIn(setting: string, reference: unknown, textOf: ReadText): KeyObject {
  const pem = textOf(setting, reference)
  try {
    return createPrivateKey(pem)
  } catch {
    // Its own message may quote the key.
    throw new ConfigError(
      `${setting} must be a private key in PEM, and not locked with a passphrase`,
    )
  }
}
