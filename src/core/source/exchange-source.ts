// The sources `exchange` and `identity-assertion`: exchange the user's token for one of this
// server's (RFC 8693), each by its own exchanger.

import { type Auditor, outcomeOf } from '../audit.ts'
import { audiencesOf, type Binding, scopesOf } from '../binding.ts'
import { type Result, refused } from '../errors.ts'
import { type Principal, principalKey } from '../principal.ts'
import { detailsOf } from '../refusal-details.ts'
import { missingScopes, narrowScopes } from '../scope.ts'
import { claimAt } from '../verify/claims.ts'
import type { IssuedToken, TokenExchanger } from './exchange.ts'
import { type JudgedToken, judgeTarget } from './issued-target.ts'
import type { CredentialSource, Deposited, SourceParts } from './parts.ts'

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
  { token, handle, trace }: Deposited,
  parts: SourceParts,
  exchanger: TokenExchanger,
): CredentialSource {
  const { vault, auditor, cache } = parts
  const { source } = binding
  const named = scopesOf(source)
  const [audience] = audiencesOf(source)
  const fromIssuer =
    (source.type === 'exchange' ? source.scopesFromIssuer : undefined) ??
    exchanger.scopesFromIssuer ??
    false
  const stepUp = source.type === 'exchange' ? (source.stepUp ?? []) : []
  const { principal } = token
  const owner = principalKey(principal)
  // Ask only for scopes that the person granted, unless the issuer decides. Where one is missing, the
  // server refuses and names it.
  const narrow = (wanted: readonly string[]) =>
    fromIssuer ? wanted : narrowScopes(wanted, token.scopes)
  const all = named.length === 0 && !fromIssuer ? token.scopes : narrow(named)
  const allowed = mostNeeded(binding, fromIssuer ? [] : token.scopes)
  /** The scopes that the server asked for beside those that were needed. */
  const added = new Map<string, readonly string[]>()
  const wanted = (needed: readonly string[] | undefined) => {
    const least = needed === undefined ? all : narrow(narrowScopes(needed, allowed))
    return least.length === 0 ? all : least
  }

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

  async function exchange(asked: readonly string[]): Promise<Result<IssuedToken>> {
    const subjectToken = await vault.withdraw(handle, principal, exchanger.issuer)
    if (!subjectToken) return refused('handle_refused', { server: binding.name })
    const answer = await exchanger
      .exchange(subjectToken, {
        resource: binding.resource,
        scopes: asked,
        ...(audience === undefined ? {} : { audience }),
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
    if (!isRecorded) return refused('audit_unavailable', { server: binding.name })
    const { result } = judged
    return result.ok ? result : { ok: false, refusal: { ...result.refusal, server: binding.name } }
  }

  return async ({ refused: rejected, wider = [], needed } = {}) => {
    // A request without scopes gets the authorization server's default, which may be more than the
    // binding names.
    if (named.length > 0 && all.length === 0)
      return refused('scope_missing', { server: binding.name, scopes: named })
    const least = wanted(needed)
    const need = JSON.stringify(least)
    const scopes = union(least, added.get(need) ?? [])
    if (wider.length > 0) {
      const more = missingScopes(narrow(narrowScopes(wider, [...all, ...stepUp])), scopes)
      // All or nothing: with only some of the scopes, the server would refuse again.
      if (missingScopes(wider, [...scopes, ...more]).length > 0 || more.length === 0)
        return refused('scope_missing', { server: binding.name, scopes: wider })
      const asked = [...scopes, ...more]
      const widened = await cache.get(owner, keyOf(asked), () => exchange(asked))
      // Keep the wider scopes only when we got them: otherwise every later exchange would be
      // refused too. Another call may have widened them meanwhile.
      if (widened.ok && missingScopes(more, widened.value.scopes).length === 0)
        added.set(need, union(added.get(need) ?? [], more))
      return widened
    }
    return cache.get(
      owner,
      keyOf(scopes),
      () => exchange(scopes),
      rejected ? { refused: rejected } : {},
    )
  }
}

/** The most that a tool can need: where the issuer alone decides, the server's own word is no limit. */
function mostNeeded({ source, toolScopes }: Binding, held: readonly string[]): readonly string[] {
  const named = scopesOf(source)
  return named.length > 0 ? named : [...held, ...Object.values(toolScopes).flat()]
}

function union(some: readonly string[], others: readonly string[]): readonly string[] {
  return others.length === 0 ? some : [...new Set([...some, ...others])]
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
