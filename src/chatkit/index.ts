// onbehalf/chatkit: the ChatKit server, its thread store port, and an agent's run as ChatKit events.

export { type AgentChat, type AgentChatOptions, type AgentRunRequest, agentChat } from './agent/agent-chat.ts'
export { agentResponse } from './agent/agent-response.ts'
export type { AgentResponseOptions } from './agent/answer-writer.ts'
export type { AttachmentAnnounced, AttachmentStorage, StoredAttachment } from './attachment.ts'
export type { AnswerEvent, ErrorEvent, ItemUpdate, ThreadStreamEvent } from './event.ts'
export { type HistoryTurn, historyOf } from './history.ts'
export type { IdKind } from './id.ts'
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
} from './item.ts'
export type { Json, JsonObject } from './json.ts'
export { memoryRunStore } from './memory-run-store.ts'
export { memoryThreadStore } from './memory-thread-store.ts'
export type { Act, AnswerContext, ChatCaller, ChatkitLimits, ChatkitServerOptions, ErrorPlace, Respond } from './options.ts'
export { type PostgresRateLimitOptions, postgresRateLimit, type RatePool } from './postgres-rate-limit.ts'
export { memoryRateLimit, type Rate, type RateKind, type RateLimit, type Rates, type RateTaken } from './rate-limit.ts'
export type { Action, RequestMetadata } from './request.ts'
export type { BeginTerms, Begun, NewRun, RunState, RunStore, StoredRun } from './run-store.ts'
export { type ChatkitServer, chatkitServer } from './server.ts'
export { ChatkitStreamError } from './stream-error.ts'
export { type StreamWidgetOptions, streamWidget } from './stream-widget.ts'
export type { Page, Thread, ThreadChange, ThreadState, ThreadStatus } from './thread.ts'
export type { ItemsChange, OwnedAttachment, PageQuery, StoredThread, ThreadStore } from './thread-store.ts'
