// The parsers that read what an MCP server says, what a model puts into a call, and what a
// framework sends. It has no tests.

import type { RunStreamEvent } from '@openai/agents'
import { plainArguments } from '../../src/agent/asking.ts'
import type { AgentEvent } from '../../src/agent/events.ts'
import { askingCard } from '../../src/chatkit/agent/approval-card.ts'
import { APPROVAL_WORDS } from '../../src/chatkit/agent/approval-words.ts'
import { stepDetails } from '../../src/chatkit/agent/step-details.ts'
import { CommandError } from '../../src/cli/command.ts'
import type { Way } from '../../src/cli/inspect/ask.ts'
import { inspectServer } from '../../src/cli/inspect/inspect-server.ts'
import { judgeLists } from '../../src/cli/inspect/judge-lists.ts'
import { toolsIn } from '../../src/cli/inspect/saved-lists.ts'
import type { BindingInput } from '../../src/core/binding.ts'
import { wantedNonce } from '../../src/core/door/proof.ts'
import { AuthError, granted } from '../../src/core/errors.ts'
import { parseBinding } from '../../src/core/parse-binding.ts'
import { parsePointer } from '../../src/mcp/arguments/pointer.ts'
import { createRedactor, examineTools } from '../../src/mcp/index.ts'
import { hasSteps, looseForms } from '../../src/mcp/resources/loose-uri.ts'
import { expandUri, parseUriTemplate, readUri } from '../../src/mcp/resources/uri-template.ts'
import { carryingTransport, type MessageTransport } from '../../src/mcp/transport.ts'
import { callKeeper } from '../../src/openai-agents/call-keeper.ts'
import { chatCalls } from '../../src/openai-agents/chat-calls.ts'
import { failureInEvent, judgeModelError } from '../../src/openai-agents/model-failures.ts'
import { errorLines } from '../../src/stdio/error-lines.ts'
import { messageLines } from '../../src/stdio/message-lines.ts'
import { alice, issuedToken, readableAudit } from '../core/parts.ts'
import { callOf, carrier, LIST, OLD, post, SECRET, tool } from '../mcp/parts.ts'
import {
  bytesOf,
  fromJson,
  headersWith,
  NEVER_COMES,
  type Outcome,
  outcomeOf,
  outcomeOfMaybe,
  type StrangerParser,
} from './parser.ts'

const SERVER = 'https://tasks.example/mcp'
const isOurs = (error: unknown) => error instanceof AuthError

const result = (id: unknown, value: object) => JSON.stringify({ jsonrpc: '2.0', id, result: value })
const DONE = result('call-1', {
  content: [{ type: 'text', text: 'done' }],
  structuredContent: { a: [1, { b: 'c' }] },
})
const TOOLS = { tools: [OLD, tool('list_tasks', { page: { type: 'integer' } })] }

/** What a server answers to every request. */
interface Said {
  readonly body: string
  readonly type: string
  readonly status?: number
}

/** Sends one message through the fetch of one person, to a server that says this. */
async function through(
  message: unknown,
  { body, type, status = 200 }: Said,
  binding: Omit<BindingInput, 'url'> = {},
): Promise<string> {
  const { fetch } = carrier(SERVER, binding, {
    fetch: async () => new Response(bytesOf(body), { status, headers: { 'content-type': type } }),
  })
  const answer = await (await fetch(SERVER, post(message))).text()
  if (answer.includes(SECRET)) throw new Error('the credential passed')
  return answer
}

/** A call's answer is taken when it is the server's, and not a sentence of ours. */
function judged(answer: string): Outcome {
  const ours = answer.split('\n').filter((line) => line.includes('"isError":true'))
  return ours.length > 0 ? { taken: false, said: ours } : { taken: true, value: answer }
}

/** A server that lists the tools and then takes any call. */
function accommodating(): typeof globalThis.fetch {
  return async (_, init) => {
    const { id, method } = JSON.parse(String(init?.body)) as { id: unknown; method: string }
    const body = method === 'tools/list' ? result(id, TOOLS) : result(id, { content: [] })
    return new Response(body, { headers: { 'content-type': 'application/json' } })
  }
}

