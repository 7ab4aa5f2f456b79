// The sources `exchange` and `identity-assertion`: exchange the user's token for one of this
// server's (RFC 8693), each by its own exchanger.

import { type Auditor, outcomeOf } from '../audit.ts'
import { audiencesOf, type Binding, scopesOf } from '../binding.ts'
import type { ApprovedCall } from '../call-policy.ts'
import { type Result, refused } from '../errors.ts'
import { type Principal, principalKey } from '../principal.ts'
import { detailsOf } from '../refusal-details.ts'
import { missingScopes } from '../scope.ts'
import { claimAt } from '../verify/claims.ts'
import type { IssuedToken, TokenExchanger } from './exchange.ts'
import { type JudgedToken, judgeTarget } from './issued-target.ts'
import type { CredentialSource, Deposited, SourceParts } from './parts.ts'
import { type Need, scopeNeeds } from './scope-needs.ts'

/**
 * Claims that an issuer may judge an exchange by, or hand on: how and when the person signed in, and
 * what the sign-in allows (RFC 9068 section 2.2, RFC 8693 section 4.4, RFC 9396 section 9.1).
 */
const SIGN_IN_CLAIMS = ['acr', 'amr', 'auth_time', 'authorization_details', 'may_act', 'roles']

/**
 * Makes the source of exchanged tokens for one server and one principal. It adds a scope when the
 * server asks for it and the binding allows it (step-up); later tokens for the same need have it too.
 */
export function exchangeSource(
  binding: Binding,
  { token, handle, trace, traceparent }: Deposited,
  parts: SourceParts,
  exchanger: TokenExchanger,
): CredentialSource {
  const { vault, auditor, cache } = parts
  const { source } = binding
  const named = scopesOf(source)
  const [audience] = audiencesOf(source)
  const { principal } = token
  const owner = principalKey(principal)

  // Two sign-ins of one person may differ in client, actors, scopes and strength. A token for one
  // must not serve the other.
  const signIn = SIGN_IN_CLAIMS.map((name) => claimAt(token.claims, name) ?? null)
  const keyOf = (asked: readonly string[]) =>
    JSON.stringify([
      owner,
      source.type,
      principal.client,
      principal.actor,
      signIn,
      [...token.scopes].sort(),
      binding.resource,
      audience,
      [...asked].sort(),
    ])

  async function exchange(
    asked: readonly string[],
    approved?: ApprovedCall,
  ): Promise<Result<IssuedToken>> {
    const subjectToken = await vault.withdraw(handle, principal, exchanger.issuer)
    if (!subjectToken) return refused('handle_refused', { server: binding.name })
    const underWay = auditor.begin?.({
      hop: 'exchange',
      parent: traceparent,
      server: binding.name,
      destination: exchanger.issuer,
    })
    const answer = await exchanger
      .exchange(subjectToken, {
        resource: binding.resource,
        scopes: asked,
        ...(audience === undefined ? {} : { audience }),
        ...(approved ? { approved } : {}),
      })
      .catch(() => refused('exchange_failed'))
    const judged: JudgedToken = answer.ok
      ? judgeTarget(answer.value, binding, parts.parties ?? [])
      : { result: answer }
    const isRecorded = await recordExchange(asked, judged, {
      binding,
      trace,
      principal,
      auditor,
      exchanger,
    })
    const { result } = judged
    const reason = result.ok ? undefined : result.refusal.reason
    underWay?.end({ reason: isRecorded ? reason : 'audit_unavailable' })
    if (!isRecorded) return refused('audit_unavailable', { server: binding.name })
    return result.ok ? result : { ok: false, refusal: { ...result.refusal, server: binding.name } }
  }

  const needs = scopeNeeds(binding, {
    held: token.scopes,
    fromIssuer:
      (source.type === 'exchange' ? source.scopesFromIssuer : undefined) ??
      exchanger.scopesFromIssuer ??
      false,
    keyOf,
  })

  async function widen(need: Need, wider: readonly string[]): Promise<Result<IssuedToken>> {
    const more = needs.more(need, wider)
    if (!more) return refused('scope_missing', { server: binding.name, scopes: wider })
    const asked = [...need.scopes, ...more]
    const widened = await cache.get(owner, keyOf(asked), () => exchange(asked))
    // Keep the wider scopes only when we got them: otherwise every later exchange would be
    // refused too. Another call may have widened them meanwhile.
    if (widened.ok && missingScopes(more, widened.value.scopes).length === 0) needs.add(need, more)
    return widened
  }

  return ({ refused: rejected, wider = [], needed, approved } = {}) => {
    // A request without scopes gets the authorization server's default, which may be more than the
    // binding names.
    if (needs.isNothingGranted)
      return refused('scope_missing', { server: binding.name, scopes: named })
    const need = needs.of(needed)
    // It is for one call, so no other one may find it in the cache.
    if (approved && exchanger.statesApprovals)
      return exchange([...new Set([...need.scopes, ...(needs.more(need, wider) ?? [])])], approved)
    if (wider.length > 0) return widen(need, wider)
    const { key, scopes } = need
    return cache.get(owner, key, () => exchange(scopes), rejected ? { refused: rejected } : {})
  }
}

interface ExchangeHop {
  readonly binding: Binding
  readonly trace: string
  readonly principal: Principal
  readonly auditor: Auditor
  readonly exchanger: TokenExchanger
}

/** Records an exchange. A token whose exchange could not be recorded is dropped, unused. */
async function recordExchange(
  asked: readonly string[],
  { result, audience }: JudgedToken,
  { binding, trace, principal, auditor, exchanger }: ExchangeHop,
): Promise<boolean> {
  const event = auditor({
    hop: 'exchange',
    trace,
    principal,
    outcome: outcomeOf(result.ok ? undefined : result.refusal.reason),
    ...(result.ok ? {} : { reason: result.refusal.reason, ...detailsOf(result.refusal) }),
    audience: audience ?? [binding.resource],
    scopes: result.ok ? result.value.scopes : asked,
    ...(result.ok ? { expiresAt: result.value.expiresAt } : {}),
    ...(result.ok && result.value.tokenId !== undefined ? { tokenId: result.value.tokenId } : {}),
    destination: exchanger.issuer,
    placement: 'body subject_token',
  })
  return event.then(
    () => true,
    () => false,
  )
}
