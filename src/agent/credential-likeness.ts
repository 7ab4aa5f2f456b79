// Texts that look like a credential, which no model, page or store may get.

import { REFERENCE_PREFIX } from '../core/wire-names.ts'

/** A JWT, the word after `Bearer`, and what stands for a credential in a prompt. */
const CREDENTIALS = new RegExp(
  `eyJ[\\w-]{4,}\\.[\\w-]{4,}\\.[\\w-]*|\\bbearer\\s+[\\w.~+/-]{16,}=*|${REFERENCE_PREFIX}[\\w-]+`,
  'gi',
)

/**
 * Whether a text contains something with the shape of a credential: a JWT, or the word after
 * `Bearer`.
 */
export function looksLikeCredential(text: string): boolean {
  return /eyJ[\w-]{4,}\.[\w-]{4,}\.[\w-]*|\bbearer\s+[A-Za-z0-9\-._~+/]{16,}/i.test(text)
}

/** The text with `[credential]` in the place of each. */
export function withoutCredentials(text: string): string {
  return text.replace(CREDENTIALS, '[credential]')
}
