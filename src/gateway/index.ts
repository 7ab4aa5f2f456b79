// onbehalf/gateway: MCP servers behind one address, for agents in any language.

export type { ChatUpstream } from './chat/front-door.ts'
export type { GatewayClients } from './clients/options.ts'
export { createGateway } from './gateway.ts'
export type { Gateway, GatewayOptions } from './options.ts'
