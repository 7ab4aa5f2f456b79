// Which tool calls wait for the person, and which of them a person can be asked about. Pure.

import { isObject, parseJson, writeJson } from '../core/json.ts'
import { REFERENCE_PREFIX } from '../core/wire-names.ts'
import type { ApprovalPolicy, BeforeCall, OutgoingCall, ToolFacts } from './approval.ts'
import { looksLikeCredential } from './credential-likeness.ts'

/** Nobody reads longer arguments before an approval. */
const MAX_ARGUMENT_CHARS = 20_000

/** The result of a call that nobody can be asked about, for the model to read. */
export const NOT_SHOWN =
  'This was not done: nobody can be asked to approve such arguments. Send short, plain values, and no credentials.'

/** The result of a call whose framework says only that it failed: its error may quote anything. */
export const TOOL_FAILED = 'The tool failed.'

/** The result of a declined call, for the model to read. */
export const DECLINED =
  'The person declined this call, so it was not made. Do not try it again unless they ask for it.'

/** What the model reads in place of a result; undefined for a call that is to be made. */
export async function insteadOf(
  beforeCall: BeforeCall | undefined,
  call: OutgoingCall,
): Promise<string | undefined> {
  const said = await beforeCall?.(call)
  return typeof said === 'string' && said !== '' ? said : undefined
}

/** Whether calls of a tool wait for the person. */
export function needsApproval(policy: ApprovalPolicy, tool: ToolFacts): boolean {
  if (typeof policy === 'function') return policy(tool)
  switch (policy) {
    case 'never':
      return false
    case 'destructive':
      return tool.destructive
    case 'changes':
      return !tool.readOnly
  }
}

/**
 * The arguments of a call in one spelling, so that equal ones compare equal. Undefined when they
 * are not a JSON object.
 */
export function plainArguments(text: string): string | undefined {
  const value = parseJson(text === '' ? '{}' : text)
  return isObject(value) ? writeJson(value) : undefined
}

/**
 * Whether a person can be shown these arguments. Not shown is what may be a credential, what stands
 * for one, and what is too long to read: such calls are refused without a question.
 */
export function isShowable(args: string): boolean {
  return (
    args.length <= MAX_ARGUMENT_CHARS &&
    !looksLikeCredential(args) &&
    !args.includes(REFERENCE_PREFIX)
  )
}
