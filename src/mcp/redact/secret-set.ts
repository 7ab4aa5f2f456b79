// A set of secrets that grows and shrinks, and the redactor for them. It does not say how long a
// secret stays; whoever holds the set does.

import type { Credential } from '../../core/credential.ts'
import { createRedactor, type Redactor } from './redactor.ts'

/** Credentials that answers are searched for. */
export interface SecretSet {
  /** Adds a credential. One that is in the set already changes nothing. */
  add(credential: Credential): void
  /** Takes a credential out. One that is not in the set changes nothing. */
  delete(credential: Credential): void
  /** How many credentials are in the set. */
  readonly size: number
  /**
   * The redactor for what is in the set. It is a live view: keep it, and it knows what is added
   * later. A stream that it started knows what was in the set at its start.
   */
  redactor(): Redactor
}

/** Makes an empty set. */
export function secretSet(): SecretSet {
  const secrets = new Set<Credential>()
  let current: Redactor | undefined
  const now = () => (current ??= createRedactor([...secrets]))
  const view: Redactor = {
    text: (input) => now().text(input),
    stream: () => now().stream(),
    json: (value, budget) => now().json(value, budget),
    jsonInTurns: (value, budget) => now().jsonInTurns(value, budget),
    get tooShort() {
      return now().tooShort
    },
  }
  return {
    add(credential) {
      if (secrets.has(credential)) return
      secrets.add(credential)
      current = undefined
    },
    delete(credential) {
      if (secrets.delete(credential)) current = undefined
    },
    get size() {
      return secrets.size
    },
    redactor: () => view,
  }
}
