// Which tool calls wait for the person: the policy, and the facts that it can look at.

/**
 * What a policy knows about a tool. `readOnly` and `destructive` are claims of the server, not
 * proofs.
 */
export interface ToolFacts {
  /** The server's name, as the operator configured it. */
  readonly server: string
  readonly name: string
  /** The server says that the tool changes nothing (MCP annotation `readOnlyHint`). */
  readonly readOnly: boolean
  /** The server says that the tool may destroy something (MCP annotation `destructiveHint`). */
  readonly destructive: boolean
}

/**
 * Which calls wait for the person:
 * - `never`: none.
 * - `destructive`: calls of tools that their server marks as destructive.
 * - `changes`: calls of all tools that are not marked read-only.
 * - a function: calls of tools for which it returns true. Use one that looks at names for a server
 *   that may lie about its tools.
 */
export type ApprovalPolicy = 'never' | 'destructive' | 'changes' | ((tool: ToolFacts) => boolean)

/** A call of a server's tool that is about to be made. */
export interface OutgoingCall {
  readonly server: string
  /** The server's own name for the tool. */
  readonly name: string
  /** A JSON object. Parameters that are filled in for the person are not in it. */
  readonly arguments: string
}

/**
 * Is called before each call leaves, an approved one too. A text that it gives is what the model reads
 * in place of a result, and the call is not made. With anything else it is made.
 */
export type BeforeCall = (call: OutgoingCall) => unknown
