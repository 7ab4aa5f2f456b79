// The servers of the app's own house: an MCP server that says what it saw, and the token service for
// an issuer that exchanges nothing.

import { type AuditSink, createAuditor, createDoor, memorySecretStore } from 'onbehalf'
import type { ConfiguredIssuer } from 'onbehalf/issuers'
import { protectMcpServer } from 'onbehalf/mcp-server'
import { type TokenService, tokenService } from 'onbehalf/oauth'
import { API, NOTES, TASKS } from './kind.ts'

/** What an MCP server saw of one call. */
export interface Seen {
  readonly subject: string
  readonly audience: readonly string[]
  readonly scopes: readonly string[]
  /** What the API saw of the call that the server made. */
  readonly api?: Seen
}

interface Shared {
  readonly audit: AuditSink
  readonly now: () => number
}

/** Makes an MCP server with one tool, which answers with what it saw. It may ask the API first. */
export function mcpServer(
  issuer: ConfiguredIssuer,
  resource: string,
  shared: Shared & { readonly fetch?: typeof globalThis.fetch },
  asksApi = false,
): (request: Request) => Promise<Response> {
  const toolScopes = { look: [resource === NOTES ? 'notes:read' : 'tasks:read'] }
  const apis = asksApi ? { tasks: { url: API, audience: API, scopes: ['tasks:read'] } } : {}
  return protectMcpServer(
    { ...shared, resource, issuer, toolScopes, apis },
    async (request, { principal: { subject }, token: { audience, scopes }, fetch }) => {
      const { id } = (await request.json()) as { id: number }
      const api = asksApi ? await (await fetch('tasks')(`${API}/tasks`)).json() : undefined
      const text = JSON.stringify({ subject, audience, scopes, api })
      return Response.json({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }] } })
    },
  )
}

/** Makes the API, which answers with what it saw. */
export function api(
  { verifier }: ConfiguredIssuer,
  { audit, now }: Shared,
): (request: Request) => Promise<Response> {
  const door = createDoor({ resource: API, verifier, auditor: createAuditor(audit, { now }) })
  return async (request) => {
    const admission = await door.admit(request)
    if (!admission.ok) return admission.response
    const { principal, token } = admission.value
    const { subject } = principal
    return Response.json({ subject, audience: token.audience, scopes: token.scopes } satisfies Seen)
  }
}

export const SERVICE_ORIGIN = 'https://app.example/'
export const SERVICE: string = `${SERVICE_ORIGIN}tokens`

/** Makes the app's token service over the issuer that people sign in with. */
export function ownTokens(
  signIn: ConfiguredIssuer,
  shared: Shared & { readonly fetch: typeof globalThis.fetch },
): TokenService {
  const { fetch: _, ...others } = shared
  return tokenService({
    ...others,
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
