// callPolicy: who may call which tool with which arguments, and how often, from the claims of the
// person's token alone.

import type { CallApprovals } from '../core/call-approvals.ts'
import type { CallPolicy, PolicyCall } from '../core/call-policy.ts'
import { granted, type Refusal, type Result } from '../core/errors.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { hasMethods, isFunction, isTexts, type ValueChecks } from '../core/option-values.ts'
import { allows, appliesTo } from './applies.ts'
import { wrongArgument } from './argument-limits.ts'
import { type CallCounts, memoryCallCounts } from './call-counts.ts'
import { callCounter } from './counted-calls.ts'
import { memoryCallApprovals } from './memory-call-approvals.ts'
import { parseRules } from './parse-rules.ts'
import { type OnAsk, yesFinder } from './persons-yes.ts'
import { nameOf, refusedBy } from './refused-by.ts'
import type { PolicyRule, PolicyRules } from './rules.ts'

/** Options of {@link callPolicy}. */
export interface CallPolicyOptions {
  /**
   * Counts the calls of `limits`: `sqliteCallCounts` or `postgresCallCounts` of onbehalf/store, so that
   * all instances count together. Default: this process's memory, and a restart begins anew.
   */
  readonly counts?: CallCounts
  /** The names of the servers, so that a rule about another one is told. Default: any name. */
  readonly servers?: readonly string[]
  /**
   * Keeps the calls of rules with the effect `ask` until their person decides: `sqliteCallApprovals` or
   * `postgresCallApprovals` of onbehalf/store, so that it holds for all instances and over a restart.
   * Default: this process's memory.
   */
  readonly approvals?: CallApprovals
  /**
   * The page of your app where a person decides, an absolute URL. It gets the id of the question as
   * `call`. Default: the answer names no page.
   */
  readonly approveAt?: string
  /** Is told of each new question, so that the person hears of it. Default: nobody is. */
  readonly onAsk?: OnAsk
  /** The clock: milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** Every option of the factory. A new one does not compile until it is here. */
const CALL_POLICY_OPTIONS: OptionNames<CallPolicyOptions> = {
  counts: 'optional',
  servers: 'optional',
  approvals: 'optional',
  approveAt: 'optional',
  onAsk: 'optional',
  now: 'optional',
}

const CALL_POLICY_VALUES: ValueChecks = {
  counts: hasMethods(['take'], 'sqliteCallCounts of onbehalf/store makes one'),
  servers: isTexts,
  approvals: hasMethods(
    ['ask', 'use', 'waiting', 'decide'],
    'sqliteCallApprovals of onbehalf/store makes one',
  ),
  approveAt: (value) =>
    typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
      ? undefined
      : "must be an absolute URL such as 'https://app.example/approvals'",
  onAsk: isFunction('it is told of each new question'),
}

/**
 * Makes a policy of rules.
 *
 * @throws TypeError that names the place, for rules that cannot be read.
 *
 * @example
 * ```ts
 * const policy = callPolicy({
 *   rules: [
 *     { tools: 'Tasks/delete_*', unless: { groups: 'admins' }, effect: 'deny' },
 *     { tools: 'Tasks/*', limits: { day: 500 } },
 *   ],
 * })
 * const onbehalf = createOnBehalf({ ...options, policy })
 * ```
 */
export function callPolicy(rules: PolicyRules, options: CallPolicyOptions = {}): CallPolicy {
  checkOptions('callPolicy', '', options, CALL_POLICY_OPTIONS, CALL_POLICY_VALUES)
  const { counts = memoryCallCounts(), servers, now = Date.now } = options
  const { approvals = memoryCallApprovals(), approveAt, onAsk } = options
  const parsed = parseRules(rules, servers)
  const { rules: all, default: otherwise = 'allow' } = parsed
  const findYes = yesFinder({ approvals, approveAt, onAsk, rules: parsed, now })
  const countCall = callCounter(counts, now)

  function rulesFor(call: Omit<PolicyCall, 'args'>): readonly PolicyRule[] {
    return all.filter((rule) => appliesTo(rule, call))
  }

  /** The refusal of a person whose call is never allowed, whatever its arguments. */
  function denied(
    fitting: readonly PolicyRule[],
    call: Omit<PolicyCall, 'args'>,
  ): Result<never> | undefined {
    const denying = fitting.find(({ effect }) => effect === 'deny')
    if (denying) return refusedBy(denying, NOT_FOR_THEM)
    if (otherwise === 'allow' || fitting.some((rule) => allows(rule, call))) return undefined
    return refusedBy({}, NOT_FOR_THEM)
  }

  return {
    hides: (call) => denied(rulesFor(call), call) !== undefined,
    asks: (call) => rulesFor(call).some(isAsking),
    async permit(call) {
      const fitting = rulesFor(call)
      const never = denied(fitting, call)
      if (never) return never
      for (const rule of fitting) {
        const wrong = wrongArgument(call.args, rule.arguments ?? {})
        if (wrong !== undefined) return refusedBy(rule, `${wrong} Call it again within that.`)
      }
      const asking = fitting.find(isAsking)
      if (!asking) return countCall(call, fitting)
      const yes = await findYes(call)
      if (!yes.ok) return byRule(asking, yes)
      // Counted first: a call that a limit refuses leaves the yes for later.
      const counted = await countCall(call, fitting)
      if (!counted.ok) return counted
      const end = counted.value
      const used = await yes.value.use().catch((error: unknown) => {
        end()
        throw error
      })
      if (used.ok) return granted(Object.assign(end, { approved: yes.value.to }))
      end()
      return byRule(asking, used)
    },
  }
}

const NOT_FOR_THEM = 'This person may not use this tool: do it in another way, or tell them so.'

function isAsking({ effect }: PolicyRule): boolean {
  return effect === 'ask'
}

/** The refusal, with the rule for the audit. */
function byRule(rule: PolicyRule, { refusal }: { readonly refusal: Refusal }): Result<never> {
  return { ok: false, refusal: { ...refusal, expected: nameOf(rule) } }
}
