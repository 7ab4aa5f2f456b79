// Whether a rule is about a call: by the tool, and by the claims of the person's token.

import type { PolicyCall } from '../core/call-policy.ts'
import { memberAt } from './at-name.ts'
import type { ClaimConditions, PolicyRule } from './rules.ts'
import { isLike } from './wildcard.ts'

/**
 * Whether a rule is about a call. With an access key the claims may not be known. Then the rule is about
 * the call whatever its conditions say, so that nobody escapes a denial or a limit by using a key.
 */
export function appliesTo(
  { tools, when, unless }: PolicyRule,
  { server, tool, claims }: Pick<PolicyCall, 'server' | 'tool' | 'claims'>,
): boolean {
  const name = `${server}/${tool}`
  return (
    [tools].flat().some((pattern) => isLike(name, pattern)) &&
    (!areKnown(claims) || ((!when || hasAll(claims, when)) && (!unless || !hasAll(claims, unless))))
  )
}

/** Whether a rule lets its calls pass under `default: deny`. Claims that are not known fulfil no condition. */
export function allows(
  { when, unless }: PolicyRule,
  { claims }: Pick<PolicyCall, 'claims'>,
): boolean {
  return areKnown(claims) || (!when && !unless)
}

/** A token has some claims, at least those of its issuer and its person. */
function areKnown(claims: PolicyCall['claims']): boolean {
  return Object.keys(claims).length > 0
}

function hasAll(claims: PolicyCall['claims'], conditions: ClaimConditions): boolean {
  return Object.entries(conditions).every(([name, wanted]) => {
    const found = valuesOf(name, memberAt(claims, name))
    return [wanted].flat().some((one) => found.includes(one))
  })
}

/** `scope` is one text of many words (RFC 8693 section 4.2). */
function valuesOf(name: string, claim: unknown): readonly unknown[] {
  if (name === 'scope' && typeof claim === 'string') return claim.split(' ')
  return Array.isArray(claim) ? claim : [claim]
}
