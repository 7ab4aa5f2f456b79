// An authorization server in this process for the client side: it records what it is sent and
// answers what the test says.

import { Credential } from '../../src/core/credential.ts'

export const ISSUER = 'https://login.example'
export const NOW = 1_767_225_600

export interface Recorded {
  readonly url: string
  readonly init: RequestInit
  readonly headers: Headers
  readonly form: URLSearchParams
}

export interface FakeServer {
  readonly fetch: typeof globalThis.fetch
  /** The requests to the endpoint, without those for metadata. */
  readonly requests: Recorded[]
  metadataRequests: number
}

export function fakeServer(
  answer: (request: Recorded) => Response | Promise<Response>,
  metadata: Record<string, unknown> = {},
): FakeServer {
  const requests: Recorded[] = []
  const server: FakeServer = {
    requests,
    metadataRequests: 0,
    fetch: async (input, init = {}) => {
      const url = String(input)
      if (url.includes('/.well-known/')) {
        server.metadataRequests++
        if (!url.endsWith('/.well-known/oauth-authorization-server'))
          return new Response(null, { status: 404 })
        const endpoints = {
          token_endpoint: `${ISSUER}/token`,
          introspection_endpoint: `${ISSUER}/introspect`,
        }
        return Response.json({ issuer: ISSUER, ...endpoints, ...metadata })
      }
      const form = new URLSearchParams(init.body instanceof URLSearchParams ? init.body : '')
      const recorded = { url, init, headers: new Headers(init.headers), form }
      requests.push(recorded)
      return answer(recorded)
    },
  }
  return server
}

/** A secret for a test. */
export function secret(text: string): Credential {
  return new Credential(text)
}
