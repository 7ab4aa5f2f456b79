// onbehalf/mcp: the `fetch` that carries one principal's credential to one MCP server, the pool of
// sessions over it, and what is needed to examine a server.

export type { DetectedParameter } from './arguments/detect.ts'
export type { ToolDefinition } from './arguments/strip.ts'
export { type McpFetchOptions, mcpFetch } from './fetch.ts'
export { type SessionPool, sessionPool } from './pool.ts'
export type { PoolCaller, SessionPoolOptions } from './pool-options.ts'
export { createRedactor, type Redactor } from './redact/redactor.ts'
export { examineTool, type ToolExamination } from './tools/examine-tool.ts'
export {
  type CarryingTransportOptions,
  carryingTransport,
  type MessageTransport,
} from './transport.ts'
