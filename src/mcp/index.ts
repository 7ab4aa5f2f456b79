// onbehalf/mcp: the `fetch` that carries one principal's credential to one MCP server.

export { type McpFetchOptions, mcpFetch } from './fetch.ts'
