// The options of createGateway.

import type { Credential } from '../core/credential.ts'
import type { Quick } from '../core/http/quick.ts'
import type { OptionNames } from '../core/known-options.ts'
import {
  hasMethods,
  isByName,
  isList,
  isSecret,
  isTexts,
  type ValueChecks,
} from '../core/option-values.ts'
import type { Principal } from '../core/principal.ts'
import type { EndedSignIn } from '../core/sign-ins.ts'
import type { OnBehalfOptions } from '../on-behalf-options.ts'
import { ON_BEHALF_OPTIONS } from '../option-names.ts'
import type { ChatUpstream } from './chat/front-door.ts'
import type { GatewayClients } from './clients/options.ts'
import type { AccessKeys } from './keys/access-keys.ts'
import type { GatewayPage } from './page/options.ts'
import type { SearchSetting } from './search/search-setting.ts'

/** Answers requests. `toNodeListener` of onbehalf/node serves it without web classes. */
export interface GatewayFetch {
  (request: Request): Promise<Response>
  /** The quick way in, for calls of one server. */
  readonly quick?: Quick
}

/** How a gateway is, in this process. */
export interface GatewayStatus {
  /** An open breaker: the server did not answer, so calls are refused without asking it, until it does. */
  readonly servers: readonly { readonly name: string; readonly breaker: 'closed' | 'open' }[]
  /**
   * Sessions that are kept: `joint` with servers behind an address of several, `stdio` with processes.
   * Others lead through, and are not counted.
   */
  readonly sessions: { readonly joint: number; readonly stdio: number }
}

/** A gateway. */
export interface Gateway {
  /** Answers a request: MCP at its routes, their metadata (RFC 9728), and `/healthz`. */
  readonly fetch: GatewayFetch
  /** The addresses that clients are given, by their paths, and the servers behind each. */
  readonly routes: readonly { readonly path: string; readonly servers: readonly string[] }[]
  /** How it is now, for its operator. It names no person and no address. */
  status(): GatewayStatus
  /** As in `createOnBehalf`: call it at sign-out. */
  revoke(principal: Principal): void
  /** As in `createOnBehalf`: call it when a sign-in has ended at its issuer. */
  endSignIn(ended: EndedSignIn): void
}

/** Options of `createGateway`: those of `createOnBehalf`, and the gateway's own. */
export interface GatewayOptions extends Omit<OnBehalfOptions, 'resource'> {
  /**
   * The gateway's own address, as clients know it. Each server is at `/mcp/NAME` below it, and all of
   * them are at `/mcp`.
   */
  readonly url: string
  /**
   * OpenAPI documents (3.0 or 3.1, as parsed) of servers that are HTTP APIs, by the name of the server:
   * each operation is a tool. The server's `url` is what the paths of the document are below. Default
   * none: every server speaks MCP.
   */
  readonly openApi?: Readonly<Record<string, unknown>>
  /** Named lists of servers, each at `/mcp/SUBSET`. Default none. */
  readonly subsets?: Readonly<Record<string, readonly string[]>>
  /**
   * Tools are looked up by words where a list is long, with `find_tool` and `call_tool`: `true` puts them
   * beside the list, `'only'` in its place. One value is for `/mcp` and all subsets; a map names subsets.
   * Default none.
   */
  readonly search?: SearchSetting
  /**
   * Seals the ids of sessions: 32 characters or more, the same for all instances. Default: random, so
   * that clients open new sessions after a restart.
   */
  readonly sessionSecret?: Credential
  /** Hosts that the gateway answers for, beside that of its `url`. Default none. */
  readonly allowedHosts?: readonly string[]
  /** Web origins whose pages may call the gateway (CORS), beside its own. Default none. */
  readonly allowedOrigins?: readonly string[]
  /** Request headers that go on to the servers, beside those of MCP. Default none. */
  readonly forwardHeaders?: readonly string[]
  /**
   * A chat server in any language, whose requests the gateway admits: it gets a token for this run and
   * a signed principal in place of the person's token. Default none.
   */
  readonly chat?: ChatUpstream
  /**
   * Lets MCP clients register and sign in through the gateway, in front of an issuer that registers none.
   * Default: they go to the issuer itself.
   */
  readonly clients?: GatewayClients
  /**
   * Personal access keys, for clients that cannot sign in: `accessKeys`, over the same `consents` as the
   * gateway has. Default: only tokens are taken.
   */
  readonly accessKeys?: AccessKeys
  /**
   * The page of your app where people connect accounts, for servers with the source `connection`. Whoever
   * needs one is told this URL, with the name of the server as `server`. Default: no page is named.
   */
  readonly connectAt?: string
  /**
   * A page where people who sign in connect accounts, put in keys, see what used them, and take them
   * back. It is at `/connections` below `url`, and stands for `connectAt`. It needs `secrets`. Default
   * none.
   */
  readonly page?: GatewayPage
  /** Bytes that the body of a request may have. Default 4 MiB. */
  readonly maxBodyBytes?: number
  /**
   * A gateway of this process that this one takes over from, because its settings have changed. Its
   * sessions go on, and what it knows is remembered on: who is at work, which sign-ins have ended, what
   * was sent to servers, and what these have done. Default none.
   */
  readonly after?: Gateway
}

/** The options for `createOnBehalf`. */
export function appOptions(options: GatewayOptions): Omit<OnBehalfOptions, 'resource'> {
  const {
    url,
    openApi,
    subsets,
    search,
    sessionSecret,
    allowedHosts,
    allowedOrigins,
    forwardHeaders,
    chat,
    clients,
    accessKeys,
    connectAt,
    page,
    maxBodyBytes,
    after,
    ...app
  } = options
  return app
}

const { resource, ...APP_OPTIONS } = ON_BEHALF_OPTIONS

/** Every option. A new one does not compile until it is here. */
export const GATEWAY_OPTIONS: OptionNames<GatewayOptions> = {
  ...APP_OPTIONS,
  url: 'required',
  openApi: 'optional',
  subsets: 'optional',
  search: 'optional',
  sessionSecret: 'optional',
  allowedHosts: 'optional',
  allowedOrigins: 'optional',
  forwardHeaders: 'optional',
  chat: 'optional',
  clients: 'optional',
  accessKeys: 'optional',
  connectAt: 'optional',
  page: 'optional',
  maxBodyBytes: 'optional',
  after: 'optional',
}

/** What the values are. */
export const GATEWAY_VALUES: ValueChecks = {
  url: (value) =>
    typeof value === 'string' && /^https?:$/.test(protocolOf(value))
      ? undefined
      : "must be a text, an absolute URL such as 'https://gateway.example'",
  chat: isByName(
    "{ path: '/chatkit', upstream: 'http://127.0.0.1:8000/chatkit', principalSecret }",
  ),
  accessKeys: hasMethods(
    ['create', 'list', 'revoke', 'find'],
    'accessKeys({ secrets, consents }) makes them',
  ),
  connectAt: (value) =>
    typeof value === 'string' && /^https?:$/.test(protocolOf(value))
      ? undefined
      : "must be a text, an absolute URL such as 'https://app.example/accounts'",
  page: isByName('{ session: serverSession({ … }) }'),
  clients: isByName("{ clientId: 'gateway' }"),
  openApi: isByName('{ Petstore: document }'),
  subsets: isByName("{ team: ['Tasks'] }"),
  sessionSecret: isSecret,
  allowedHosts: isList("['gateway.internal:8080']"),
  allowedOrigins: isList("['https://app.example']"),
  forwardHeaders: isTexts,
}

function protocolOf(text: string): string {
  return URL.canParse(text) ? new URL(text).protocol : ''
}
