// The limits of rules on how many calls a person may make: in a time, and at once.

import type { EndOfCall, PolicyCall } from '../core/call-policy.ts'
import { digestOf } from '../core/canonical.ts'
import { granted, type Result } from '../core/errors.ts'
import { principalKey } from '../core/principal.ts'
import type { CallCounts } from './call-counts.ts'
import { refusedBy } from './refused-by.ts'
import type { PolicyRule } from './rules.ts'
import { RunningNow } from './running-now.ts'

/** Counts one call by all rules that fit it. Gives what is to be called when the call is over. */
export type CountCall = (
  call: PolicyCall,
  fitting: readonly PolicyRule[],
) => Promise<Result<EndOfCall>>

/** Makes the function. */
export function callCounter(counts: CallCounts, now: () => number): CountCall {
  const running = new RunningNow()

  return countedCall

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

/** What the counts of a rule go by: they go on when its limits change. */
function countNameOf({ tools, when, unless }: PolicyRule): unknown {
  return { tools: [tools].flat(), when: when ?? null, unless: unless ?? null }
}
