// Reads claims as an issuer's dialect spells them. Pure.

import { isScope, parseScopes } from '../scope.ts'
import type { ClaimDialect } from './claim-dialect.ts'

/** The claims of a token, after somebody authenticated them. */
export type Claims = Readonly<Record<string, unknown>>

/** A claim by its name, or by a JSON pointer (RFC 6901). Undefined when there is none. */
export function claimAt(claims: Claims, name: string): unknown {
  if (!name.startsWith('/')) return Object.hasOwn(claims, name) ? claims[name] : undefined
  let value: unknown = claims
  for (const part of name.slice(1).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Claims)[key]
  }
  return value
}

/**
 * Whether a JSON pointer leads through something that has no members of that kind: a text, or a list
 * where the pointer names a member. Then the claim is not absent: the token, or the setting, is wrong.
 */
export function isAstray(claims: Claims, name: string): boolean {
  if (!name.startsWith('/')) return false
  const parts = name.slice(1).split('/')
  return parts.some((part, at) => {
    const outer = at === 0 ? claims : claimAt(claims, `/${parts.slice(0, at).join('/')}`)
    if (outer === undefined || outer === null) return false
    return typeof outer !== 'object' || (Array.isArray(outer) && !/^\d+$/.test(part))
  })
}

/** Whom a token is for (RFC 7519 section 4.1.3), or what stands for that at its issuer. */
export function audienceOf(claims: Claims, dialect: ClaimDialect): readonly string[] {
  const named = texts(claims.aud)
  // A token with an audience is for that audience alone, whatever else it names.
  if (claims.aud !== undefined && claims.aud !== null) return named
  const standing = listOf(dialect.audienceClaim ?? [])
    .map((name) => texts(claimAt(claims, name)))
    .find((found) => found.length > 0)
  return standing ?? listOf(dialect.impliedAudience ?? [])
}

/** The scopes of a token, from every claim that holds some. */
export function scopesIn(claims: Claims, dialect: ClaimDialect): readonly string[] {
  const found = listOf(dialect.scopesClaim ?? ['scope', 'scp']).flatMap((name) => {
    const value = claimAt(claims, name)
    return Array.isArray(value) ? texts(value).filter(isScope) : parseScopes(value)
  })
  return [...new Set(found)]
}

/** The client that a token was issued to. */
export function clientOf(claims: Claims): string | undefined {
  const { client_id, azp, cid, appid } = claims
  return [client_id, azp, cid, appid].find((value) => typeof value === 'string')
}

function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}

/** One text, or several, as a list. */
export function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}
