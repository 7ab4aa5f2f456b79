// What happens in one run of an agent, as its consumer sees it: texts and names. Tool arguments are
// in few events only: `approval_needed` and `client_tool`, where a person or the page needs them,
// `call_kept` for the store, and `tool_result` for the app, which both are there only when asked for.

import type { JsonValue } from '../core/json.ts'
import type { KeptCall } from './turn.ts'

/**
 * A source of an answer. `index` is the position in the text, in characters, that it belongs to.
 */
export type Citation =
  | { readonly type: 'url'; readonly url: string; readonly title: string; readonly index?: number }
  | { readonly type: 'file'; readonly filename: string; readonly index?: number }

/** A tool that the model's provider runs itself. */
export type HostedTool = 'web_search' | 'file_search' | 'code_interpreter'

/** A tool call that waits for the person. */
export interface PendingCall {
  readonly callId: string
  /** The name by which the model knows the tool. */
  readonly name: string
  /** The server's own name for the tool. Default: `name`. */
  readonly tool?: string
  /** The server that offers the tool, as the operator named it. */
  readonly server: string
  /** The server's title for the tool. It can mislead, so show the name beside it. */
  readonly title?: string
  /**
   * The arguments that the model chose, as a JSON object. An approved call is made with exactly
   * these.
   */
  readonly arguments: string
  /** The rights of the call, if the operator names them. */
  readonly scopes: readonly string[]
}

/** What a tool has answered: cut, and without credentials. */
export interface ToolResult {
  readonly callId: string
  /** The server's own name for the tool. */
  readonly name: string
  readonly server?: string
  /** What the model chose, as a JSON object. */
  readonly arguments: string
  /** What the model reads of the result. */
  readonly text: string
  /** The value, where the tool gave one (MCP `structuredContent`, or what the app's own tool returned). */
  readonly structured?: JsonValue
}

/** A run that waited, and what the person decided. */
export interface ResumedRun {
  /** The `state` of `approval_needed`, unchanged. */
  readonly state: string
  /** The calls that the person was shown. */
  readonly calls: readonly PendingCall[]
  readonly approved: boolean
}

/**
 * One event of a run. A message's deltas come before its `text_done`, and a tool's `tool_started`
 * before its `tool_done`.
 */
export type AgentEvent =
  | { readonly type: 'text_delta'; readonly delta: string }
  | { readonly type: 'citation'; readonly citation: Citation }
  /** The message is complete. `citations` are all citations of it. */
  | { readonly type: 'text_done'; readonly text: string; readonly citations?: readonly Citation[] }
  | { readonly type: 'reasoning_started' }
  /** A summary of the reasoning grows. Summaries are numbered from 0. */
  | { readonly type: 'reasoning_delta'; readonly index: number; readonly delta: string }
  | { readonly type: 'reasoning_done'; readonly index: number; readonly text: string }
  /** `name` is the server's own name for the tool. */
  | {
      readonly type: 'tool_started'
      readonly callId: string
      readonly name: string
      readonly server?: string
    }
  /**
   * `failed`: no success was reported. The call may have been made all the same. `waits`: it was not
   * made, because the person must decide.
   */
  | {
      readonly type: 'tool_done'
      readonly callId: string
      readonly name: string
      readonly outcome: 'done' | 'failed' | 'waits'
    }
  /** What a tool has answered, for the app to draw. It comes before the `tool_done` of its call. */
  | ({ readonly type: 'tool_result' } & ToolResult)
  /**
   * Keep this call with the conversation. It comes when a call begins and again with its output, and
   * the later one counts.
   */
  | { readonly type: 'call_kept'; readonly call: KeptCall }
  | { readonly type: 'hosted_started'; readonly callId: string; readonly tool: HostedTool }
  | {
      readonly type: 'hosted_done'
      readonly callId: string
      readonly tool: HostedTool
      readonly queries: readonly string[]
      readonly sources: readonly Citation[]
    }
  | { readonly type: 'image_started'; readonly callId: string }
  /** The image so far. It is the final one when `complete` is true. `url` is a data URL. */
  | {
      readonly type: 'image'
      readonly callId: string
      readonly url: string
      readonly complete: boolean
    }
  | { readonly type: 'handoff'; readonly to: string }
  /** How far a call has come. `message` is in the server's words. */
  | {
      readonly type: 'tool_progress'
      readonly name: string
      readonly server: string
      readonly progress: number
      readonly total?: number
      readonly message?: string
    }
  /**
   * The answer goes on without a server, or without these tools of it. `text` is for the person: it
   * says why, and what to do.
   */
  | {
      readonly type: 'left_out'
      readonly server: string
      readonly tools?: readonly string[]
      readonly text: string
    }
  /** A tool needs an account that the person has not connected. */
  | { readonly type: 'connection_needed'; readonly server: string }
  /** The page must run a tool, and the run ends here. `arguments` is a JSON object. */
  | {
      readonly type: 'client_tool'
      readonly callId: string
      readonly name: string
      readonly arguments: string
    }
  /**
   * The person must decide, and the run ends here. None of these calls was made. `state` continues
   * the run.
   */
  | {
      readonly type: 'approval_needed'
      readonly calls: readonly PendingCall[]
      readonly state: string
    }
  /** What to call the conversation. The model chose it, so it is cleaned before it is shown. */
  | { readonly type: 'title'; readonly title: string }
  /** A guardrail of the app refused the run, and it ends here. Remove everything that it wrote. */
  | { readonly type: 'withdrawn' }
