// The person in an issued token: `sub` as their own issuer has it, and beside it who that issuer is
// (RFC 9493 section 3.2.4). Two people are never written alike.

import { isObject, type UnknownObject } from '../../core/json.ts'
import type { Principal } from '../../core/principal.ts'

/** A person, as the issuer that they signed in with knows them. */
export type Person = Pick<Principal, 'issuer' | 'subject' | 'tenant'>

/** Begins the `sub` of somebody who is not of the first issuer. */
const ELSEWHERE = 'iss_sub:'

/**
 * The claims for a person; undefined for a subject that could be taken for somebody else.
 *
 * `sub` is kept for the people of the first issuer. Another issuer or tenant may use the same one
 * (RFC 7519 section 4.1.2), and a receiver that looks at `sub` alone must not mistake one for the
 * other. So for those people it also has the issuer and the tenant.
 */
export function personClaims(
  { issuer, subject, tenant }: Person,
  firstIssuer: string,
): UnknownObject | undefined {
  const isFirst = issuer === firstIssuer && tenant === undefined
  if (isFirst && subject.startsWith(ELSEWHERE)) return undefined
  return {
    sub: isFirst
      ? subject
      : `${ELSEWHERE}${[issuer, tenant ?? '', subject].map(encodeURIComponent).join(':')}`,
    sub_id: { format: 'iss_sub', iss: issuer, sub: subject },
    ...(tenant === undefined ? {} : { tenant }),
  }
}

/** The person in a token that this service signed. */
export function personIn(claims: UnknownObject): Person | undefined {
  const { sub_id: id, tenant } = claims
  if (!isObject(id) || typeof id.iss !== 'string' || typeof id.sub !== 'string') return undefined
  return { issuer: id.iss, subject: id.sub, ...(typeof tenant === 'string' ? { tenant } : {}) }
}
