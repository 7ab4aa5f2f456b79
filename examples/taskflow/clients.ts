// The confidential clients of TaskFlow: the chat endpoint, the web server, the gateway, the two MCP
// servers and the comparison.
// Each is allowed one kind of exchange. The web server also signs people in, and nobody else does.

import { importJWK } from 'jose'
import { type ClientAuthentication, clientSecretBasic, privateKeyJwt } from 'onbehalf/oauth'
import type { TaskflowKeys } from './keys.ts'

/** How a client presents itself to the authorization server. */
export interface OAuthClient {
  readonly clientId: string
  readonly client: ClientAuthentication
}

/** The chat endpoint: `private_key_jwt`. */
export async function chatClient({ chatClientKey }: TaskflowKeys): Promise<OAuthClient> {
  const key = await importJWK(chatClientKey, 'ES256')
  if (key instanceof Uint8Array)
    throw new TypeError('The chat client key must be an asymmetric key')
  return { clientId: 'taskflow-chat', client: privateKeyJwt(key, { kid: chatClientKey.kid }) }
}

/** The gateway: `client_secret_basic`. */
export function gatewayClient({ gatewayClientSecret }: TaskflowKeys): OAuthClient {
  return { clientId: 'taskflow-gateway', client: clientSecretBasic(gatewayClientSecret) }
}

/** TaskFlow classic: `client_secret_basic`. */
export function classicClient({ classicClientSecret }: TaskflowKeys): OAuthClient {
  return { clientId: 'taskflow-classic', client: clientSecretBasic(classicClientSecret) }
}

/** The literal pattern in the comparison: `client_secret_basic`. */
export function literalClient({ literalClientSecret }: TaskflowKeys): OAuthClient {
  return { clientId: 'taskflow-literal', client: clientSecretBasic(literalClientSecret) }
}

/** The web server, where it keeps the sign-ins: `client_secret_basic`. */
export function webClient({ webClientSecret }: TaskflowKeys): OAuthClient {
  return { clientId: 'taskflow-web', client: clientSecretBasic(webClientSecret) }
}

/** The MCP server: `client_secret_basic`. */
export function mcpClient({ mcpClientSecret }: TaskflowKeys): OAuthClient {
  return { clientId: 'taskflow-mcp', client: clientSecretBasic(mcpClientSecret) }
}
