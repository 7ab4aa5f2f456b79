// onbehalf/ai-sdk: an agent of the AI SDK in the chat, with tools that act for the caller, and the
// same tools behind a page that uses `useChat`.

export { type AiSdkStream, aiSdkEvents } from './events.ts'
export { aiSdkMessages } from './messages.ts'
export { type AiSdkTools, type AiSdkToolsOptions, aiSdkTools, type ToolsCaller } from './tools.ts'
export { type UiMessageStream, uiMessageResponse } from './ui.ts'
