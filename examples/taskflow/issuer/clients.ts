// TaskFlow's OAuth clients and what each may exchange. TaskFlow owns them all, and they are
// registered before it starts.

import type { TaskflowKeys } from '../keys.ts'
import { EXCHANGE_GRANT } from './exchange-grant.ts'
import type { ExchangeRule } from './exchange-policy.ts'
import type { TaskflowResources } from './options.ts'
import { scopes } from './resource-server.ts'

/**
 * The redirect URI of the token command (RFC 8252 section 7.3). No program listens there: the
 * command does not follow the redirect, but reads the code from it.
 */
export const CLI_REDIRECT = 'http://127.0.0.1/callback'

/**
 * Gives the registration of each client (RFC 7591 section 2).
 *
 * @param gateway The URL of the gateway. It signs in the people of MCP clients, which TaskFlow does not
 *   know.
 */
export function clients(
  web: string,
  gateway: string,
  keys: TaskflowKeys,
): readonly Readonly<Record<string, unknown>>[] {
  const { kty, crv, x, y, kid, alg, use } = keys.chatClientKey
  const exchangeOnly = { grant_types: [EXCHANGE_GRANT], response_types: [], redirect_uris: [] }
  return [
    {
      client_id: 'taskflow-page',
      client_name: 'TaskFlow',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [`${web}/`],
      post_logout_redirect_uris: [`${web}/`],
    },
    {
      client_id: 'taskflow-web',
      client_name: 'TaskFlow, with sign-ins kept on its server',
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: keys.webClientSecret.reveal(),
      grant_types: ['authorization_code', 'refresh_token', EXCHANGE_GRANT],
      redirect_uris: [`${web}/auth/callback`],
      post_logout_redirect_uris: [`${web}/`],
    },
    {
      client_id: 'taskflow-cli',
      client_name: 'The TaskFlow token command',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      redirect_uris: [CLI_REDIRECT],
    },
    {
      client_id: 'taskflow-chat',
      client_name: 'The TaskFlow assistant',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [{ kty, crv, x, y, kid, alg, use }] },
      ...exchangeOnly,
    },
    {
      client_id: 'taskflow-mcp',
      client_name: 'The TaskFlow MCP server',
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: keys.mcpClientSecret.reveal(),
      ...exchangeOnly,
    },
    {
      client_id: 'taskflow-gateway',
      client_name: 'The TaskFlow gateway',
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: keys.gatewayClientSecret.reveal(),
      grant_types: ['authorization_code', 'refresh_token', EXCHANGE_GRANT],
      redirect_uris: [`${new URL(gateway).origin}/oauth/callback`],
    },
    {
      client_id: 'taskflow-classic',
      client_name: 'TaskFlow classic, an MCP server of the old kind',
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: keys.classicClientSecret.reveal(),
      ...exchangeOnly,
    },
    {
      client_id: 'taskflow-literal',
      client_name: 'The literal pattern, for comparison',
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: keys.literalClientSecret.reveal(),
      ...exchangeOnly,
    },
  ]
}

/**
 * Gives the allowed exchanges. Each server may exchange only a token that was issued for itself,
 * and only for one that is for the next hop.
 */
export function exchangeRules(resources: TaskflowResources): readonly ExchangeRule[] {
  return [
    { client: 'taskflow-chat', subjectAudience: resources.chat, target: resources.mcp, scopes },
    { client: 'taskflow-chat', subjectAudience: resources.chat, target: resources.classic, scopes },
    { client: 'taskflow-chat', subjectAudience: resources.chat, target: resources.parts, scopes },
    {
      client: 'taskflow-gateway',
      subjectAudience: resources.gateway,
      target: resources.mcp,
      scopes,
    },
    {
      client: 'taskflow-gateway',
      subjectAudience: resources.gateway,
      target: resources.classic,
      scopes,
    },
    {
      client: 'taskflow-classic',
      subjectAudience: resources.classic,
      target: resources.api,
      scopes,
    },
    { client: 'taskflow-classic', subjectAudience: resources.parts, target: resources.api, scopes },
    { client: 'taskflow-mcp', subjectAudience: resources.mcp, target: resources.api, scopes },
    // Where the page holds no token, the web server reads the person's tasks for it.
    {
      client: 'taskflow-web',
      subjectAudience: resources.chat,
      target: resources.api,
      scopes: ['tasks:read'],
    },
    // The token that the comparison throws away. It goes to a model, so it lives for a minute.
    {
      client: 'taskflow-literal',
      subjectAudience: resources.chat,
      target: resources.api,
      scopes,
      lifetimeSeconds: 60,
    },
  ]
}
