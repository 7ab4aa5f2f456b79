// The refusal of a rule: what the model is told, and what the audit names the rule by.

import { type Result, refused } from '../core/errors.ts'
import type { PolicyRule } from './rules.ts'

/** Refuses a call, in the operator's own words where there are some. */
export function refusedBy(rule: Partial<PolicyRule>, advice: string): Result<never> {
  return refused('policy_refused', { advice: rule.say ?? advice, expected: nameOf(rule) })
}

/** What the audit names a rule by. Without tools it is the default. */
export function nameOf({ tools }: Partial<PolicyRule>): string {
  const rule = tools === undefined ? 'default: deny' : `tools: ${[tools].flat().join(', ')}`
  return rule.slice(0, 200)
}
