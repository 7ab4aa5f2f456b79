// The name of a person, for people to read.

import type { Principal } from '../core/principal.ts'

/** The person's name: the `name` claim, else `preferred_username`, else the subject. */
export function personOf(
  principal: Principal,
  claims: Readonly<Record<string, unknown>> = {},
): string {
  const named = [claims.name, claims.preferred_username].find(
    (claim) => typeof claim === 'string' && claim.trim() !== '',
  )
  return typeof named === 'string' ? named : principal.subject
}
