// An MCP server that takes the person's token in a header of its own, X-Person-Token. It checks that the
// token is for itself, and says whose it is.

import { createServer } from 'node:http'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { toNodeListener } from 'onbehalf/node'

const { PORT = '8082', ISSUER = 'http://127.0.0.1:8081' } = process.env
const audience = `http://127.0.0.1:${PORT}/mcp`
const keys = createRemoteJWKSet(new URL(`${ISSUER}/keys`))

/** The server of one request: its tools know whose it is. */
const serverOf = (person) =>
  createMcpHandler(() => {
    const server = new McpServer({ name: 'whoami', version: '1.0.0' })
    const said = (text) => ({ content: [{ type: 'text', text }] })
    server.registerTool('whoami', {}, async () => said(`You are ${person}.`))
    server.registerTool('delete_all', {}, async () => said(`All of ${person}'s is deleted.`))
    return server
  })

async function answer(request) {
  try {
    const token = request.headers.get('x-person-token') ?? ''
    const { payload } = await jwtVerify(token, keys, { issuer: ISSUER, audience, typ: 'at+jwt' })
    return serverOf(payload.sub).fetch(request)
  } catch {
    return new Response(null, { status: 401 })
  }
}

createServer(toNodeListener(answer)).listen(Number(PORT), '127.0.0.1', () => console.log(audience))
