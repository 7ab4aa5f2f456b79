// onbehalf/mcp-server: the kit for authors of MCP servers.

export type { AcceptInput } from './accept.ts'
export type { ApiInput } from './api.ts'
export type { CallAuthInfo, ServerCall } from './call.ts'
export type { ErrorOrigin, ProtectOptions } from './options.ts'
export { protectMcpServer } from './protect.ts'
export { guardTool, type ToolFailure, toolFailure } from './tool-failure.ts'
