// The source `own`: the person's own token, for a server that it was issued for.

import { isForAudience } from '../audience.ts'
import { audiencesOf, type Binding, namesOf } from '../binding.ts'
import { granted, refused } from '../errors.ts'
import { forOperator } from '../refusal-details.ts'
import type { CredentialSource, Deposited, SourceParts } from './parts.ts'

/**
 * Whether a server takes a token with this audience: its resource, exactly, or an audience that the
 * operator says it takes.
 */
export function takesOwn({ source, resource }: Binding, audience: readonly string[]): boolean {
  if (source.type !== 'own') return false
  return audience.includes(resource) || isForAudience(audience, audiencesOf(source))
}

/** Makes the source. It never passes on a token that was issued for somebody else. */
export function ownSource(
  binding: Binding,
  { token, handle }: Deposited,
  { vault }: SourceParts,
): CredentialSource {
  return async ({ refused: rejected } = {}) => {
    // A token that is bound to the caller's key is worth nothing without that key.
    if (token.boundTo !== undefined)
      return refused('own_audience_mismatch', { server: binding.name })
    if (!takesOwn(binding, token.audience))
      return refused('own_audience_mismatch', {
        server: binding.name,
        expected: forOperator(namesOf(binding).join(' or ')) ?? '',
        found: forOperator(token.audience.join(' and ')) ?? 'no audience',
      })
    // The user has no second token to try.
    if (rejected) return refused('server_refused', { server: binding.name })
    const credential = await vault.withdraw(handle, token.principal, binding.resource)
    if (!credential) return refused('handle_refused', { server: binding.name })
    return granted({
      credential,
      expiresAt: token.expiresAt,
      scopes: token.scopes,
      audience: token.audience,
      ...(token.tokenId === undefined ? {} : { tokenId: token.tokenId }),
    })
  }
}
