// The policy that a gateway's file names, and the hook before it. Its limits last and hold for all
// instances where the file has a store.

import type { CallPolicy } from 'onbehalf'
import {
  type CallHookOptions,
  type CallPolicyOptions,
  callHook,
  callPolicy,
  type PolicyRules,
} from 'onbehalf/policy'
import { ConfigError } from './place.ts'
import type { ReadSecret } from './references.ts'
import { mapIn, type Settings } from './settings.ts'
import type { Store } from './store.ts'

/** What the policy needs beside the settings. */
interface PolicyParts {
  readonly secretOf: ReadSecret
  /** The page where people say yes to a call. Undefined where they cannot sign in. */
  readonly approveAt: string | undefined
}

/**
 * The option `policy` of createGateway; nothing where the file names none.
 *
 * @throws TypeError that names the place, such as `policy.rules[2].effect`; ConfigError for `hook`, and
 *   for a rule that asks where nobody could say yes.
 */
export function policyIn(
  settings: Settings,
  store: Store | undefined,
  { secretOf, approveAt }: PolicyParts,
): object {
  const rules = settings.policy === undefined ? undefined : rulesIn(settings, store, approveAt)
  if (settings.hook === undefined) return rules ? { policy: rules } : {}
  const { secret, ...hook } = mapIn(settings, 'hook')
  const options = {
    ...hook,
    ...(secret === undefined ? {} : { secret: secretOf('hook.secret', secret) }),
    ...(rules ? { policy: rules } : {}),
  }
  try {
    // callHook checks them.
    return { policy: callHook(options as unknown as CallHookOptions) }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new ConfigError(`hook.${error.message.replace(/^callHook: /, '')}`)
  }
}

function rulesIn(
  settings: Settings,
  store: Store | undefined,
  approveAt: string | undefined,
): CallPolicy {
  const options: CallPolicyOptions = {
    servers: Object.keys(mapIn(settings, 'servers')),
    ...(store ? { counts: store.counts, approvals: store.approvals } : {}),
    ...(approveAt === undefined ? {} : { approveAt }),
  }
  const rules = settings.policy as PolicyRules
  // callPolicy checks them.
  const policy = callPolicy(rules, options)
  const asking = rules.rules.findIndex(({ effect }) => effect === 'ask')
  if (asking >= 0 && approveAt === undefined)
    throw new ConfigError(
      `policy.rules[${asking}].effect: ask needs the setting session, which brings the page where people say yes. "session: {}" is enough where issuer has clientId and clientSecret`,
    )
  return policy
}
