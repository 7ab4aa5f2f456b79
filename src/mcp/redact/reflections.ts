// What follows when a server sends a credential back: it is taken out, audited, and the server is
// marked. The search for it is the redactor's.

import type { NoteRefusal } from '../note-refusal.ts'
import type { Quarantine } from './quarantine.ts'
import type { LiveSecrets } from './sent-secrets.ts'

/** Whether a text holds no credential that is remembered. */
export function isClean(text: string, live: LiveSecrets): boolean {
  return live.redactor().json(text).value === text
}

/** What a reflected credential is told to. */
export interface ReflectionParts {
  readonly live: LiveSecrets
  /** Default: nothing is marked. */
  readonly quarantine?: Quarantine
  readonly note: NoteRefusal
}

/**
 * Takes every credential that is remembered out of something that the server sent.
 *
 * @param value A JSON-RPC message, or a text.
 * @param operation How the audit calls it: `answer`, `message`.
 * @returns The same value when it holds no credential; a text in its place when it could not be
 *   searched.
 */
export function removeReflections(
  value: unknown,
  operation: string,
  { live, quarantine, note }: ReflectionParts,
): unknown {
  const redacted = live.redactor().json(value)
  if (redacted.hits + redacted.withheld > 0) note('credential_reflected', operation)
  // Only a credential that was seen marks the server. What was too deep or too large to search does
  // not.
  if (redacted.hits > 0) quarantine?.reflected()
  return redacted.value
}
