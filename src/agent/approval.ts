// Which tool calls wait for the person: the policy, and what it may look at. It names no framework.

/** What is known of a tool when it is decided whether its calls wait. Marks are the server's word. */
export interface ToolFacts {
  readonly server: string
  readonly name: string
  /** The server says that it changes nothing. */
  readonly readOnly: boolean
  /** The server says that it may destroy something (MCP annotation `destructiveHint`). */
  readonly destructive: boolean
}

/**
 * Which calls wait for the person: of no tool; of tools that are marked destructive; of all that are not marked read-only; or as a function says. A
 * server that lies about its tools is met by a function that goes by their names.
 */
export type ApprovalPolicy = 'never' | 'destructive' | 'changes' | ((tool: ToolFacts) => boolean)
