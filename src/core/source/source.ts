// Makes the source of a binding's credential for one admitted principal. It is asked again for each
// request.

import { audiencesOf, type Binding, bindingOfSource, MAIN, type Source } from '../binding.ts'
import { type Result, refused } from '../errors.ts'
import { narrowScopes } from '../scope.ts'
import { DEPLOYMENT } from '../vault/secret-store.ts'
import type { ClientCredentialsIssuer, IssuedToken } from './exchange.ts'
import { exchangeSource } from './exchange-source.ts'
import { judgeTarget } from './issued-target.ts'
import { ownSource } from './own-source.ts'
import type { CredentialSource, Deposited, SourceParts } from './parts.ts'
import { staticCredential } from './static-credential.ts'

/**
 * Makes the source of a binding's credential for one principal.
 *
 * @param name Which of its sources, where it has several. Default: the main one.
 * @throws TypeError that names the setting, when a part that the source needs is missing.
 */
export function credentialSource(
  whole: Binding,
  deposited: Deposited,
  parts: SourceParts,
  name: string = MAIN,
): CredentialSource {
  const binding = bindingOfSource(whole, name)
  const { source } = binding
  const { principal } = deposited.token
  switch (source.type) {
    case 'own':
      return ownSource(binding, deposited, parts)
    case 'exchange':
      return exchangeSource(binding, deposited, parts, needed(parts, 'exchanger', binding))
    case 'identity-assertion':
      return exchangeSource(binding, deposited, parts, needed(parts, 'identityAssertions', binding))
    case 'connection': {
      const connections = needed(parts, 'connections', binding)
      // Accounts are configured by name: of the server, or of the further source.
      const account = name === MAIN ? binding.name : name
      return (options) =>
        connections.credential(principal, account, { ...options, trace: deposited.trace })
    }
    case 'static': {
      const secrets = needed(parts, 'secrets', binding)
      // When the server refused this key, there is no other one to try.
      return async ({ refused: rejected } = {}) =>
        rejected
          ? refused('server_refused', { server: binding.name })
          : staticCredential(secrets, principal, binding.resource, source.of, name)
    }
    case 'client-credentials':
      return ownTokenSource(binding, source, parts, needed(parts, 'clientCredentials', binding))
  }
}

/** The source of the app's own tokens. They are for everybody, so all people share them. */
function ownTokenSource(
  binding: Binding,
  source: Extract<Source, { readonly type: 'client-credentials' }>,
  { cache, parties = [] }: SourceParts,
  issuer: ClientCredentialsIssuer,
): CredentialSource {
  const { name, resource } = binding
  const [audience] = audiencesOf(source)
  const keyOf = (scopes: readonly string[]) =>
    JSON.stringify([source.type, issuer.issuer, resource, audience, scopes])
  async function issue(scopes: readonly string[]): Promise<Result<IssuedToken>> {
    const target = { resource, scopes, ...(audience === undefined ? {} : { audience }) }
    const answer = await issuer.issue(target)
    if (!answer.ok) return { ok: false, refusal: { ...answer.refusal, server: name } }
    const { result, audience: named = [] } = judgeTarget(answer.value, binding, parties)
    if (result.ok) return result
    const hint = named.length === 0 ? { found: NO_AUDIENCE } : {}
    return { ok: false, refusal: { ...result.refusal, ...hint, server: name } }
  }
  return (options) => {
    const needed = narrowScopes(source.scopes, options?.needed ?? source.scopes)
    const scopes = needed.length === 0 ? source.scopes : needed
    return cache.get(DEPLOYMENT, keyOf(scopes), () => issue(scopes), options)
  }
}

/** Some issuers give a client's own tokens no `aud`. */
const NO_AUDIENCE =
  'no audience (where the issuer writes none, audienceClaim of clientCredentials names the claim that stands for it)'

/** The setting that each source cannot work without. A source without an entry does not compile. */
const NEEDED_PARTS = {
  own: undefined,
  exchange: 'exchanger',
  'identity-assertion': 'identityAssertions',
  connection: 'connections',
  static: 'secrets',
  'client-credentials': 'clientCredentials',
} as const satisfies Readonly<Record<Source['type'], keyof SourceParts | undefined>>

/** The setting that a source needs and that is missing. */
export function missingPart(source: Source, parts: Partial<SourceParts>): string | undefined {
  const setting = NEEDED_PARTS[source.type]
  return setting !== undefined && parts[setting] === undefined ? setting : undefined
}

function needed<K extends keyof SourceParts>(
  parts: SourceParts,
  name: K,
  { name: server, source }: Binding,
): NonNullable<SourceParts[K]> {
  const part = parts[name]
  if (part === undefined || part === null)
    throw new TypeError(
      `servers.${server}.source is "${source.type}", which needs the setting ${name}`,
    )
  return part
}
