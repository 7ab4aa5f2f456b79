import express from 'express'
import { type Caller, Credential, createOnBehalf } from 'onbehalf'
import { chatkitServer, memoryThreadStore } from 'onbehalf/chatkit'
import { at, handle, serve } from 'onbehalf/express'
import { oidc } from 'onbehalf/issuers'
import { protectMcpServer } from 'onbehalf/mcp-server'
import { openSqlite } from 'onbehalf/store'

const { ORIGIN = '', ISSUER = '', MCP_URL = '', PORT = '' } = process.env
const clientSecret = new Credential('app-secret')
const onbehalf = createOnBehalf({
  resource: `${ORIGIN}/chat`,
  issuer: oidc({ issuer: ISSUER, clientId: 'app', clientSecret, audience: `${ORIGIN}/chat` }),
  servers: { Tasks: { url: MCP_URL, source: { type: 'exchange', scopes: ['tasks:read'] } } },
})
openSqlite(':memory:').close()

async function whoami(fetch: typeof globalThis.fetch) {
  const response = await fetch(MCP_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'whoami', arguments: {} },
    }),
  })
  const { result } = (await response.json()) as { result: { content: [{ text: string }] } }
  return result.content[0].text
}

const chatkit = chatkitServer<Caller>({
  admit: onbehalf.admit,
  store: memoryThreadStore(),
  async *respond(_thread, _message, context) {
    const text = await whoami(context.caller.fetch('Tasks'))
    const content = [{ type: 'output_text', text, annotations: [] }] as const
    yield {
      type: 'thread.item.done',
      item: { ...context.newItem('message'), type: 'assistant_message', content },
    }
  },
})

// A server of the kit, as a router of Express would mount it.
const mcp = protectMcpServer(
  {
    resource: `${ORIGIN}/mcp`,
    issuer: oidc({ issuer: ISSUER, clientId: 'app', clientSecret, audience: `${ORIGIN}/mcp` }),
    toolScopes: { whoami: [] },
  },
  async (_request, call) =>
    Response.json({
      jsonrpc: '2.0',
      id: 1,
      result: { content: [{ type: 'text', text: call.principal.subject }] },
    }),
)

const app = express()
app.use(express.json())
app.use(serve(onbehalf.metadata))
app.use(serve(at('/mcp', mcp)))
app.post('/chatkit', chatkit.listener)
app.post(
  '/chat',
  handle(onbehalf, async (caller, request: express.Request, response: express.Response) => {
    await using _ = caller
    const fetch = caller.fetch('Tasks')
    for (let part = 1; part <= 3; part++) {
      response.write(`${request.body.message} ${part}: ${await whoami(fetch)}\n`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    response.end()
  }),
)
app.listen(Number(PORT), '127.0.0.1')
