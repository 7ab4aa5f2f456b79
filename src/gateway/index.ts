// onbehalf/gateway: MCP servers behind one address, for agents in any language.

export { createGateway, type Gateway } from './gateway.ts'
export type { GatewayOptions } from './options.ts'
