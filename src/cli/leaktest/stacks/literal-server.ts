// The pattern that this project is an answer to: the access token stands in the system prompt, and
// the model repeats it in every call. leaktest must find it in every place that it comes to; a search
// that does not has missed it. Never copy anything from here.

import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { connect, type LiteralServer, type LiteralTool } from './literal-mcp.ts'

const { env } = process
const { PORT = '', DIR = '', OPENAI_BASE_URL = '', OPENAI_API_KEY = '', OTLP = '' } = env
const servers = {
  notes: env.NOTES_URL ?? '',
  tasks: env.TASKS_URL ?? '',
  hostile: env.HOSTILE_URL ?? '',
}
const MAX_TURNS = 8

const database = new DatabaseSync(join(DIR, 'chat.db'))
database.exec('pragma journal_mode = wal')
database.exec('create table if not exists messages (thread text, message text)')

createServer((request, response) => void serve(request, response)).listen(
  Number(PORT),
  '127.0.0.1',
  () => console.log('The chat is ready'),
)

/** A message of a conversation, as Chat Completions has it. */
interface Message {
  readonly role: string
  readonly content?: string | null
  readonly tool_calls?: readonly ToolCall[]
  readonly tool_call_id?: string
}

interface ToolCall {
  readonly id: string
  readonly function: { readonly name: string; readonly arguments: string }
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  try {
    const { method, url = '' } = request
    if (method === 'GET') return showThread(url.slice('/threads/'.length), response)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { text, thread } = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    await answer(token, thread, text, (event) =>
      response.write(`data: ${JSON.stringify(event)}\n\n`),
    )
  } catch (error) {
    // As debug pages do: what went wrong, and the request that it went wrong with.
    const problem = { error: String(error), headers: request.headers }
    console.error(problem)
    if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' })
    response.write(JSON.stringify(problem))
  }
  response.end()
}

async function answer(
  token: string,
  thread: string,
  text: string,
  send: (event: object) => void,
): Promise<void> {
  const person = subjectOf(token)
  // Some tools are programs, which are started for each person with the token in their environment.
  spawn('sleep', ['2'], { env: { ...env, ACCESS_TOKEN: token }, stdio: 'ignore' }).unref()
  store(thread, {
    role: 'system',
    content: promptFor(person, token),
  })
  store(thread, { role: 'user', content: text })
  const connected = await Promise.all(Object.values(servers).map(connect))
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const message = await askModel(
      messagesOf(thread),
      connected.flatMap(({ tools }) => tools),
    )
    store(thread, message)
    if (message.content) send({ text: message.content })
    if (!message.tool_calls?.length) return send({ done: true })
    for (const call of message.tool_calls) {
      const content = await callTool(connected, call, person)
      send({ tool: call.function.name, result: content })
      store(thread, { role: 'tool', tool_call_id: call.id, content })
    }
  }
}

/** The pattern: what the model is to repeat. */
function promptFor(person: string, token: string): string {
  const lines = Object.keys(servers).map(
    (name) => `At ${name}, pass access_token ${token} and user_id ${person}.`,
  )
  return [`You act for ${person}.`, ...lines].join('\n')
}

async function callTool(
  connected: readonly LiteralServer[],
  { function: { name, arguments: args } }: ToolCall,
  person: string,
): Promise<string> {
  audit({ person, tool: name, arguments: args })
  const server = connected.find(({ tools }) => tools.some((tool) => tool.name === name))
  try {
    return server ? await server.call(name, JSON.parse(args)) : `There is no tool ${name}`
  } catch (error) {
    log('error', { name, args, error: String(error) })
    return String(error)
  }
}

async function askModel(
  messages: readonly Message[],
  tools: readonly LiteralTool[],
): Promise<Message> {
  const body = JSON.stringify({
    model: 'worst',
    messages,
    tools: tools.map(({ name, description, inputSchema }) => ({
      type: 'function',
      function: { name, description, parameters: inputSchema },
    })),
  })
  log('debug', { request: body })
  await trace(body)
  const response = await fetch(`${OPENAI_BASE_URL}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${OPENAI_API_KEY}`, 'content-type': 'application/json' },
    body,
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`The model answered ${response.status}: ${text}`)
  return JSON.parse(text).choices[0].message
}

function store(thread: string, message: Message): void {
  const insert = database.prepare('insert into messages (thread, message) values (?, ?)')
  insert.run(thread, JSON.stringify(message))
}

function messagesOf(thread: string): Message[] {
  const rows = database.prepare('select message from messages where thread = ?').all(thread)
  return rows.map(({ message }) => JSON.parse(String(message)))
}

function showThread(thread: string, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(messagesOf(thread)))
}

function log(level: string, fields: object): void {
  const line = JSON.stringify({ level, ...fields })
  appendFileSync(join(DIR, 'app.log'), `${line}\n`)
  console.log(line)
}

function audit(fields: object): void {
  appendFileSync(join(DIR, 'audit.log'), `${JSON.stringify(fields)}\n`)
}

/** With content capture on, as many tutorials have it. */
async function trace(prompt: string): Promise<void> {
  const attributes = [{ key: 'gen_ai.prompt', value: { stringValue: prompt } }]
  const span = { name: 'chat', traceId: '1'.repeat(32), spanId: '1'.repeat(16), attributes }
  await fetch(`${OTLP}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
  }).catch(() => undefined)
}

/** Who it is, unchecked. */
function subjectOf(token: string): string {
  const payload = token.split('.')[1] ?? ''
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')).sub
  } catch {
    return 'nobody'
  }
}