/** Calls a tool with arguments, by one placement. */
async function calling(text: string, binding: Omit<BindingInput, 'url'>): Promise<Outcome> {
  const parsed = fromJson(text)
  if (!parsed) return NEVER_COMES
  const { fetch } = carrier(SERVER, binding, { fetch: accommodating() })
  await fetch(SERVER, post(LIST))
  // The text as a model wrote it: writing it again would be another text.
  const body = JSON.stringify(callOf('add_task', '@@')).replace('"@@"', text)
  return judged(await (await fetch(SERVER, { ...post({}), body })).text())
}

const ARGUMENTS = {
  placement: {
    type: 'argument',
    parameters: [
      { pointer: '/user_id', value: 'subject' },
      { pointer: '/access_token', value: 'credential' },
    ],
  },
} as const

export const MCP_PARSERS: readonly StrangerParser[] = [
  {
    name: 'answer in JSON',
    stranger: 'an MCP server',
    files: [
      'src/core/http/bounded-text.ts',
      'src/core/http/lazy-response.ts',
      'src/mcp/answer/answer.ts',
      'src/mcp/answer/parse-answer.ts',
      'src/mcp/answer/message.ts',
    ],
    good: () => [DONE, `[${DONE}]`],
    read: async (body) =>
      judged(await through(callOf('add_task'), { body, type: 'application/json' })),
    mayThrow: isOurs,
  },
  {
    name: 'answer in events',
    stranger: 'an MCP server',
    files: ['src/mcp/answer/event-lines.ts', 'src/mcp/answer/event-stream.ts'],
    good: () => [
      `data: ${DONE}\n\n`,
      `: hello\r\nid: 1\r\nevent: message\r\ndata: ${DONE}\r\n\r\n`,
      `data:\n\nretry: 5\ndata: {"jsonrpc":"2.0",\ndata: "method":"x"}\n\ndata: ${DONE}\n\n`,
    ],
    read: async (body) =>
      judged(await through(callOf('add_task'), { body, type: 'text/event-stream' })),
    mayThrow: isOurs,
  },
  {
    name: 'endpoint in a stream of HTTP+SSE',
    stranger: 'an MCP server',
    files: ['src/mcp/legacy-sse.ts'],
    good: () => ['/message?sessionId=0123456789abcdef', `${SERVER}/message`, '?a=b'],
    async read(endpoint) {
      const { fetch } = carrier(
        SERVER,
        {},
        {
          fetch: async () =>
            new Response(`event: endpoint\ndata: ${endpoint}\n\n`, {
              headers: { 'content-type': 'text/event-stream' },
            }),
        },
      )
      const answer = await (await fetch(SERVER)).text()
      return { taken: answer.includes(new URL(SERVER).origin), value: answer }
    },
    mayThrow: isOurs,
  },
  {
    name: 'answer to something else than a call',
    stranger: 'an MCP server',
    files: ['src/mcp/answer/answer.ts'],
    good: () => [result('call-1', { protocolVersion: '2026-07-28', capabilities: {} })],
    read: async (body) => ({
      taken: true,
      value: await through(
        { jsonrpc: '2.0', id: 'call-1', method: 'server/discover' },
        {
          body,
          type: 'application/json',
        },
      ),
    }),
    mayThrow: isOurs,
  },
  {
    name: 'error answer',
    stranger: 'an MCP server',
    files: ['src/mcp/answer/error-answer.ts'],
    good: () => [
      JSON.stringify({
        jsonrpc: '2.0',
        id: 'call-1',
        error: { code: -32_004, message: 'no', data: { supported: ['2025-11-25'] } },
      }),
    ],
    async read(body) {
      const said = await through(
        { jsonrpc: '2.0', id: 'call-1', method: 'server/discover' },
        { body, type: 'application/json', status: 400 },
      )
      return { taken: said.includes('2025-11-25'), said }
    },
    mayThrow: isOurs,
  },
  {
    name: 'list of tools',
    stranger: 'an MCP server',
    files: [
      'src/mcp/arguments/approval.ts',
      'src/mcp/tools/judge-tool.ts',
      'src/mcp/tools/tool-book.ts',
    ],
    good: () => [result('list-1', TOOLS), result('list-1', { ...TOOLS, nextCursor: 'x' })],
    async read(body) {
      const said = await through(LIST, { body, type: 'application/json' }, ARGUMENTS)
      return { taken: said.includes('add_task'), value: said }
    },
    mayThrow: isOurs,
  },
  {
    name: 'schema of a tool',
    stranger: 'an MCP server',
    files: [
      'src/mcp/arguments/demanded.ts',
      'src/mcp/arguments/detect.ts',
      'src/mcp/arguments/hide-schema.ts',
      'src/mcp/arguments/pattern-machine.ts',
      'src/mcp/arguments/strip.ts',
      'src/mcp/tools/judge-parameter.ts',
      'src/mcp/tools/judge-parameters.ts',
    ],
    good: () => [
      JSON.stringify(OLD.inputSchema),
      JSON.stringify({
        type: 'object',
        $defs: { a: { properties: { api_key: { type: 'string' } } }, b: { $ref: '#/$defs/a' } },
        properties: { one: { $ref: '#/$defs/b' }, two: { anyOf: [{ $ref: '#/$defs/a' }] } },
        allOf: [{ required: ['one'] }],
        patternProperties: { '^x': { items: { type: 'string' } } },
      }),
    ],
    async read(text) {
      const parsed = fromJson(text)
      if (!parsed) return NEVER_COMES
      const tools = [{ name: 'add_task', inputSchema: parsed.value }]
      const seen = (await examineTools(tools)).examine(0)
      return { taken: seen.parameters.length > 0 && !seen.unusable, said: seen.unusable }
    },
  },
  {
    name: 'saved list of tools',
    stranger: 'an MCP server',
    files: ['src/cli/inspect/judge-lists.ts', 'src/cli/inspect/saved-lists.ts'],
    good: () => [
      JSON.stringify([OLD]),
      JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools: [OLD, tool('b', {})] } }),
    ],
    async read(text) {
      const parsed = fromJson(text)
      if (!parsed) return NEVER_COMES
      const tools = toolsIn(parsed.value)
      if (!tools) return { taken: false }
      const { total } = await judgeLists([{ name: 'a', tools }], {}, new AbortController().signal)
      return { taken: total.flagged > 0, value: total }
    },
  },
  {
    name: 'message over stdio',
    stranger: 'an MCP server',
    files: ['src/mcp/transport.ts', 'src/mcp/stdio-requests.ts'],
    good: () => [DONE, '{"jsonrpc":"2.0","method":"notifications/message","params":{}}'],
    read: readStdio,
  },
  {
    name: 'output of a process',
    stranger: 'an MCP server',
    files: ['src/stdio/message-lines.ts'],
    good: () => [`${DONE}\n`, `hello\n${DONE}\r\n{"jsonrpc":"2.0","method":"x"}\n`],
    read(text) {
      const messages = [...messageLines(100_000, 'tasks')(bytesOf(text))]
      return { taken: messages.length > 0, value: JSON.stringify(messages) }
    },
    mayThrow: (error) => isOurs(error) || error instanceof RangeError,
  },
  {
    name: 'standard error of a process',
    stranger: 'an MCP server',
    files: ['src/stdio/error-lines.ts'],
    good: () => ['started\n', 'one\r\ntwo\n'],
    read(text) {
      const lines: string[] = []
      const write = (line: string) => void lines.push(line)
      errorLines({ clean: () => (line) => line, write, now: () => 0 })(Buffer.from(bytesOf(text)))
      if (lines.some((line) => line.length > 200)) throw new Error('a line is too long')
      return { taken: lines.length > 0, value: lines.join() }
    },
  },
  {
    name: 'server that is inspected',
    stranger: 'an MCP server',
    files: [
      'src/cli/inspect/as-tools.ts',
      'src/cli/inspect/ask.ts',
      'src/cli/inspect/authorization.ts',
      'src/cli/inspect/inspect-server.ts',
      'src/cli/inspect/protocol.ts',
      'src/cli/inspect.ts',
    ],
    good: () => [
      JSON.stringify({ type: 'application/json', status: 200, header: '', result: TOOLS }),
      JSON.stringify({ type: 'text/event-stream', status: 200, header: '', result: TOOLS }),
      JSON.stringify({
        type: 'application/json',
        status: 401,
        header: 'Bearer resource_metadata="https://tasks.example/about", scope="a"',
        result: { resource: SERVER, authorization_servers: ['https://login.example'] },
      }),
    ],
    read: readInspected,
    mayThrow: (error) => error instanceof CommandError,
    // The report shows the operator what the server says.
    quotes: true,
    share: 0.3,
  },
  {
    name: 'session handle that a server gives',
    stranger: 'an MCP server',
    files: ['src/mcp/placements/handle.ts', 'src/mcp/placements/session.ts'],
    good: () => ['handle-0123456789abcdef'],
    async read(text) {
      const headers = headersWith('onbehalf-session', text)
      if (!headers) return NEVER_COMES
      const sent: Headers[] = []
      const { fetch } = carrier(
        SERVER,
        { placement: { type: 'session' } },
        {
          async fetch(_, init) {
            sent.push(new Headers(init?.headers))
            return Response.json({}, { headers })
          },
        },
      )
      await fetch(SERVER, post(LIST))
      await fetch(SERVER, post(LIST))
      return { taken: sent[1]?.get('onbehalf-session') === text }
    },
    mayThrow: isOurs,
  },
  {
    name: 'nonce that a server wants in a proof',
    stranger: 'an MCP server',
    files: ['src/core/door/proof.ts'],
    good: () => ['nonce-1'],
    read(text) {
      const headers = headersWith('dpop-nonce', text)
      return headers
        ? outcomeOfMaybe(wantedNonce(new Response(null, { status: 401, headers })))
        : NEVER_COMES
    },
  },
  {
    name: 'JSON pointer',
    stranger: 'an MCP server',
    files: ['src/mcp/arguments/pointer.ts'],
    good: () => ['/access_token', '/a/*/b~1c/~0d'],
    read: (text) => outcomeOf(parsePointer(text)),
  },
  {
    name: 'URI by a template',
    stranger: 'a model',
    files: ['src/mcp/resources/uri-template.ts'],
    good: () => ['tasks://alice/list', 'tasks://alice/list?page=2'],
    read(text) {
      const tasks = parseUriTemplate('tasks://{user_id}/list{?page}')
      const values = tasks && readUri(tasks, text)
      if (!tasks || !values) return { taken: false }
      return { taken: true, value: expandUri(tasks, values) }
    },
  },
  {
    name: 'URI as lax servers read it',
    stranger: 'a model',
    files: ['src/mcp/resources/loose-uri.ts'],
    good: () => ['tasks://alice/list', 'https://eve@api.example:443/x/%2e%2e/y?z#a'],
    read: (text) => ({ taken: true, value: [looseForms(text), hasSteps(text)] }),
  },
  {
    name: 'template of URIs',
    stranger: 'an MCP server',
    files: ['src/mcp/resources/template-book.ts'],
    good: () => ['tasks://{user_id}/list{?page}', 'file:///{+path}'],
    read: (text) => outcomeOfMaybe(parseUriTemplate(text)),
  },
  {
    name: 'arguments that are filled in',
    stranger: 'a model',
    files: ['src/mcp/arguments/inject.ts'],
    good: () => ['{"title":"x"}', '{"title":"x","user_id":"eve","access_token":null}'],
    read: (text) => calling(text, ARGUMENTS),
    mayThrow: isOurs,
  },
  {
    name: 'arguments with references',
    stranger: 'a model',
    files: ['src/mcp/placements/prompt.ts'],
    good: () => ['{"title":"x"}'],
    async read(text) {
      const outcome = await calling(text, { placement: { type: 'prompt' } })
      // Only a reference could be filled in, and nobody here has one.
      if (outcome.taken) throw new Error('a call without a reference passed')
      return { ...outcome, taken: true }
    },
    mayThrow: isOurs,
  },
  {
    name: 'body that a framework sends',
    stranger: 'a model',
    files: [
      'src/core/carry/outgoing.ts',
      'src/core/carry/after-answer.ts',
      'src/core/carry/carry.ts',
      'src/mcp/placements/request.ts',
      'src/mcp/answer/message.ts',
    ],
    good: () => [JSON.stringify(callOf('add_task', { title: 'x' })), JSON.stringify([LIST])],
    async read(body) {
      const asIs = carrier(SERVER, {}, { fetch: async () => Response.json({}) })
      await asIs.fetch(SERVER, { method: 'POST', body: bytesOf(body) })
      const filled = carrier(SERVER, ARGUMENTS, { fetch: accommodating() })
      return judged(await (await filled.fetch(SERVER, { method: 'POST', body })).text())
    },
    mayThrow: isOurs,
  },
  {
    name: 'the details of a step',
    stranger: 'an MCP server',
    files: ['src/chatkit/agent/step-details.ts'],
    good: () => ['{"a":1}', 'Use ```` here.'],
    read: (text) => ({
      taken: true,
      value: stepDetails({ callId: 'c1', name: 'one', arguments: text, output: text }),
    }),
  },
  {
    name: 'a call that the conversation keeps',
    stranger: 'a model',
    files: ['src/openai-agents/call-keeper.ts'],
    good: () => ['{"a":"Bearer abcdefghijklmnop1234"}'],
    read(text) {
      const keeper = callKeeper({ hide: (json) => json }, () => false)
      const call = { callId: 'c1', name: 'one' }
      const out: AgentEvent[] = []
      const take = (type: string, rawItem: object) =>
        keeper.take(
          { type: 'run_item_stream_event', item: { type, rawItem } } as unknown as RunStreamEvent,
          out,
        )
      take('reasoning_item', { type: 'reasoning', content: [{ text }] })
      take('tool_call_item', { type: 'function_call', ...call, arguments: text })
      take('tool_call_output_item', {
        type: 'function_call_result',
        ...call,
        output: fromJson(text)?.value ?? text,
      })
      return { taken: true, value: [...out, ...keeper.leads([])] }
    },
  },
  {
    name: 'the calls in a chunk of Chat Completions',
    stranger: 'a model',
    files: ['src/openai-agents/chat-calls.ts'],
    good: () => [
      '[{"index":0,"id":"a","function":{"name":"one","arguments":"{}"}}]',
      '[{"id":"a"}]',
    ],
    read(text) {
      const parsed = fromJson(text)
      if (!parsed) return NEVER_COMES
      const calls = chatCalls()
      for (let times = 0; times < 2; times++)
        calls.take({ choices: [{ delta: { tool_calls: parsed.value } }] })
      return { taken: true, value: calls.odd() }
    },
  },
  {
    name: 'an error of a model provider',
    stranger: 'a model',
    files: ['src/openai-agents/model-failures.ts', 'src/agent/model-failure.ts'],
    good: () => ['{"status":429,"code":"rate_limit_exceeded","message":"no"}'],
    read(text) {
      const parsed = fromJson(text)
      if (!parsed) return NEVER_COMES
      const { value } = parsed
      const headers = new Headers()
      if (/^[\x20-\x7e]*$/.test(text)) headers.set('retry-after', text)
      const judged = judgeModelError(typeof value === 'object' ? { ...value, headers } : value)
      failureInEvent({ type: 'response.failed', response: parsed.value })
      return { taken: judged.kind !== 'unavailable', value: judged, said: judged }
    },
  },
  {
    name: 'arguments of a call that waits for approval',
    stranger: 'a model',
    files: ['src/agent/asking.ts', 'src/core/json.ts'],
    good: () => ['{"a":1}', ''],
    read: (text) => outcomeOfMaybe(plainArguments(text)),
  },
  {
    name: 'arguments on a card that asks for approval',
    stranger: 'a model',
    files: ['src/chatkit/agent/approval-card.ts'],
    good: () => ['{"title":"x","tags":["a"]}', '"x"'],
    read(text) {
      const call = { name: 'add_task', server: 'tasks', scopes: [], arguments: text }
      const pending = { id: 'a1', card: 'w1', since: 'i1', expiresAtMs: 0, state: '' }
      const card = askingCard(
        { ...pending, calls: [{ ...call, callId: 'c1' }] },
        'alice',
        APPROVAL_WORDS,
      )
      return { taken: true, value: card }
    },
    mayThrow: (error) => error instanceof SyntaxError,
  },
]

