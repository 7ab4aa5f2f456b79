// The gate that lets each approved call through once. Pure.

/** A call as the model made it. `arguments` is JSON. */
export interface ModelCall {
  readonly callId: string
  readonly name: string
  readonly arguments: string
}

/** Lets approved calls through, each once. */
export interface ApprovalGate {
  /** Whether exactly this call was approved and has not been made yet. */
  has(call: ModelCall): boolean
  /** Uses up the approval of exactly this call. False when there is none. */
  take(call: ModelCall): boolean
}

/**
 * Makes the gate. It compares name and arguments too, because some providers use the same call ids
 * again.
 */
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
