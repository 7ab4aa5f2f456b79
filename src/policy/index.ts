// onbehalf/policy: who may call which tool with which arguments, and how often.

export { type CallCounts, memoryCallCounts } from './call-counts.ts'
export { type CallPolicyOptions, callPolicy } from './call-policy.ts'
export type {
  ArgumentLimit,
  CallLimits,
  ClaimConditions,
  ClaimValue,
  PolicyRule,
  PolicyRules,
} from './rules.ts'
