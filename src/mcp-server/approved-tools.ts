// Tools that need the person's yes to each call: the token must say that they have given it to this very
// call (RFC 9396), and such a token is good for one call.

import { parseApprovedDetails } from '../core/approved-call.ts'
import type { CallPolicy, EndOfCall, PolicyCall } from '../core/call-policy.ts'
import { digestOf } from '../core/canonical.ts'
import { granted, type Result, refused } from '../core/errors.ts'
import { usedProofs } from '../core/used-proofs.ts'

/** The tools that need a yes. */
export type ApprovedTools = Readonly<Record<string, 'required'>>

/** A token that lives longer may be used again when its use was forgotten. */
const MAX_LIFE_SECONDS = 300
/** Instances may differ in their clocks. */
const LEEWAY_SECONDS = 60
const MAX_USES = 100_000

/**
 * Checks the setting.
 *
 * @throws TypeError that names the tool.
 */
export function checkApproved(
  approved: ApprovedTools,
  toolScopes: Readonly<Record<string, readonly string[]>>,
): void {
  for (const [tool, value] of Object.entries(approved)) {
    if (value !== 'required') throw new TypeError(`approved.${tool} must be 'required'`)
    if (!Object.hasOwn(toolScopes, tool))
      throw new TypeError(`approved.${tool}: toolScopes names no such tool, so nobody can call it`)
  }
}

/** A policy that demands the yes first, and then asks the server's own. */
export function approvedPolicy(
  approved: ApprovedTools,
  inner: CallPolicy | undefined,
  now: () => number,
): CallPolicy {
  const windowSeconds = MAX_LIFE_SECONDS + LEEWAY_SECONDS
  const used = usedProofs({ maxEntries: MAX_USES, windowSeconds, now })

  /** The token as it is used up; undefined where it is none for this call. */
  async function tokenFor({ claims, tool, args }: PolicyCall): Promise<Token | undefined> {
    const { iss, jti, iat, exp, authorization_details: details } = claims
    const call = parseApprovedDetails(details)
    const isShort =
      typeof iat === 'number' && typeof exp === 'number' && exp - iat <= MAX_LIFE_SECONDS
    if (!call || !isShort || typeof jti !== 'string' || jti === '') return undefined
    const isThis =
      call.tool === tool &&
      call.argumentsDigest === (await digestOf(args === undefined ? {} : args))
    return isThis ? { id: JSON.stringify([iss, jti]), issuedAt: iat } : undefined
  }

  return {
    hides: (call) => inner?.hides(call) ?? false,
    async permit(call): Promise<Result<EndOfCall>> {
      const permit = async () => (inner ? inner.permit(call) : granted(() => {}))
      if (!Object.hasOwn(approved, call.tool)) return permit()
      const token = await tokenFor(call)
      if (!token) return refused('approval_needed', { advice: NOT_APPROVED })
      const permitted = await permit()
      if (!permitted.ok || used.add(token.id, token.issuedAt)) return permitted
      permitted.value()
      return refused('approval_needed', { advice: NOT_APPROVED, found: 'used' })
    },
  }
}

interface Token {
  readonly id: string
  readonly issuedAt: number
}

const NOT_APPROVED =
  'This was not done: this tool takes only calls that the person has said yes to, each once. An administrator can let the policy in front of it ask the person.'
