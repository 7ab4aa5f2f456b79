// onbehalf/chatkit: the ChatKit server, the port of its thread store, and an agent's run as ChatKit
// events.

export { type AgentChat, agentChat } from './agent/agent-chat.ts'
export { agentResponse } from './agent/agent-response.ts'
export type { AgentResponseOptions } from './agent/answer-writer.ts'
export type { CallDescription } from './agent/approval-record.ts'
export type { ApprovalWords } from './agent/approval-words.ts'
export { type HistoryTurn, historyOf } from './agent/history.ts'
export type { AgentChatOptions, AgentRunRequest } from './agent/options.ts'
export type { QuestionWords } from './agent/questions/question-words.ts'
export { suggestions } from './agent/suggestions.ts'
export {
  type PostgresRateLimitOptions,
  postgresRateLimit,
  type RatePool,
} from './http/postgres-rate-limit.ts'
export {
  memoryRateLimit,
  type Rate,
  type RateKind,
  type RateLimit,
  type Rates,
  type RateTaken,
} from './http/rate-limit.ts'
export type {
  Act,
  AnswerContext,
  ChatCaller,
  ChatkitServerOptions,
  ErrorPlace,
  Respond,
} from './options.ts'
export type { AnswerEvent, ErrorEvent, ItemUpdate, ThreadStreamEvent } from './protocol/event.ts'
export type { IdKind } from './protocol/id.ts'
export type {
  Annotation,
  AssistantContent,
  AssistantMessageItem,
  Attachment,
  ClientToolCallItem,
  EntitySource,
  FileSource,
  GeneratedImage,
  HiddenItem,
  InferenceOptions,
  Item,
  ItemBase,
  StructuredInput,
  StructuredInputItem,
  Task,
  UploadDescriptor,
  UrlSource,
  UserContent,
  UserMessageItem,
  WidgetItem,
  WidgetRoot,
  Workflow,
} from './protocol/item.ts'
export type { JsonObject, JsonValue } from './protocol/json.ts'
export type { ChatkitLimits } from './protocol/limits.ts'
export type { Action, RequestMetadata } from './protocol/request.ts'
export type { Page, Thread, ThreadChange, ThreadState, ThreadStatus } from './protocol/thread.ts'
export { memoryRunStore } from './runs/memory-run-store.ts'
export type {
  BeginTerms,
  Begun,
  NewRun,
  RunNews,
  RunState,
  RunStore,
  StoredRun,
} from './runs/run-store.ts'
export { ChatkitStreamError } from './runs/stream-error.ts'
export { type ChatkitServer, chatkitServer } from './server.ts'
export type {
  AttachmentAnnounced,
  AttachmentStorage,
  StoredAttachment,
} from './threads/attachment.ts'
export { memoryThreadStore } from './threads/memory-thread-store.ts'
export type {
  ItemsChange,
  OwnedAttachment,
  PageQuery,
  StoredThread,
  ThreadStore,
} from './threads/thread-store.ts'
export { type StreamWidgetOptions, streamWidget } from './widgets/stream-widget.ts'
