// onbehalf/gateway: MCP servers behind one address, for agents in any language.

export type { ChatUpstream } from './chat/front-door.ts'
export type { GatewayClients } from './clients/options.ts'
export { createGateway } from './gateway.ts'
export {
  type AccessKey,
  type AccessKeys,
  type AccessKeysOptions,
  accessKeys,
  type FoundKey,
  type NewAccessKey,
} from './keys/access-keys.ts'
export { serversForKeys } from './keys/key-servers.ts'
export type { Gateway, GatewayOptions, GatewayStatus } from './options.ts'
export type { GatewayPage, PageSession } from './page/options.ts'
