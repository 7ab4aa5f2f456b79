// Whether a rule is about a call: by the tool, and by the claims of the person's token.

import type { PolicyCall } from '../core/call-policy.ts'
import { memberAt } from './at-name.ts'
import type { ClaimConditions, PolicyRule } from './rules.ts'
import { isLike } from './wildcard.ts'

/** Whether a rule is about a call. */
export function appliesTo(
  { tools, when, unless }: PolicyRule,
  { server, tool, claims }: Pick<PolicyCall, 'server' | 'tool' | 'claims'>,
): boolean {
  const name = `${server}/${tool}`
  return (
    [tools].flat().some((pattern) => isLike(name, pattern)) &&
    (!when || hasAll(claims, when)) &&
    (!unless || !hasAll(claims, unless))
  )
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
