// What follows when a server sends a credential back: it is taken out, audited, and the server is
// marked. The search for it is the redactor's.

import type { NoteRefusal } from '../note-refusal.ts'
import { type Budget, workBudget } from './budget.ts'
import type { RedactedValue } from './json-value.ts'
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
 * Takes every credential that is remembered out of a short text that the server sent, in one piece.
 *
 * @returns The text; empty when it could not be searched.
 */
export function cleanText(text: string, parts: ReflectionParts): string {
  const { value } = told(parts.live.redactor().json(text), 'answer', parts)
  return typeof value === 'string' ? value : ''
}

/**
 * Takes every credential that is remembered out of something that the server sent, in turns with
 * other people's calls.
 *
 * @param value A JSON-RPC message, or a text.
 * @param operation How the audit calls it: `answer`, `message`.
 * @param budget That of the whole answer. Default: one for this value.
 * @returns The same value when it holds no credential; a text in its place when it could not be
 *   searched.
 */
export async function removeReflections(
  value: unknown,
  operation: string,
  parts: ReflectionParts,
  budget?: Budget,
): Promise<unknown> {
  const redacted = await parts.live.redactor().jsonInTurns(value, budget ?? workBudget())
  return told(redacted, operation, parts).value
}

/** Tells what was found, if anything was. */
function told(
  redacted: RedactedValue,
  operation: string,
  { note, quarantine }: ReflectionParts,
): RedactedValue {
  if (redacted.hits + redacted.withheld > 0) note('credential_reflected', operation)
  // Only a credential that was seen marks the server. What was too deep or too large to search does
  // not.
  if (redacted.hits > 0) quarantine?.reflected()
  return redacted
}
