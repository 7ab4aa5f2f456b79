// Sources: how the credential of a binding is had for one admitted principal. Asked anew for each request; what is cached is bounded here.

import type { Auditor } from './audit.ts'
import type { Binding } from './binding.ts'
import { granted, type Result, refused } from './errors.ts'
import type { IssuedToken, TokenExchanger } from './exchange.ts'
import type { IssuedCache, IssueOptions } from './issued-cache.ts'
import { principalKey } from './principal.ts'
import { narrowScopes } from './scope.ts'
import type { Handle, Vault } from './vault.ts'
import type { VerifiedToken } from './verify.ts'
import { isFailure } from './wire.ts'

/** Gives the credential for one request. */
export type CredentialSource = (options?: IssueOptions) => Promise<Result<IssuedToken>>

/** An admitted principal's token, as the sources see it: what it says, and the handle under which the vault keeps it. */
export interface Deposited {
  readonly token: VerifiedToken
  readonly handle: Handle
  readonly trace: string
}

/** What the sources work with. */
export interface SourceParts {
  readonly vault: Vault
  readonly auditor: Auditor
  readonly cache: IssuedCache
  readonly exchanger?: TokenExchanger
}

/** The source of a binding's credential for one principal. */
export function credentialSource(binding: Binding, deposited: Deposited, parts: SourceParts): CredentialSource {
  switch (binding.source.type) {
    case 'own':
      return ownSource(binding, deposited, parts)
    case 'exchange':
      return exchangeSource(binding, deposited, parts)
  }
}

function ownSource(binding: Binding, { token, handle }: Deposited, { vault }: SourceParts): CredentialSource {
  return async ({ refused: rejected } = {}) => {
    if (!token.audience.includes(binding.resource)) return refused('own_audience_mismatch', { server: binding.name })
    // There is no second token of the user's to try.
    if (rejected) return refused('server_refused', { server: binding.name })
    const credential = await vault.withdraw(handle, token.principal, binding.resource)
    if (!credential) return refused('handle_refused', { server: binding.name })
    return granted({
      credential,
      expiresAt: token.expiresAt,
      scopes: token.scopes,
      ...(token.tokenId === undefined ? {} : { tokenId: token.tokenId }),
    })
  }
}

function exchangeSource(binding: Binding, { token, handle, trace }: Deposited, parts: SourceParts): CredentialSource {
  const { vault, auditor, cache, exchanger } = parts
  const named: { readonly scopes: readonly string[]; readonly audience?: string } =
    binding.source.type === 'exchange' ? binding.source : { scopes: [] }
  // Only what the person granted is asked for: a scope that is missing is the server's to refuse, by name.
  const scopes = named.scopes.length === 0 ? token.scopes : narrowScopes(named.scopes, token.scopes)
  const { principal } = token
  const owner = principalKey(principal)
  // Two sign-ins of one person may differ in client, actors and scopes; a token issued for one must not serve the other.
  const key = JSON.stringify([
    owner,
    principal.client,
    principal.actor,
    [...token.scopes].sort(),
    binding.resource,
    named.audience,
    [...scopes].sort(),
  ])

  async function exchange(): Promise<Result<IssuedToken>> {
    if (!exchanger) return refused('exchange_failed', { server: binding.name })
    const subjectToken = await vault.withdraw(handle, principal, exchanger.issuer)
    if (!subjectToken) return refused('handle_refused', { server: binding.name })
    const result = await exchanger
      .exchange(subjectToken, { resource: binding.resource, scopes, ...(named.audience ? { audience: named.audience } : {}) })
      .catch(() => refused('exchange_failed'))
    const recorded = await record(exchanger.issuer, result)
    if (!recorded) return refused('audit_unavailable', { server: binding.name })
    return result.ok ? result : { ok: false, refusal: { ...result.refusal, server: binding.name } }
  }

  /** A token whose issue could not be recorded is dropped, unused. */
  async function record(issuer: string, result: Result<IssuedToken>): Promise<boolean> {
    const event = auditor({
      hop: 'exchange',
      trace,
      principal,
      outcome: result.ok ? 'allowed' : isFailure(result.refusal.reason) ? 'failed' : 'refused',
      ...(result.ok ? {} : { reason: result.refusal.reason }),
      audience: [binding.resource],
      scopes: result.ok ? result.value.scopes : scopes,
      ...(result.ok ? { expiresAt: result.value.expiresAt } : {}),
      ...(result.ok && result.value.tokenId !== undefined ? { tokenId: result.value.tokenId } : {}),
      destination: issuer,
      placement: 'body subject_token',
    })
    return event.then(
      () => true,
      () => false,
    )
  }

  // A request that names no scope gets whatever the authorization server gives by default, which may be more than the binding names.
  if (named.scopes.length > 0 && scopes.length === 0)
    return async () => refused('scope_missing', { server: binding.name, scopes: named.scopes })
  return (options) => cache.get(owner, key, exchange, options)
}
