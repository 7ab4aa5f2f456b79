// Judges the scopes that a token endpoint grants (RFC 6749 section 5.1), against those asked for.

import { granted, type Result, refused } from '../core/errors.ts'
import { forOperator } from '../core/refusal-details.ts'
import { isScope } from '../core/scope.ts'

/**
 * OpenID Connect's own scopes (Core 1.0 sections 5.4 and 11). Several servers add them by
 * themselves; they open no API.
 */
const OWN_OF_OPENID: ReadonlySet<string> = new Set([
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
])

/** Where it was asked for, the answer names the single scopes that it stands for. */
const WHOLE = '/.default'

/** A shorter token, or part of one, cannot be told from a scope. */
const MIN_PIECE_CHARS = 12

/** What the scopes of an answer must match. */
export interface AskedScopes {
  readonly scopes: readonly string[]
  /** Scopes that the answer may have beyond those asked for. `/.default`: see the dialect. */
  readonly allowScopes?: readonly string[]
}

/**
 * The granted scopes. When the answer does not say, they are those that were asked for (RFC 8693
 * section 2.2.1). `exchange_scope_widened` when it names others: whoever steals such a token gets
 * more than the operator meant to give.
 *
 * @param tokens Those of the request and the answer. A scope that is one, or a part of one, is left
 *   out.
 */
export function judgeScopes(
  scope: unknown,
  asked: AskedScopes,
  tokens: readonly string[],
): Result<readonly string[]> {
  if (scope === undefined || scope === null) return granted(asked.scopes)
  if (typeof scope !== 'string') return refused('exchange_failed', { claim: 'scope' })
  const scopes = [...new Set(scope.split(' ').filter((part) => part !== ''))]
  if (!scopes.every(isScope)) return refused('exchange_failed', { claim: 'scope' })
  const more = asked.scopes.length === 0 ? [] : scopes.filter((one) => !isAllowed(one, asked))
  return more.length === 0
    ? granted(withoutTokens(scopes, tokens))
    : refused('exchange_scope_widened', detailsOf(withoutTokens(more, tokens)))
}

function detailsOf(more: readonly string[]): { readonly found?: string } {
  const found = forOperator(more.join(' '))
  return found === undefined ? {} : { found }
}

function isAllowed(scope: string, { scopes, allowScopes = [] }: AskedScopes): boolean {
  if (scopes.includes(scope) || OWN_OF_OPENID.has(scope) || allowScopes.includes(scope)) return true
  return (
    allowScopes.includes(WHOLE) &&
    scopes.some((one) => one.endsWith(WHOLE) && isOfResource(scope, one.slice(0, -WHOLE.length)))
  )
}

/** Whether a scope is one of a resource's. Some answers name it without the resource. */
function isOfResource(scope: string, resource: string): boolean {
  return scope.startsWith(`${resource}/`) || !scope.includes('/')
}

/**
 * The scopes that are no token of the same answer, nor a part of one. Scopes are written to the
 * audit and shown to the person.
 */
export function withoutTokens(
  scopes: readonly string[],
  tokens: readonly unknown[],
): readonly string[] {
  const long = tokens
    .filter((token) => typeof token === 'string')
    .filter((token) => token.length >= MIN_PIECE_CHARS)
  return scopes.filter(
    (scope) =>
      scope.length < MIN_PIECE_CHARS ||
      !long.some((token) => scope.includes(token) || token.includes(scope)),
  )
}
