// The server that the literal pattern was made for: it believes the token in the argument, verifies
// nothing, and sends it on to the API (token passthrough, which MCP forbids). It is here to be
// compared with, and nothing else may use it.

import { createOldServer, type OldServer, type OldServerOptions } from './index.ts'

/** Makes the server. */
export function createLiteralServer(options: OldServerOptions): OldServer {
  return createOldServer(options, async (_request, { access_token }) => ({
    ok: true,
    fetch(input, init) {
      const headers = new Headers(init?.headers)
      headers.set('authorization', `Bearer ${access_token}`)
      return globalThis.fetch(input, { ...init, headers, redirect: 'error' })
    },
  }))
}
