// A language model's provider in tests: an HTTP server that speaks the wire formats of OpenAI's two
// APIs, and says what its script says. The real `openai` client talks to it.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Model, OpenAIProvider } from '@openai/agents'
import { onTestFinished } from 'vitest'

export type Api = 'responses' | 'chat'
export const APIS: readonly Api[] = ['responses', 'chat']

/** A call as the provider sends it: a model may put anything into `arguments`, and leave `id` out. */
export interface SaidCall {
  readonly id?: string | null
  readonly name: string
  readonly arguments: unknown
  /** Chat Completions: its place among the calls, null for none. Default: where it stands. */
  readonly index?: number | null
}

/** What the model says to one request. */
export interface Said {
  readonly text?: string
  readonly reasoning?: string
  readonly calls?: readonly SaidCall[]
  /** Responses: the last event, in place of the one that completes the response. */
  readonly ending?: { readonly type: string; readonly response?: object }
  /** Called before the answer: it may wait. */
  readonly before?: () => Promise<unknown>
}

/** What the provider says instead. */
export interface Failed {
  readonly status: number
  readonly error?: object
  readonly headers?: Readonly<Record<string, string>>
}

/** A request as it came, read by nobody. */
export interface ModelRequestBody {
  readonly path: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look at whatever the client sent.
  readonly body: any
}

export interface ModelServer {
  readonly model: Model
  readonly url: string
  readonly requests: readonly ModelRequestBody[]
}

type Script = readonly (Said | Failed)[] | ((request: ModelRequestBody) => Said | Failed)

/** Starts a provider. It ends with the test. Its last answer is repeated. */
export async function modelServer(api: Api, script: Script): Promise<ModelServer> {
  const requests: ModelRequestBody[] = []
  const server = createServer((incoming, outgoing) => {
    void answer(incoming, outgoing).catch(() => outgoing.destroy())
  })
  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    let text = ''
    for await (const chunk of incoming) text += chunk
    const request = { path: incoming.url ?? '', body: JSON.parse(text) }
    requests.push(request)
    const said =
      typeof script === 'function'
        ? script(request)
        : (script[Math.min(requests.length, script.length) - 1] ?? {})
    if ('status' in said) {
      outgoing.writeHead(said.status, { 'content-type': 'application/json', ...said.headers })
      outgoing.end(JSON.stringify({ error: said.error ?? { message: 'no' } }))
      return
    }
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' })
    outgoing.flushHeaders()
    await said.before?.()
    const events = api === 'chat' ? chatEvents(said) : responsesEvents(said, requests.length)
    outgoing.end(events)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const provider = new OpenAIProvider({
    apiKey: 'sk-test-of-the-deployment',
    baseURL: url,
    useResponses: api === 'responses',
  })
  return { model: await provider.getModel('some-model'), url, requests }
}

/** Chat Completions: chunks of a stream. */
function chatEvents({ text, reasoning, calls = [] }: Said): string {
  const chunk = (delta: object, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'some-model',
      choices: [{ index: 0, delta, finish_reason }],
    })}\n\n`
  const tool_calls = calls.map(({ id, name, arguments: args, index }, place) => ({
    ...(index === null ? {} : { index: index ?? place }),
    ...(id === undefined ? {} : { id }),
    type: 'function',
    function: { name, arguments: args },
  }))
  return [
    chunk({ role: 'assistant', content: '' }),
    ...(reasoning === undefined ? [] : [chunk({ reasoning })]),
    ...(text ?? '').split(/(?<= )/).map((content) => chunk({ content })),
    ...(tool_calls.length > 0 ? [chunk({ tool_calls })] : []),
    chunk({}, tool_calls.length > 0 ? 'tool_calls' : 'stop'),
    'data: [DONE]\n\n',
  ].join('')
}

/** Responses: the events of a stream. */
function responsesEvents({ text, reasoning, calls = [], ending }: Said, number: number): string {
  const output: object[] = []
  if (reasoning !== undefined)
    output.push({
      type: 'reasoning',
      id: `rs_${number}`,
      summary: [{ type: 'summary_text', text: reasoning }],
      encrypted_content: `sealed-${number}`,
    })
  for (const [index, { id, name, arguments: args }] of calls.entries())
    output.push({
      type: 'function_call',
      id: `fc_${number}_${index}`,
      ...(id === undefined ? {} : { call_id: id }),
      name,
      arguments: args,
      status: 'completed',
    })
  if (text !== undefined)
    output.push({
      type: 'message',
      id: `msg_${number}`,
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text, annotations: [] }],
    })
  const response = {
    id: `resp_${number}`,
    object: 'response',
    created_at: 1,
    model: 'some-model',
    status: 'completed',
    output,
    usage: {
      input_tokens: 1,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 1,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 2,
    },
  }
  const events: { readonly type: string; readonly [field: string]: unknown }[] = [
    { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
  ]
  for (const [output_index, item] of output.entries()) {
    events.push({ type: 'response.output_item.added', output_index, item })
    if ('content' in item)
      for (const delta of (text ?? '').split(/(?<= )/))
        events.push({
          type: 'response.output_text.delta',
          item_id: `msg_${number}`,
          output_index,
          content_index: 0,
          delta,
        })
    events.push({ type: 'response.output_item.done', output_index, item })
  }
  events.push(
    ending
      ? { ...ending, response: { ...response, status: 'failed', ...ending.response } }
      : { type: 'response.completed', response },
  )
  return events
    .map((event, sequence_number) => ({ ...event, sequence_number }))
    .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('')
}
