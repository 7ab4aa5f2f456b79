// Which tool calls wait for the person, and the gate that lets an approved one through once. Pure; the decision itself is the person's.

import type { ApprovalPolicy, ToolFacts } from '../agent/approval.ts'

/** Whether calls of a tool wait. */
export function waits(policy: ApprovalPolicy, tool: ToolFacts): boolean {
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

/** A call as the model made it. */
export interface ModelCall {
  readonly callId: string
  readonly name: string
  readonly arguments: string
}

/** Lets approved calls through, each once. */
export interface ApprovalGate {
  /** Whether this very call was approved and not yet made. */
  has(call: ModelCall): boolean
  /** Takes the approval of this very call; false when there is none. */
  take(call: ModelCall): boolean
}

/** Makes the gate. Ids alone are no proof: some providers use the same ones again and again. */
export function approvalGate(approved: readonly ModelCall[]): ApprovalGate {
  const open = new Set(approved.map(keyOf))
  return {
    has: (call) => open.has(keyOf(call)),
    take: (call) => open.delete(keyOf(call)),
  }
}

function keyOf({ callId, name, arguments: args }: ModelCall): string {
  return JSON.stringify([callId, name, args])
}

/** The arguments of a call as they would be sent, in one spelling; undefined when they are no JSON object. */
export function plainArguments(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? JSON.stringify(value)
      : undefined
  } catch {
    return undefined
  }
}
