// Judges for whom an issued token is, before anybody is sent it. An authorization server may ignore
// what it was asked for, and give a token that is good at another server too.

import { isForAudience } from '../audience.ts'
import { type Binding, bindingOfSource, namesOf, sourcesOf } from '../binding.ts'
import { granted, type Result, refused } from '../errors.ts'
import { forOperator } from '../refusal-details.ts'
import { readClaims } from '../unverified-claims.ts'
import type { IssuedToken } from './exchange.ts'

/** Somebody who takes tokens: a bound server, or the app itself. */
export interface Party {
  /** The name of its binding. Absent for the app itself. */
  readonly name?: string
  /** What tokens for it name as their audience. */
  readonly audience: readonly string[]
}

/** The parties of an app: the app itself, and each server that is bound. */
export function partiesOf(own: readonly string[], bindings: Iterable<Binding>): readonly Party[] {
  const servers = [...bindings].map((binding) => ({
    name: binding.name,
    audience: sourcesOf(binding).flatMap(([name]) => namesOf(bindingOfSource(binding, name))),
  }))
  return [{ audience: own }, ...servers]
}

/** A judged token, with the audience that it names. */
export interface JudgedToken {
  readonly result: Result<IssuedToken>
  /** Absent when the token is no JWT that we can read. */
  readonly audience?: readonly string[]
}

/**
 * Refuses a readable JWT whose audience is not this server, or is another party as well: whoever
 * gets it could use it there in the person's name (RFC 8693 section 5, RFC 9700 section 2.3). A
 * token that only its issuer can read passes: there the issuer's word is all that there is.
 */
export function judgeTarget(
  token: IssuedToken,
  binding: Binding,
  parties: readonly Party[],
): JudgedToken {
  const claims = readClaims(token.credential.reveal())
  if (!claims) return { result: granted(token) }
  const named = isMissing(claims.aud) ? (token.audience ?? []) : audiencesIn(claims.aud)
  const audience = forAudit(named, token)
  const accepted = namesOf(binding)
  const others = parties
    .filter(({ name }) => name !== binding.name)
    .flatMap((party) => party.audience)
    .filter((other) => !isForAudience([other], accepted))
  if (isForAudience(named, accepted) && !isForAudience(named, others))
    return { result: granted({ ...token, audience }), audience }
  return {
    result: refused('exchange_target_refused', {
      claim: 'aud',
      expected: forOperator(accepted.join(' or ')) ?? '',
      found: forOperator(audience.join(' and ')) ?? 'no audience',
    }),
    audience,
  }
}

/** Then another claim may stand for it, as the token's issuer was configured. */
function isMissing(aud: unknown): boolean {
  return aud === undefined || aud === null
}

/** `aud` is a text or a list of texts (RFC 7519 section 4.1.3). */
function audiencesIn(aud: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return list.filter((entry) => typeof entry === 'string')
}

/** So many audiences are recorded. */
const MAX_AUDIENCES = 10

/** The audiences as the audit may hold them: a few, short, and no piece of the token itself. */
function forAudit(named: readonly string[], { credential }: IssuedToken): readonly string[] {
  const token = credential.reveal()
  return named
    .filter((name) => !token.includes(name) && !name.includes(token))
    .slice(0, MAX_AUDIENCES)
    .flatMap((name) => forOperator(name) ?? [])
}
