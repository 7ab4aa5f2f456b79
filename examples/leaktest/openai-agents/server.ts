// A plain chat server with `@openai/agents`, as its guides write one. Nothing of onbehalf is in it:
// the person's access token goes into the headers of every MCP server. `onbehalf leaktest` attacks
// it, and docs/leaktest.md says what that finds.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import {
  Agent,
  type AgentInputItem,
  BatchTraceProcessor,
  connectMcpServers,
  MCPServerStreamableHttp,
  OpenAIProvider,
  OpenAITracingExporter,
  Runner,
  type Session,
  setTraceProcessors,
} from '@openai/agents'
import { createRemoteJWKSet, jwtVerify } from 'jose'

const {
  PORT,
  DATABASE = 'chat.db',
  ISSUER = '',
  AUDIENCE = '',
  MCP_URLS = '',
  ...env
} = process.env
const keys = createRemoteJWKSet(new URL(`${ISSUER}/jwks`))
const openSession = sessionsIn(DATABASE)
const modelProvider = new OpenAIProvider({
  apiKey: env.OPENAI_API_KEY ?? '',
  baseURL: env.OPENAI_BASE_URL ?? '',
  useResponses: false,
})
const runner = new Runner({ modelProvider, model: env.OPENAI_MODEL ?? '' })
// The SDK sends its traces to OpenAI. Here they go where the environment says.
if (env.TRACES_URL)
  setTraceProcessors([
    new BatchTraceProcessor(new OpenAITracingExporter({ endpoint: env.TRACES_URL, apiKey: 'x' }), {
      scheduleDelay: 200,
    }),
  ])

const server = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => {
    console.error(error)
    if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: error instanceof Error ? error.message : 'failed' }))
  })
})
server.listen(Number(PORT ?? 8000), '127.0.0.1', () => console.log('The chat is ready'))

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  const { payload } = await jwtVerify(token, keys, { issuer: ISSUER, audience: AUDIENCE })
  const person = payload.sub ?? ''
  if (request.method === 'GET') {
    const items = await openSession(`${person} ${request.url?.split('/').at(-1)}`).getItems()
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(items))
    return
  }
  const { text, thread } = await jsonOf(request)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for await (const piece of answer(text, openSession(`${person} ${thread}`), token))
    response.write(`data: ${JSON.stringify({ text: piece })}\n\n`)
  response.end('data: [DONE]\n\n')
}

/** One message: the servers are connected for it, with the token of the person who sent it. */
async function* answer(text: string, session: Session, token: string): AsyncGenerator<string> {
  const mcpServers = await connectMcpServers(
    MCP_URLS.split(' ').map(
      (url) =>
        new MCPServerStreamableHttp({
          url,
          name: url,
          requestInit: { headers: { Authorization: `Bearer ${token}` } },
        }),
    ),
  )
  try {
    const agent = new Agent({
      name: 'Assistant',
      instructions: 'Use the tools.',
      mcpServers: mcpServers.active,
    })
    const result = await runner.run(agent, text, { stream: true, session })
    for await (const piece of result.toTextStream()) yield piece
    await result.completed
  } finally {
    await mcpServers.close()
  }
}

async function jsonOf(request: IncomingMessage): Promise<{ text: string; thread: string }> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

/** Conversations in a SQLite file: the SDK's `Session` over a table. */
function sessionsIn(path: string): (id: string) => Session {
  const database = new DatabaseSync(path)
  database.exec('pragma journal_mode = wal')
  database.exec('create table if not exists items (session text, item text)')
  const all = database.prepare('select rowid, item from items where session = ? order by rowid')
  const add = database.prepare('insert into items (session, item) values (?, ?)')
  const remove = database.prepare('delete from items where rowid = ?')
  const clear = database.prepare('delete from items where session = ?')
  const read = ({ item }: Record<string, unknown>): AgentInputItem => JSON.parse(String(item))

  return (id) => ({
    getSessionId: async () => id,
    getItems: async (limit) =>
      all
        .all(id)
        .map(read)
        .slice(-(limit ?? Number.POSITIVE_INFINITY)),
    addItems: async (items) => {
      for (const item of items) add.run(id, JSON.stringify(item))
    },
    popItem: async () => {
      const last = all.all(id).at(-1)
      if (!last) return undefined
      remove.run(Number(last.rowid))
      return read(last)
    },
    clearSession: async () => void clear.run(id),
  })
}
