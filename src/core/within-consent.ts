// What a consent leaves of the declared servers: those that it names, with its scopes and no others.

import { type Binding, MAIN, type Source, sourcesOf } from './binding.ts'
import { missingScopes, narrowScopes } from './scope.ts'
import type { ConsentRecord } from './vault/consent-store.ts'

/** What a person agreed to, as far as bindings are concerned. */
export type Agreed = Pick<ConsentRecord, 'servers' | 'scopes'>

/**
 * The bindings that a consent allows. A server is left out when its credential cannot be held to the
 * scopes of the consent: a token whose scopes only its issuer decides, or the person's own token when
 * it can do more.
 *
 * @param held The scopes of the person's token.
 */
export function withinConsent(
  bindings: ReadonlyMap<string, Binding>,
  agreed: Agreed,
  held: readonly string[],
): ReadonlyMap<string, Binding> {
  const left = new Map<string, Binding>()
  for (const [name, binding] of bindings) {
    if (!agreed.servers.includes(name)) continue
    const sources = sourcesOf(binding).map(
      ([sourceName, source]) => [sourceName, within(source, agreed.scopes, held)] as const,
    )
    const [[, main] = [MAIN, undefined], ...others] = sources
    const further: Record<string, Source> = {}
    for (const [sourceName, source] of others) if (source) further[sourceName] = source
    if (main && Object.keys(further).length === others.length)
      left.set(name, Object.freeze({ ...binding, source: main, sources: further }))
  }
  return left
}

/** A source with the agreed scopes; undefined when it cannot be held to them. */
function within(
  source: Source,
  agreed: readonly string[],
  held: readonly string[],
): Source | undefined {
  switch (source.type) {
    case 'exchange': {
      const scopes = narrowed(source.scopes, agreed, held)
      return scopes && { ...source, scopes, stepUp: narrowScopes(source.stepUp ?? [], agreed) }
    }
    case 'identity-assertion': {
      const scopes = narrowed(source.scopes, agreed, held)
      return scopes && { ...source, scopes }
    }
    case 'own':
      return missingScopes(held, agreed).length === 0 ? source : undefined
    // These are no rights of the person's sign-in: the person agreed to the server.
    case 'connection':
    case 'static':
    case 'client-credentials':
      return source
  }
}

/** A request without scopes gets the issuer's default, so there must be one. */
function narrowed(
  named: readonly string[],
  agreed: readonly string[],
  held: readonly string[],
): readonly string[] | undefined {
  const scopes = narrowScopes(named.length > 0 ? named : held, agreed)
  return scopes.length > 0 ? scopes : undefined
}
