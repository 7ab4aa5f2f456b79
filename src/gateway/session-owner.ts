// Whose session it is, where the gateway keeps one for a client.

import type { Caller } from '../caller.ts'
import { principalKey } from '../core/principal.ts'

/** A session is for one client of one person, with the rights of one sign-in. */
export function sessionOwner({ principal, token }: Pick<Caller, 'principal' | 'token'>): string {
  const rights = [...token.scopes].sort()
  return JSON.stringify([principalKey(principal), principal.client ?? null, rights])
}
