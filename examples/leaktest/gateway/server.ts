// A chat server with `@openai/agents` behind the gateway. It has a run token in place of the person's
// token, and hands that to its MCP clients as it is.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import {
  Agent,
  connectMcpServers,
  MCPServerStreamableHttp,
  OpenAIProvider,
  Runner,
} from '@openai/agents'

const { PORT, CHAT_PORT, DIR = '.', ...env } = process.env
const database = new DatabaseSync(`${DIR}/chat.db`)
database.exec('create table if not exists items (person text, thread text, item text)')
const add = database.prepare('insert into items values (?, ?, ?)')
const modelProvider = new OpenAIProvider({
  apiKey: env.OPENAI_API_KEY ?? '',
  baseURL: env.OPENAI_BASE_URL ?? '',
  useResponses: false,
})
const runner = new Runner({ modelProvider, model: env.OPENAI_MODEL ?? '', tracingDisabled: true })

createServer((request, response) => {
  handle(request, response).catch((error: unknown) => {
    // Errors of a provider may quote the request, with the key.
    console.error(error instanceof Error ? error.name : 'failed')
    if (!response.headersSent) response.writeHead(500)
    response.end()
  })
}).listen(Number(CHAT_PORT), '127.0.0.1')

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') return void response.writeHead(404).end()
  const person = personIn(String(request.headers['x-onbehalf-principal']))
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { text, thread } = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const mcpServers = await connectMcpServers(
    ['Notes', 'Tasks', 'Hostile'].map(
      (name) =>
        new MCPServerStreamableHttp({
          name,
          url: `http://127.0.0.1:${PORT}/mcp/${name}`,
          requestInit: { headers: { Authorization: String(request.headers.authorization) } },
        }),
    ),
  )
  try {
    const agent = new Agent({
      name: 'Assistant',
      instructions: 'Use the tools.',
      mcpServers: mcpServers.active,
    })
    const result = await runner.run(agent, text, { stream: true })
    for await (const piece of result.toTextStream())
      response.write(`data: ${JSON.stringify({ text: piece })}\n\n`)
    await result.completed
    for (const item of result.history) add.run(person, thread, JSON.stringify(item))
  } finally {
    await mcpServers.close()
  }
  response.end('data: [DONE]\n\n')
}

/** Whom the gateway has admitted. */
function personIn(principal: string): string {
  const [header, claims = '', signature = ''] = principal.split('.')
  const secret = env.PRINCIPAL_SECRET ?? ''
  const mac = createHmac('sha256', secret).update(`${header}.${claims}`).digest()
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== mac.length || !timingSafeEqual(given, mac))
    throw new Error('the principal is not signed by the gateway')
  return JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')).sub
}
