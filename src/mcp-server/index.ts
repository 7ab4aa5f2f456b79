// onbehalf/mcp-server: the kit for authors of MCP servers.

export type { AcceptInput } from './accept.ts'
export type { ApiInput } from './api.ts'
export type { CallAuthInfo, ServerCall } from './call.ts'
export { type ErrorOrigin, type ProtectOptions, protectMcpServer } from './protect.ts'
export { guardTool, type ToolFailure, toolFailure } from './tool-failure.ts'
