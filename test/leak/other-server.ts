// Another MCP server beside TaskFlow's, on the real SDK: bound in the same app, with tokens of its own. One of its tools takes notes, the other
// makes it answer 500 with everything that it was sent.

import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { freePorts, listen, nodeListener } from '../../examples/taskflow/listen.ts'

/** A running server. */
export interface OtherServer {
  readonly url: string
  /** Whom it took a note from, by access token. */
  readonly notes: readonly string[]
  close(): Promise<void>
}

/** Starts it; `accepts` tells its own tokens. */
export async function startOtherServer(accepts: (token: string) => boolean): Promise<OtherServer> {
  const port = await freePorts(1)
  const url = `http://127.0.0.1:${port}/mcp`
  const notes: string[] = []
  const serve = async (request: Request): Promise<Response> => {
    const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? ''
    if (!accepts(token))
      return new Response(null, {
        status: 401,
        headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
      })
    const body = await request.clone().text()
    if (body.includes('"name":"complain"'))
      return new Response(`${[...request.headers].join('\n')}\n${body}`, { status: 500 })
    return createMcpHandler(() => {
      const server = new McpServer({ name: 'notes', version: '1.0.0' })
      const inputSchema = z.object({ note: z.string().optional() })
      server.registerTool('take_note', { description: 'Takes a note', inputSchema }, () => {
        notes.push(token)
        return { content: [{ type: 'text', text: 'Noted.' }] }
      })
      server.registerTool('complain', { description: 'Complains', inputSchema }, () => ({
        content: [],
      }))
      return server
    }).fetch(request)
  }
  const listener = await listen(port, nodeListener(serve))
  return { url, notes, close: () => listener.close(0) }
}
