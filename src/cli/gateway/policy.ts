// The policy that a gateway's file names. Its limits last and hold for all instances where the file has
// a store.

import { type CallPolicyOptions, callPolicy, type PolicyRules } from 'onbehalf/policy'
import { mapIn, type Settings } from './settings.ts'
import type { Store } from './store.ts'

/**
 * The option `policy` of createGateway; nothing where the file names none.
 *
 * @param approveAt The page where people say yes to a call. Undefined where they cannot sign in.
 * @throws TypeError that names the place, such as `policy.rules[2].effect`.
 */
export function policyIn(
  settings: Settings,
  store: Store | undefined,
  approveAt: string | undefined,
): object {
  if (settings.policy === undefined) return {}
  const options: CallPolicyOptions = {
    servers: Object.keys(mapIn(settings, 'servers')),
    ...(store ? { counts: store.counts, approvals: store.approvals } : {}),
    ...(approveAt === undefined ? {} : { approveAt }),
  }
  // callPolicy checks them.
  return { policy: callPolicy(settings.policy as PolicyRules, options) }
}
