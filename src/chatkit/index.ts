// onbehalf/chatkit: the ChatKit server, its thread store port, and an agent's run as ChatKit events.

export { agentResponse } from './agent-events.ts'
export type { AnswerEvent, ErrorEvent, ItemUpdate, ThreadStreamEvent } from './event.ts'
export { type HistoryTurn, historyOf } from './history.ts'
export type { IdKind } from './id.ts'
export type {
  Annotation,
  AssistantContent,
  AssistantMessageItem,
  Attachment,
  EntitySource,
  FileSource,
  GeneratedImage,
  HiddenItem,
  InferenceOptions,
  Item,
  ItemBase,
  StructuredInput,
  Task,
  UploadDescriptor,
  UrlSource,
  UserContent,
  UserMessageItem,
  WidgetRoot,
  Workflow,
} from './item.ts'
export type { Json, JsonObject } from './json.ts'
export { memoryThreadStore } from './memory-thread-store.ts'
export type { AnswerContext, ChatCaller, ChatkitLimits, ChatkitServerOptions, ErrorPlace, Respond } from './options.ts'
export { chatkitServer } from './server.ts'
export { ChatkitStreamError } from './stream-error.ts'
export type { Page, Thread, ThreadChange, ThreadState, ThreadStatus } from './thread.ts'
export type { PageQuery, StoredThread, ThreadStore } from './thread-store.ts'
