// onbehalf/mcp: the `fetch` that carries one principal's credential to one MCP server, and what a look at a server needs.

export type { DetectedParameter } from './arguments/detect.ts'
export type { ToolDefinition } from './arguments/strip.ts'
export { type McpFetchOptions, mcpFetch } from './fetch.ts'
export { type PoolCaller, type SessionPool, type SessionPoolOptions, sessionPool } from './pool.ts'
export { createRedactor, type Redactor } from './redact/redactor.ts'
export { examineTool, type ToolExamination } from './tools/examine-tool.ts'
export {
  type CarryingTransportOptions,
  carryingTransport,
  type MessageTransport,
} from './transport.ts'
