// The conversation that an agent gets, and the tools that the page offers to it.

/** One turn of the conversation so far. */
export type AgentTurn =
  /** `images` are URLs (https or data) of images for the model to look at. */
  | { readonly role: 'user'; readonly text: string; readonly images?: readonly string[] }
  | { readonly role: 'assistant'; readonly text: string }
  /** A tool that the page has run. `arguments` and `output` are JSON. */
  | {
      readonly role: 'tool'
      readonly callId: string
      readonly name: string
      readonly arguments: string
      readonly output: string
    }

/** A tool that the page runs. */
export interface ClientTool {
  readonly name: string
  readonly description: string
  /** A JSON schema of type `object`. */
  readonly parameters: Readonly<Record<string, unknown>>
}
