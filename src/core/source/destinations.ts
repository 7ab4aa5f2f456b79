// Where the credential of an admitted request may go.

import { type Binding, bindingOfSource, sourcesOf } from '../binding.ts'
import type { VerifiedToken } from '../verify/verify.ts'
import { takesOwn } from './own-source.ts'
import type { SourceParts } from './parts.ts'

/**
 * Where the vault may give the credential out: to an issuer that exchanges it, and to a server that
 * it was issued for, where the source is `own`. Nowhere else, or it would be passed through.
 */
export function destinationsOf(
  token: VerifiedToken,
  bindings: ReadonlyMap<string, Binding>,
  sources: Pick<SourceParts, 'exchanger' | 'identityAssertions'>,
): string[] {
  const issuers = [sources.exchanger, sources.identityAssertions].flatMap((exchanger) =>
    exchanger ? [exchanger.issuer] : [],
  )
  const servers = [...bindings.values()]
    .filter((binding) =>
      sourcesOf(binding).some(([name]) => takesOwn(bindingOfSource(binding, name), token.audience)),
    )
    .map(({ resource }) => resource)
  return [...issuers, ...servers]
}
