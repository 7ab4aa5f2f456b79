// onbehalf/mcp: the `fetch` that carries one principal's credential to one MCP server.

export { type McpFetchOptions, mcpFetch } from './fetch.ts'
export { type PoolCaller, type SessionPool, type SessionPoolOptions, sessionPool } from './pool.ts'
export { type CarryingTransportOptions, carryingTransport, type MessageTransport } from './transport.ts'
