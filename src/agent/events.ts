// What happens in one run of the agent, as its consumer sees it. Texts and names only: tool arguments where a person or the page needs them
// (`approval_needed`, `client_tool`), tool results never. It names no framework, so that a consumer needs none.

/** A place that an answer rests on; `index` is its position in the text, in characters. */
export type Citation =
  | { readonly type: 'url'; readonly url: string; readonly title: string; readonly index?: number }
  | { readonly type: 'file'; readonly filename: string; readonly index?: number }

/** A tool of the model's provider that shows something of its work. */
export type HostedTool = 'web_search' | 'file_search' | 'code_interpreter'

/** A call that waits for the person. */
export interface PendingCall {
  readonly callId: string
  readonly name: string
  /** The server that offers the tool, as the operator named it. */
  readonly server: string
  /** What the server calls the tool; for people, and not to be trusted alone. */
  readonly title?: string
  /** JSON of the arguments that the model chose: these, to the letter, are what an approved call is made with. */
  readonly arguments: string
  /** The rights that the call is made with, where the operator names them. */
  readonly scopes: readonly string[]
}

/** A run that was paused, and what the person decided. */
export interface ResumedRun {
  /** As the run gave it in `approval_needed`. */
  readonly state: string
  /** The calls that were shown. */
  readonly calls: readonly PendingCall[]
  readonly approved: boolean
}

/** One event of a run. A message's deltas come before its `text_done`; a tool's `tool_started` before its `tool_done`. */
export type AgentEvent =
  | { readonly type: 'text_delta'; readonly delta: string }
  | { readonly type: 'citation'; readonly citation: Citation }
  /** The message is complete; `citations` are all of it. */
  | { readonly type: 'text_done'; readonly text: string; readonly citations?: readonly Citation[] }
  | { readonly type: 'reasoning_started' }
  /** A summary of the reasoning grows; they are numbered from 0. */
  | { readonly type: 'reasoning_delta'; readonly index: number; readonly delta: string }
  | { readonly type: 'reasoning_done'; readonly index: number; readonly text: string }
  | {
      readonly type: 'tool_started'
      readonly callId: string
      readonly name: string
      readonly server?: string
    }
  | {
      readonly type: 'tool_done'
      readonly callId: string
      readonly name: string
      readonly outcome: 'done' | 'failed'
    }
  | { readonly type: 'hosted_started'; readonly callId: string; readonly tool: HostedTool }
  | {
      readonly type: 'hosted_done'
      readonly callId: string
      readonly tool: HostedTool
      readonly queries: readonly string[]
      readonly sources: readonly Citation[]
    }
  | { readonly type: 'image_started'; readonly callId: string }
  /** The image so far, and whether it is the last of its kind; `url` is a data URL. */
  | {
      readonly type: 'image'
      readonly callId: string
      readonly url: string
      readonly complete: boolean
    }
  | { readonly type: 'handoff'; readonly to: string }
  /** A tool needs an account that the person has not connected. */
  | { readonly type: 'connection_needed'; readonly server: string }
  /** The page is to run a tool; the run ends here. `arguments` is a JSON object. */
  | {
      readonly type: 'client_tool'
      readonly callId: string
      readonly name: string
      readonly arguments: string
    }
  /** The person is asked; the run ends here, before any of these calls was made. */
  | {
      readonly type: 'approval_needed'
      readonly calls: readonly PendingCall[]
      readonly state: string
    }
  /** A guardrail of the app's refused the run: nothing of it is to stay; the run ends here. */
  | { readonly type: 'withdrawn' }
