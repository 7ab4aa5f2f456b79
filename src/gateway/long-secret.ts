// Secrets of the operator that must be too long to be guessed.

import type { Credential } from '../core/credential.ts'

const MIN_CHARS = 32

/**
 * Gives the bytes of a secret.
 *
 * @throws TypeError that names the setting, when it is too short.
 */
export function longSecret(setting: string, secret: Credential): Uint8Array {
  const text = secret.reveal()
  if (text.length < MIN_CHARS)
    throw new TypeError(
      `${setting} must have ${MIN_CHARS} characters or more, such as those of "openssl rand -base64 32"`,
    )
  return Buffer.from(text)
}
