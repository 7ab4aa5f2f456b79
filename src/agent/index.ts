// onbehalf/agent: the contract of an agent's run, for an agent of any framework. It needs none.

export type { ApprovalPolicy, BeforeCall, OutgoingCall, ToolFacts } from './approval.ts'
export { type EventWriter, eventWriter, type RunNotes, type ToolOwner } from './event-writer.ts'
export type {
  AgentEvent,
  Citation,
  HostedTool,
  PendingCall,
  ResumedRun,
  ToolResult,
} from './events.ts'
export { providerError } from './model-failure.ts'
export type { AgentTurn, ClientTool, KeptCall } from './turn.ts'
