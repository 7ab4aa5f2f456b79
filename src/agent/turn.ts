// The conversation that an agent gets, and the tools that the page offers to it.

/** One turn of the conversation so far. */
export type AgentTurn =
  /** `images` are URLs (https or data) of images for the model to look at. */
  | { readonly role: 'user'; readonly text: string; readonly images?: readonly string[] }
  | { readonly role: 'assistant'; readonly text: string }
  /**
   * A tool that was called. `arguments` is JSON. `output` is JSON for a tool that the page has run,
   * and otherwise what the model read. `lead` is that of {@link KeptCall}.
   */
  | ({ readonly role: 'tool'; readonly output: string } & KeptCall)

/** A call of a tool as the conversation keeps it, for the model of the next turn to read. */
export interface KeptCall {
  readonly callId: string
  readonly name: string
  /** JSON, without anything that looks like a credential. */
  readonly arguments: string
  /** What the model read of the result, cut and without credentials. None: it never came. */
  readonly output?: string
  /**
   * What the model's provider wants to be given before the call, such as its reasoning. Only what
   * made it can read it, and only until the person's next message.
   */
  readonly lead?: string
}

/** A tool that the page runs. */
export interface ClientTool {
  readonly name: string
  readonly description: string
  /** A JSON schema of type `object`. */
  readonly parameters: Readonly<Record<string, unknown>>
}
