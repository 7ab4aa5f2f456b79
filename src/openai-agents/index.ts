// The public names of `onbehalf/openai-agents`: one run of an agent for one principal.

export type { ApprovalPolicy, ToolFacts } from '../agent/approval.ts'
export type { AgentEvent, Citation, HostedTool, PendingCall, ResumedRun } from '../agent/events.ts'
export { personOf } from '../agent/person.ts'
export type {
  AskPerson,
  FieldKind,
  FieldValue,
  Question,
  QuestionAnswer,
  QuestionField,
  QuestionOption,
} from '../agent/question.ts'
export type { AgentTurn, ClientTool } from '../agent/turn.ts'
export { agentEvents, type StreamedRun } from './agent-events.ts'
export {
  DEFAULT_INSTRUCTIONS,
  type InstructionValues,
  renderInstructions,
} from './instructions.ts'
export {
  type ModelChoice,
  type ModelFromEnvironmentOptions,
  modelFromEnvironment,
} from './model-from-environment.ts'
export type { AgentCaller, AgentServer, RunAgentOptions } from './options.ts'
export { type ModelRequestCopy, recordingModel } from './recording-model.ts'
export { runAgent } from './run-agent.ts'
