// The policy: which client may ask for which audience, and with which scopes. Pure.

import { isForAudience } from '../../core/audience.ts'
import { forOperator } from '../../core/refusal-details.ts'
import { denied, type Judged } from './denial.ts'
import type { Client } from './options.ts'

/** The target of a request, as it names it: by RFC 8707, by RFC 8693, or by both. */
export interface NamedTarget {
  readonly resource?: string | undefined
  readonly audience?: string | undefined
}

/**
 * The one audience that a request names, as the policy spells it. Where there is an `audience`, it
 * decides: the `resource` may then be a URL of the same server. But it must not be another audience
 * of anybody's: a token is for one.
 */
export function chooseAudience(
  client: Client,
  { resource, audience }: NamedTarget,
  clients: ReadonlyMap<string, Client>,
): Judged<string> {
  const named = audience ?? resource
  if (named === undefined)
    return denied(
      'invalid_target',
      'resource or audience must name one target',
      'exchange_target_refused',
    )
  const known = [...client.audiences.keys()].find((one) => isForAudience([named], [one]))
  if (known === undefined) return foreign(named, client)
  if (audience !== undefined && resource !== undefined && !isForAudience([resource], [known])) {
    const others = [...clients.values()].flatMap((other) => [...other.audiences.keys()])
    if (isForAudience([resource], others)) return foreign(resource, client)
  }
  return { ok: true, value: known }
}

function foreign(named: string, client: Client): Judged<never> {
  return denied(
    'invalid_target',
    'The policy of this client has no such audience',
    'exchange_target_refused',
    {
      expected: forOperator([...client.audiences.keys()].join(' or ')) ?? '',
      found: forOperator(named) ?? '',
    },
  )
}

/**
 * The scopes of the new token: those asked for, or all that the client may have, as far as the
 * subject token opens them. A scope that the client may not have at all is a mistake or an attack,
 * so it is denied and not left out.
 */
export function grantScopes(
  client: Client,
  { audience, scopes }: { readonly audience: string; readonly scopes: readonly string[] },
  held: readonly string[],
): Judged<readonly string[]> {
  const rules = client.audiences.get(audience) ?? new Map<string, readonly string[]>()
  const unknown = scopes.filter((scope) => !rules.has(scope))
  if (unknown.length > 0)
    return denied(
      'invalid_scope',
      'The policy of this client has no such scope for this audience',
      'exchange_scope_refused',
      { found: forOperator(unknown.join(' ')) ?? '' },
    )
  const wanted = scopes.length > 0 ? [...new Set(scopes)] : [...rules.keys()]
  const opened = wanted.filter((scope) => {
    const needs = rules.get(scope) ?? []
    return needs.length === 0 || needs.some((one) => held.includes(one))
  })
  // A token without scopes may pass where nobody looks at them.
  if (opened.length === 0 && wanted.length > 0)
    return denied(
      'invalid_scope',
      'The subject has none of these scopes',
      'exchange_scope_refused',
      {
        found: forOperator(wanted.join(' ')) ?? '',
      },
    )
  return { ok: true, value: opened }
}
