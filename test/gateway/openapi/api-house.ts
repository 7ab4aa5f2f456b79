// A gateway with an HTTP API behind it, whose OpenAPI document a test gives. No test lives here.

import type { Placement } from '../../../src/core/placement/placement.ts'
import type { GatewayOptions } from '../../../src/gateway/index.ts'
import { gatewayHouse, tokenFor } from '../house.ts'

export const API = 'https://api.example/v1'

/** One request that reached the API. */
export interface ReachedApi {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: string
}

/** A document with these paths. */
export const documentOf = (paths: object, more: object = {}) => ({
  openapi: '3.1.0',
  info: { title: 'Pets', version: '2' },
  paths,
  ...more,
})

/** What a test changes. */
interface Changes {
  readonly answer?: (request: ReachedApi) => Response
  readonly placement?: Placement | readonly Placement[]
  readonly url?: string
  readonly options?: Partial<GatewayOptions>
}

/** The gateway. What reached the API is in `reached`, what was warned of in `warnings`. */
export function apiHouse(document: unknown, changes: Changes = {}) {
  const reached: ReachedApi[] = []
  const warnings: string[] = []
  const { answer = () => Response.json({ ok: true }), placement, url = API, options } = changes
  const house = gatewayHouse({
    servers: {
      Pets: {
        url,
        resource: API,
        source: { type: 'exchange', scopes: ['read'] },
        ...(placement ? { placement } : {}),
        ...options?.servers?.Pets,
      },
    },
    openApi: { Pets: document },
    warn: (message) => void warnings.push(message),
    async fetch(input, init) {
      const request = new Request(input, init)
      const one = {
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: await request.text(),
      }
      reached.push(one)
      return answer(one)
    },
    ...options,
  })
  const alice = { token: tokenFor('alice') }
  return {
    ...house,
    reached,
    warnings,
    client: (path = '/mcp/Pets') => house.connect(path, alice),
    async call(name: string, args: Readonly<Record<string, unknown>> = {}) {
      const client = await house.connect('/mcp/Pets', alice)
      return client.callTool({ name, arguments: args })
    },
  }
}
