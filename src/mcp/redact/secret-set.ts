// A set of secrets that grows and shrinks, and the redactor for them. It does not say how long a
// secret stays; whoever holds the set does.

import type { Credential } from '../../core/credential.ts'
import { KnownSecrets } from './known-secrets.ts'
import { type Redactor, redactorOf } from './redactor.ts'

/** Credentials that answers are searched for. */
export interface SecretSet {
  /** Adds a credential. One that is in the set already changes nothing. */
  add(credential: Credential): void
  /** Takes a credential out. One that is not in the set changes nothing. */
  delete(credential: Credential): void
  /** How many credentials are in the set. */
  readonly size: number
  /** The redactor for what is in the set: {@link redactorOfSets} of it alone. */
  redactor(): Redactor
  /** What is known of the secrets, for the redactor of several sets. */
  readonly known: KnownSecrets
}

/**
 * Makes an empty set. What it costs to add a credential, or to search a text, does not depend on
 * how many there are.
 */
export function secretSet(): SecretSet {
  const known = new KnownSecrets()
  const redactor = redactorOf([known])
  return {
    known,
    add: (credential) => known.add(credential),
    delete: (credential) => known.delete(credential),
    get size() {
      return known.size
    },
    redactor: () => redactor,
  }
}

/**
 * One redactor for what is in several sets. It is a live view: keep it, and it knows what is added
 * later. It decodes a text once for all sets.
 */
export function redactorOfSets(sets: readonly SecretSet[]): Redactor {
  return redactorOf(sets.map(({ known }) => known))
}
