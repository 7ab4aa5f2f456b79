// An MCP server of our kit, in front of an honest API and one that echoes. Its tools give back what
// the API answers, word for word, as a careless author writes them.

import { type AuditSink, Credential } from 'onbehalf'
import { jwtVerifier } from 'onbehalf/jwt'
import { protectMcpServer } from 'onbehalf/mcp-server'
import { clientSecretBasic, tokenExchanger } from 'onbehalf/oauth'

/** What it is made of. */
export interface KitSettings {
  /** Its own URL, which is its resource. */
  readonly url: string
  readonly issuer: string
  readonly secret: string
  readonly apis: { readonly honest: string; readonly echoing: string }
  readonly audit: AuditSink
  readonly now: () => number
  readonly onError: (error: unknown) => void
}

/** Makes its fetch handler. */
export function createKit(settings: KitSettings): (request: Request) => Promise<Response> {
  const { url, issuer, apis, now } = settings
  return protectMcpServer(
    {
      resource: url,
      authorizationServers: [issuer],
      verifier: jwtVerifier({ issuer, now }),
      exchanger: tokenExchanger({
        issuer,
        clientId: 'kit',
        client: clientSecretBasic(new Credential(settings.secret)),
        now,
      }),
      audit: settings.audit,
      now,
      toolScopes: { kit_add: ['tools'], kit_lookup: ['tools'] },
      apis: {
        honest: { url: apis.honest, scopes: ['tools'] },
        echoing: { url: apis.echoing, scopes: ['tools'] },
      },
      onError: settings.onError,
    },
    async (request, call) => {
      if (request.method !== 'POST') return new Response(null, { status: 405 })
      const asked = (await request.json()) as Asked
      if (asked.id === undefined) return new Response(null, { status: 202 })
      const result = await answer(asked, (name, text) =>
        askApi(call.fetch(name), name === 'honest' ? apis.honest : apis.echoing, text),
      )
      return Response.json({ jsonrpc: '2.0', id: asked.id, ...result })
    },
  )
}

/** A request of the MCP client, as far as this server looks at it. */
interface Asked {
  readonly id?: unknown
  readonly method?: string
  readonly params?: {
    readonly protocolVersion?: string
    readonly name?: string
    readonly arguments?: { readonly text?: unknown }
  }
}

async function answer(
  { method, params }: Asked,
  ask: (api: 'honest' | 'echoing', text: string) => Promise<string>,
): Promise<object> {
  switch (method) {
    case 'initialize':
      return {
        result: {
          protocolVersion: params?.protocolVersion,
          capabilities: { tools: {} },
          serverInfo: { name: 'kit', version: '1' },
        },
      }
    case 'tools/list':
      return { result: { tools: [tool('kit_add'), tool('kit_lookup')] } }
    case 'tools/call': {
      const api = params?.name === 'kit_add' ? 'honest' : 'echoing'
      const text = await ask(api, String(params?.arguments?.text ?? ''))
      return { result: { content: [{ type: 'text', text }] } }
    }
    default:
      return { error: { code: -32_601, message: 'Method not found' } }
  }
}

function tool(name: string): object {
  const properties = { text: { type: 'string' } }
  return { name, description: 'Asks an API', inputSchema: { type: 'object', properties } }
}

/** What the API answers, with its headers: an author who wants to see what went wrong. */
async function askApi(fetch: typeof globalThis.fetch, url: string, text: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  })
  const headers = [...response.headers].map((pair) => pair.join(': ')).join('\n')
  return `${response.status}\n${headers}\n${await response.text()}`
}
