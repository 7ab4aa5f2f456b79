// onbehalf/policy: who may call which tool with which arguments, and how often.

export type {
  ApprovalState,
  AskedCall,
  CallApprovals,
  Decision,
  Question,
} from '../core/call-approvals.ts'
export { type CallCounts, memoryCallCounts } from './call-counts.ts'
export { type CallHookOptions, callHook } from './call-hook.ts'
export { type CallPolicyOptions, callPolicy } from './call-policy.ts'
export { memoryCallApprovals } from './memory-call-approvals.ts'
export type {
  ArgumentLimit,
  CallLimits,
  ClaimConditions,
  ClaimValue,
  PolicyRule,
  PolicyRules,
} from './rules.ts'
