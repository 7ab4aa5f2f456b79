// onbehalf/mcp: the `fetch` that carries one principal's credential to one MCP server, the pool of
// sessions over it, and what is needed to examine a server.

export type { ToolDefinition } from './arguments/strip.ts'
export { mcpFetch } from './fetch.ts'
export type { McpFetchOptions } from './fetch-options.ts'
export { type SessionPool, sessionPool } from './pool.ts'
export type { PoolCaller, SessionPoolOptions } from './pool-options.ts'
export { createRedactor, type Redactor } from './redact/redactor.ts'
export {
  type Examination,
  type ExaminedParameter,
  examineTools,
  type ToolExamination,
} from './tools/examine-tools.ts'
export {
  type CarryingTransportOptions,
  carryingTransport,
  type MessageTransport,
} from './transport.ts'
