// The servers of the app's own house: an MCP server that says what it saw, and the token service for
// an issuer that exchanges nothing.

import { type AuditSink, memorySecretStore } from 'onbehalf'
import type { ConfiguredIssuer } from 'onbehalf/issuers'
import { protectMcpServer } from 'onbehalf/mcp-server'
import { type TokenService, tokenService } from 'onbehalf/oauth'
import { NOTES, TASKS } from './kind.ts'

/** What an MCP server saw of one call. */
export interface Seen {
  readonly subject: string
  readonly audience: readonly string[]
  readonly scopes: readonly string[]
}

interface Shared {
  readonly audit: AuditSink
  readonly now: () => number
}

/** Makes an MCP server with one tool, which answers with what it saw. */
export function mcpServer(
  issuer: ConfiguredIssuer,
  resource: string,
  shared: Shared,
): (request: Request) => Promise<Response> {
  const toolScopes = { look: [resource === TASKS ? 'tasks:read' : 'notes:read'] }
  return protectMcpServer(
    { ...shared, resource, issuer, toolScopes },
    async (request, { principal: { subject }, token: { audience, scopes } }) => {
      const { id } = (await request.json()) as { id: number }
      const text = JSON.stringify({ subject, audience, scopes } satisfies Seen)
      return Response.json({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }] } })
    },
  )
}

export const SERVICE_ORIGIN = 'https://app.example/'
export const SERVICE: string = `${SERVICE_ORIGIN}tokens`

/** Makes the app's token service over the issuer that people sign in with. */
export function ownTokens(
  signIn: ConfiguredIssuer,
  shared: Shared & { readonly fetch: typeof globalThis.fetch },
): TokenService {
  return tokenService({
    ...shared,
    issuer: SERVICE,
    signIn,
    keys: memorySecretStore(),
    clients: {
      chat: {
        subject: 'sign-in',
        audiences: { [TASKS]: ['tasks:read'], [NOTES]: ['notes:read'] },
      },
    },
  })
}