/** Gives a message to the transport of one person, as if the server's process had written it. */
async function readStdio(text: string): Promise<Outcome> {
  const parsed = fromJson(text)
  if (typeof parsed?.value !== 'object' || parsed.value === null) return NEVER_COMES
  const inner: MessageTransport = {
    start: async () => {},
    close: async () => {},
    // It lists its tools, answers the call with the text, and ends.
    async send(message) {
      const { id, method } = message as { readonly id?: unknown; readonly method?: unknown }
      await null
      if (method === 'tools/list') return inner.onmessage?.(JSON.parse(result(id, TOOLS)))
      inner.onmessage?.(Object(parsed.value))
      inner.onclose?.()
    },
  }
  const outer = carryingTransport(inner, {
    binding: parseBinding('tasks', {
      url: 'stdio:tasks',
      resource: SERVER,
      source: { type: 'static', of: 'person' },
      placement: { type: 'argument', parameters: 'everywhere' },
    }),
    source: async () => granted(issuedToken(SECRET)),
    principal: alice,
    auditor: readableAudit().auditor,
    trace: '4bf92f3577b34da6a3ce929d0e0e4736',
    deadline: 10_000,
  })
  const said: object[] = []
  const errors: Error[] = []
  outer.onmessage = (message) => said.push(message)
  outer.onerror = (error) => errors.push(error)
  await outer.send({ ...callOf('add_task') }).catch((error: unknown) => {
    if (!isOurs(error)) throw error
  })
  return { taken: said.length > 0, value: said, said: errors }
}

