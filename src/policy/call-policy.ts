// callPolicy: who may call which tool with which arguments, and how often, from the claims of the
// person's token alone.

import type { CallPolicy, EndOfCall, PolicyCall } from '../core/call-policy.ts'
import { granted, type Result, refused } from '../core/errors.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { hasMethods, isTexts, type ValueChecks } from '../core/option-values.ts'
import { principalKey } from '../core/principal.ts'
import { allows, appliesTo } from './applies.ts'
import { wrongArgument } from './argument-limits.ts'
import { type CallCounts, memoryCallCounts } from './call-counts.ts'
import { digestOf } from './canonical.ts'
import { parseRules } from './parse-rules.ts'
import type { PolicyRule, PolicyRules } from './rules.ts'
import { RunningNow } from './running-now.ts'

/** Options of {@link callPolicy}. */
export interface CallPolicyOptions {
  /**
   * Counts the calls of `limits`: `sqliteCallCounts` or `postgresCallCounts` of onbehalf/store, so that
   * all instances count together. Default: this process's memory, and a restart begins anew.
   */
  readonly counts?: CallCounts
  /** The names of the servers, so that a rule about another one is told. Default: any name. */
  readonly servers?: readonly string[]
  /** The clock: milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** Every option of the factory. A new one does not compile until it is here. */
const CALL_POLICY_OPTIONS: OptionNames<CallPolicyOptions> = {
  counts: 'optional',
  servers: 'optional',
  now: 'optional',
}

const CALL_POLICY_VALUES: ValueChecks = {
  counts: hasMethods(['take'], 'sqliteCallCounts of onbehalf/store makes one'),
  servers: isTexts,
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
  const { rules: all, default: otherwise = 'allow' } = parseRules(rules, servers)
  const running = new RunningNow()

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
    async permit(call) {
      const fitting = rulesFor(call)
      const never = denied(fitting, call)
      if (never) return never
      for (const rule of fitting) {
        const wrong = wrongArgument(call.args, rule.arguments ?? {})
        if (wrong !== undefined) return refusedBy(rule, `${wrong} Call it again within that.`)
      }
      return countedCall(call, fitting)
    },
  }

  async function countedCall(
    { principal }: PolicyCall,
    fitting: readonly PolicyRule[],
  ): Promise<Result<EndOfCall>> {
    const ends: EndOfCall[] = []
    const end = () => {
      for (const one of ends.splice(0)) one()
    }
    try {
      for (const rule of fitting) {
        if (!rule.limits) continue
        const key = await digestOf([principalKey(principal), countNameOf(rule)])
        const refusal = await overLimit(rule, key, ends)
        if (!refusal) continue
        end()
        return refusal
      }
    } catch (error) {
      end()
      throw error
    }
    return granted(end)
  }

  /** Counts a call by one rule. */
  async function overLimit(
    rule: PolicyRule,
    key: string,
    ends: EndOfCall[],
  ): Promise<Result<never> | undefined> {
    const { atOnce, ...windows } = rule.limits ?? {}
    const leave = atOnce === undefined ? undefined : running.enter(key, atOnce)
    if (atOnce !== undefined && !leave)
      return refusedBy(
        rule,
        `At most ${atOnce} such calls may run at once. Wait until one is over.`,
      )
    if (leave) ends.push(leave)
    for (const [name, seconds] of WINDOWS) {
      const most = windows[name]
      if (most === undefined) continue
      const time = now() / 1000
      const since = time - (time % seconds)
      if (!(await counts.take(`${name}:${key}`, since, most)))
        return refusedBy(rule, `The ${most} such calls of this ${name} are used up. ${AGAIN[name]}`)
    }
    return undefined
  }
}

const NOT_FOR_THEM = 'This person may not use this tool: do it in another way, or tell them so.'

const WINDOWS = [
  ['minute', 60],
  ['hour', 3600],
  ['day', 86_400],
] as const

const AGAIN = {
  minute: 'Wait for a minute, and call it again.',
  hour: 'Tell the person that it is possible again in the next hour.',
  day: 'Tell the person that it is possible again tomorrow (UTC).',
} as const

/** The operator's own words, where there are some, and what the audit names the rule by. */
function refusedBy({ tools, say }: Partial<PolicyRule>, advice: string): Result<never> {
  const rule = tools === undefined ? 'default: deny' : `tools: ${[tools].flat().join(', ')}`
  return refused('policy_refused', { advice: say ?? advice, expected: rule.slice(0, 200) })
}

/** What the counts of a rule go by: they go on when its limits change. */
function countNameOf({ tools, when, unless }: PolicyRule): unknown {
  return { tools: [tools].flat(), when: when ?? null, unless: unless ?? null }
}
