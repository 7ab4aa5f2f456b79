// What follows when a server sends a credential back: it is taken out, audited, and the server is
// marked. The search for it is the redactor's.

import { andThen, type Eventual } from '../../core/eventual.ts'
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
  const redacted = parts.live.redactor().json(text)
  if (redacted.hits > 0 && parts.live.tellingRedactor()?.json(text).hits !== 0) mark(parts)
  const { value } = told(redacted, 'answer', parts)
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
export function removeReflections(
  value: unknown,
  operation: string,
  parts: ReflectionParts,
  budget?: Budget,
): Eventual<unknown> {
  const { live } = parts
  return andThen(live.redactor().jsonInTurns(value, budget ?? workBudget()), (redacted) => {
    // Without a pause where none is needed: a call that comes now must find the mark.
    const telling = redacted.hits > 0 ? live.tellingRedactor()?.jsonInTurns(value) : undefined
    return andThen(telling, (saying) => {
      if (redacted.hits > 0 && saying?.hits !== 0) mark(parts)
      return told(redacted, operation, parts).value
    })
  })
}

/**
 * Only a credential that was seen marks the server. What was too deep or too large to search does
 * not. Nor does a key that a person typed in, when it may be a word of the server, or was for another
 * server: anybody could have the server marked for everybody.
 */
function mark({ quarantine }: ReflectionParts): void {
  quarantine?.reflected()
}

/** Tells what was found, if anything was. */
function told(
  redacted: RedactedValue,
  operation: string,
  { note }: ReflectionParts,
): RedactedValue {
  if (redacted.hits + redacted.withheld > 0) note('credential_reflected', operation)
  return redacted
}