/** Inspects a server that answers everything in one way, with the id that was asked for. */
async function readInspected(text: string): Promise<Outcome> {
  const parsed = fromJson(text)
  if (typeof parsed?.value !== 'object' || parsed.value === null) return NEVER_COMES
  const { type, status, header, result: value } = parsed.value as Record<string, unknown>
  if (typeof status !== 'number' || status < 200 || status > 599 || !Number.isInteger(status))
    return NEVER_COMES
  const headers = new Headers()
  try {
    headers.set('content-type', String(type))
    headers.set('www-authenticate', String(header))
  } catch {
    return NEVER_COMES
  }
  const fetch: typeof globalThis.fetch = async (_, init) => {
    const asked = fromJson(String(init?.body))?.value
    const id = typeof asked === 'object' && asked !== null && 'id' in asked ? asked.id : undefined
    const json = id === undefined ? JSON.stringify(value) : result(id, Object(value))
    const body = type === 'text/event-stream' ? `data: ${json}\n\n` : json
    return new Response([204, 205, 304].includes(status) ? null : body, { status, headers })
  }
  const way: Way = {
    direct: fetch,
    guarded: fetch,
    redactor: createRedactor([]),
    signal: new AbortController().signal,
  }
  const inspection = { url: SERVER, headers: new Headers(), header: undefined, progress: () => {} }
  const { report } = await inspectServer(inspection, way)
  return { taken: true, value: report }
}
