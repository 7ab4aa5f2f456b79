// What happens in one run of the agent, as its consumer sees it. Texts and names only: neither tool arguments nor tool results.

/** One event of a run. A message's deltas come before its `text_done`; a tool's `tool_started` before its `tool_done`. */
export type AgentEvent =
  | { readonly type: 'text_delta'; readonly delta: string }
  | { readonly type: 'text_done'; readonly text: string }
  | { readonly type: 'tool_started'; readonly callId: string; readonly name: string; readonly server?: string }
  | { readonly type: 'tool_done'; readonly callId: string; readonly name: string; readonly outcome: 'done' | 'failed' }
