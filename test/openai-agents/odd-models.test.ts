// Models and providers that do what no document says, over both of OpenAI's APIs: the chat goes on,
// or says why it cannot.

import { Agent, Runner } from '@openai/agents'
import { AuthError } from 'onbehalf'
import { type AgentEvent, agentEvents, runAgent } from 'onbehalf/openai-agents'
import { describe, expect, it } from 'vitest'
import type { ModelFailure } from '../../src/core/model-failure.ts'
import {
  APIS,
  type Api,
  type Failed,
  type ModelServer,
  modelServer,
  type Said,
  type SaidCall,
} from './model-server.ts'
import { rawServer } from './raw-server.ts'
import { ALICE, eventsOf, textOf } from './talk.ts'

const TOOLS = [
  { name: 'one', inputSchema: { type: 'object', properties: {} } },
  { name: 'two', inputSchema: { type: 'object', properties: { a: {} } } },
  {
    name: 'held',
    inputSchema: { type: 'object', properties: {} },
    annotations: { destructiveHint: true },
  },
]

interface Run {
  readonly events: readonly AgentEvent[]
  readonly error: unknown
  readonly provider: ModelServer
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[]
}

async function runWith(
  api: Api,
  script: Parameters<typeof modelServer>[1],
  input: Parameters<typeof runAgent>[0]['input'] = [{ role: 'user', text: 'Do it.' }],
  more: Partial<Parameters<typeof runAgent>[0]> = {},
): Promise<Run> {
  const provider = await modelServer(api, script)
  const server = rawServer(TOOLS, (name) => ({ content: [{ type: 'text', text: `did ${name}` }] }))
  const events: AgentEvent[] = []
  const error = await (async () => {
    const run = runAgent({
      caller: { principal: ALICE, fetch: () => server.fetch },
      servers: [{ name: 'raw', url: 'https://raw.test/mcp' }],
      model: provider.model,
      instructions: 'Help.',
      input,
      approvals: 'destructive',
      clientTools: [{ name: 'page', description: 'Looks.', parameters: { type: 'object' } }],
      ...more,
    })
    for await (const event of run) events.push(event)
  })().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return { events, error, provider, calls: server.calls }
}

const saying = (...calls: readonly SaidCall[]): readonly Said[] => [{ calls }, { text: 'Good.' }]

/** What the second request tells the model about its calls: each id with the result. */
function results({ provider }: Run): readonly (readonly [string, string])[] {
  const { messages, input } = provider.requests[1]?.body ?? {}
  return messages
    ? messages
        .filter(({ role }: { role: string }) => role === 'tool')
        .map(({ tool_call_id, content }: Record<string, unknown>) => [tool_call_id, content])
    : input
        .filter(({ type }: { type: string }) => type === 'function_call_output')
        .map(({ call_id, output }: Record<string, unknown>) => [call_id, textIn(output)])
}

function textIn(output: unknown): unknown {
  return Array.isArray(output) ? output.map(({ text }) => text).join('\n') : output
}

/** The ids of the calls that the second request repeats. */
function calledIds({ provider }: Run): readonly string[] {
  const { messages, input } = provider.requests[1]?.body ?? {}
  return messages
    ? // biome-ignore lint/suspicious/noExplicitAny: the wire's own shape.
      messages.flatMap(({ tool_calls = [] }: any) => tool_calls.map(({ id }: any) => id))
    : // biome-ignore lint/suspicious/noExplicitAny: the wire's own shape.
      input.flatMap((item: any) => (item.type === 'function_call' ? [item.call_id] : []))
}

describe.each(APIS)('over %s', (api) => {
  it.each<[string, unknown, unknown]>([
    ['an empty text', '', {}],
    ['spaces', '  ', {}],
    ['null', null, {}],
    ['the word null', 'null', {}],
    ['nothing', undefined, {}],
    ['an object', { a: { b: [1] } }, { a: { b: [1] } }],
    ['an empty object', {}, {}],
  ])('arguments that are %s make a call', async (_what, args, taken) => {
    const run = await runWith(api, saying({ id: 'c1', name: 'two', arguments: args }))
    expect(run.calls).toEqual([{ name: 'two', arguments: taken }])
    expect(textOf(run.events)).toBe('Good.')
  })

  it.each(['', null])(
    'arguments that are %j wait for the person, or for the page',
    async (args) => {
      const held = await runWith(api, saying({ id: 'c1', name: 'held', arguments: args }))
      expect(held.events.at(-1)).toMatchObject({
        type: 'approval_needed',
        calls: [{ name: 'held', arguments: '{}' }],
      })
      const page = await runWith(api, saying({ id: 'c1', name: 'page', arguments: args }))
      expect(page.events.at(-1)).toMatchObject({
        type: 'client_tool',
        name: 'page',
        arguments: '{}',
      })
    },
  )

  it('arguments in broken JSON are told to the model, and nothing is called', async () => {
    const run = await runWith(api, saying({ id: 'c1', name: 'two', arguments: '{"a":' }))
    expect(run.calls).toEqual([])
    expect(results(run)).toEqual([['c1', expect.stringMatching(/JSON/i)]])
    expect(textOf(run.events)).toBe('Good.')
  })

  it.each<[string, SaidCall[]]>([
    [
      'repeated',
      [
        { id: 'c', name: 'one', arguments: '{}' },
        { id: 'c', name: 'two', arguments: '{}' },
      ],
    ],
    [
      'repeated for equal calls',
      [
        { id: 'c', name: 'one', arguments: '{}' },
        { id: 'c', name: 'one', arguments: '{}' },
      ],
    ],
    [
      'missing',
      [
        { name: 'one', arguments: '{}' },
        { name: 'two', arguments: '{}' },
      ],
    ],
    [
      'null',
      [
        { id: null, name: 'one', arguments: '{}' },
        { id: null, name: 'two', arguments: '{}' },
      ],
    ],
    [
      'empty',
      [
        { id: '', name: 'one', arguments: '{}' },
        { id: '', name: 'two', arguments: '{}' },
      ],
    ],
  ])('call ids that are %s are made unique', async (_what, calls) => {
    const run = await runWith(api, saying(...calls))
    expect(run.calls.map(({ name }) => name)).toEqual(calls.map(({ name }) => name))
    const ids = calledIds(run)
    expect(new Set(ids).size).toBe(2)
    expect(results(run).map(([id]) => id)).toEqual(ids)
    expect(textOf(run.events)).toBe('Good.')
    const started = run.events.flatMap((event) =>
      event.type === 'tool_started' ? [event.callId] : [],
    )
    expect(started).toEqual(ids)
  })

  it('a call id that an earlier call of the conversation has is not used again', async () => {
    const calls = [{ id: 'c1', name: 'one', arguments: '{}' }]
    const run = await runWith(api, [{ calls }, { calls }, { text: 'Good.' }])
    expect(run.calls).toHaveLength(2)
    const { messages, input } = run.provider.requests[2]?.body ?? {}
    const ids = (messages ?? input).flatMap(
      // biome-ignore lint/suspicious/noExplicitAny: the wire's own shape.
      (item: any) =>
        item.tool_call_id ?? (item.type === 'function_call_output' ? item.call_id : []),
    )
    expect(new Set(ids).size).toBe(2)
    expect(textOf(run.events)).toBe('Good.')
  })

  it.each(['no such.tool', ''])('a call of a tool named %j is told to the model', async (name) => {
    const run = await runWith(api, saying({ id: 'c1', name, arguments: '{}' }))
    expect(results(run)[0]?.[1]).toContain('There is no such tool')
    expect(textOf(run.events)).toBe('Good.')
  })

  it.each<[string, Said]>([
    ['nothing', {}],
    ['an empty text', { text: '' }],
    ['spaces', { text: ' \n' }],
    ['reasoning alone', { reasoning: 'Hmm.' }],
  ])('an answer of %s is asked for once more', async (_what, said) => {
    const run = await runWith(api, [said, { text: 'Here.' }])
    expect(run.provider.requests).toHaveLength(2)
    expect(textOf(run.events)).toContain('Here.')
    expect(run.error).toBeUndefined()
  })

  it('a second empty answer is said', async () => {
    const run = await runWith(api, [{}])
    expect(run.provider.requests).toHaveLength(2)
    expect(run.error).toMatchObject({
      code: 'server_unavailable',
      refusal: { model: { kind: 'no_answer' } },
      message: expect.stringContaining('gave no answer'),
    })
  })

  it('an empty answer after a call does not make the call again', async () => {
    const calls = [{ id: 'c1', name: 'one', arguments: '{}' }]
    const run = await runWith(api, [{ calls }, {}, { text: 'Done.' }])
    expect(run.calls).toHaveLength(1)
    expect(textOf(run.events)).toBe('Done.')
  })

  const now = { 'x-should-retry': 'false' }
  it.each<[string, Failed, ModelFailure, RegExp]>([
    [
      'a key that is refused',
      { status: 401, error: { message: 'Incorrect API key: sk-canary', code: 'invalid_api_key' } },
      { kind: 'key_refused', status: 401, code: 'invalid_api_key' },
      /key/,
    ],
    [
      'an account that may not',
      { status: 403, error: { message: 'sk-canary', code: 'unsupported_country' } },
      { kind: 'key_refused', status: 403, code: 'unsupported_country' },
      /key/,
    ],
    [
      'a conversation that is too long',
      { status: 400, error: { message: 'sk-canary', code: 'context_length_exceeded' } },
      { kind: 'too_long', status: 400, code: 'context_length_exceeded' },
      /too long/,
    ],
    [
      'one that is too long, in words',
      { status: 400, error: { message: "This model's maximum context length is 8 tokens" } },
      { kind: 'too_long', status: 400 },
      /too long/,
    ],
    [
      'a rate limit with its time',
      {
        status: 429,
        error: { message: 'sk-canary', code: 'rate_limit_exceeded' },
        headers: { 'retry-after': '20', ...now },
      },
      { kind: 'rate_limited', status: 429, code: 'rate_limit_exceeded', retryAfterSeconds: 20 },
      /in 20 seconds/,
    ],
    [
      'a quota that is used up',
      { status: 429, error: { message: 'sk-canary', code: 'insufficient_quota' }, headers: now },
      { kind: 'quota_used', status: 429, code: 'insufficient_quota' },
      /used up/,
    ],
    [
      'a model that is not there',
      { status: 404, error: { message: 'The model sk-canary', code: 'model_not_found' } },
      { kind: 'model_unknown', status: 404, code: 'model_not_found' },
      /does not exist/,
    ],
    [
      'content that is refused',
      { status: 400, error: { message: 'sk-canary', code: 'content_filter' } },
      { kind: 'content_refused', status: 400, code: 'content_filter' },
      /refuses to answer/,
    ],
    [
      'a request that is refused',
      { status: 400, error: { message: 'sk-canary', type: 'invalid_request_error' } },
      { kind: 'request_refused', status: 400, code: 'invalid_request_error' },
      /administrator/,
    ],
    [
      'a failure of the provider',
      { status: 503, error: { message: 'sk-canary' }, headers: now },
      { kind: 'unavailable', status: 503 },
      /cannot be reached right now/,
    ],
    [
      'a code that may be a key',
      { status: 401, error: { message: 'no', code: 'sk-canary-1234' } },
      { kind: 'key_refused', status: 401 },
      /key/,
    ],
  ])('%s has a reason of its own', async (_what, failed, model, sentence) => {
    const { error } = await runWith(api, [failed])
    expect(error).toBeInstanceOf(AuthError)
    expect(error).toMatchObject({ code: 'server_unavailable', refusal: { model } })
    expect((error as AuthError).refusal.model).toEqual(model)
    expect((error as Error).message).toMatch(sentence)
    expect(`${(error as Error).stack} ${JSON.stringify(error)}`).not.toContain('canary')
  })

  it('a run of the app’s own has the same reasons', async () => {
    const provider = await modelServer(api, [{ status: 401 }])
    const agent = new Agent({ name: 'mine', model: provider.model })
    const runner = new Runner({ tracingDisabled: true })
    const error = await eventsOf(
      agentEvents(await runner.run(agent, 'Hello', { stream: true })),
    ).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ refusal: { model: { kind: 'key_refused', status: 401 } } })
  })
})

it.each<[string, SaidCall[]]>([
  [
    'all have the same index',
    [
      { index: 0, id: 'a', name: 'one', arguments: '{}' },
      { index: 0, id: 'b', name: 'two', arguments: '{"a":1}' },
    ],
  ],
  [
    'have no index',
    [
      { index: null, id: 'a', name: 'one', arguments: '{}' },
      { index: null, id: 'b', name: 'two', arguments: '{"a":1}' },
    ],
  ],
  [
    'have neither an index nor an id',
    [
      { index: null, name: 'one', arguments: '{}' },
      { index: null, name: 'two', arguments: '{"a":1}' },
    ],
  ],
])('calls that %s are told apart', async (_what, calls) => {
  const run = await runWith('chat', saying(...calls))
  expect(run.calls).toEqual([
    { name: 'one', arguments: {} },
    { name: 'two', arguments: { a: 1 } },
  ])
})

it('a name that every chunk repeats is one name', async () => {
  const repeated = { id: 'a', name: 'two' }
  const calls = [
    { ...repeated, index: 0, arguments: '{"a"' },
    { ...repeated, index: 0, arguments: ':1}' },
  ]
  const run = await runWith('chat', saying(...calls))
  expect(run.calls).toEqual([{ name: 'two', arguments: { a: 1 } }])
})

it.each<[string, object, ModelFailure]>([
  [
    'response.failed',
    { error: { code: 'rate_limit_exceeded', message: 'sk-canary' } },
    { kind: 'rate_limited', code: 'rate_limit_exceeded' },
  ],
  [
    'response.incomplete',
    { incomplete_details: { reason: 'max_output_tokens' } },
    { kind: 'cut_off' },
  ],
  [
    'response.incomplete',
    { incomplete_details: { reason: 'content_filter' } },
    { kind: 'content_refused' },
  ],
])('a stream that ends in %s says why: %j', async (type, response, model) => {
  const run = await runWith('responses', [{ ending: { type, response } }])
  expect((run.error as AuthError).refusal.model).toEqual(model)
  expect(JSON.stringify(run.error)).not.toContain('canary')
})

it('a stream that breaks off without its end is a failure, not an answer', async () => {
  const run = await runWith('responses', [
    { text: 'I will lo', ending: { type: 'response.in_progress' } },
  ])
  expect((run.error as AuthError).refusal.model).toEqual({
    kind: 'unavailable',
    code: 'stream_ended',
  })
})

describe('what the provider may keep', () => {
  it.each(APIS)('%s: it is told nothing, or what the app says, in each request', async (api) => {
    const stored = async (store?: boolean) => {
      const more = store === undefined ? {} : { store, title: true }
      const { provider } = await runWith(
        api,
        [...saying({ id: 'c1', name: 'one', arguments: '{}' })],
        undefined,
        more,
      )
      return provider.requests.map(({ body }) => body.store)
    }
    expect(await stored()).toEqual([undefined, undefined])
    expect(await stored(false)).toEqual([false, false, false])
    expect(await stored(true)).toEqual([true, true, true])
  })

  it('a model that reasons gets its reasoning back in encrypted form', async () => {
    const { provider } = await runWith('responses', [{ text: 'Good.' }], undefined, {
      store: 'encrypted-reasoning',
    })
    expect(provider.requests[0]?.body).toMatchObject({
      store: false,
      include: ['reasoning.encrypted_content'],
    })
  })

  it('another word is refused at once', () => {
    const store = 'no' as 'encrypted-reasoning'
    expect(() =>
      runAgent({
        caller: { principal: ALICE, fetch: () => fetch },
        servers: [],
        model: { getResponse: () => Promise.reject(), getStreamedResponse: async function* () {} },
        instructions: '',
        input: [{ role: 'user', text: 'Hi' }],
        store,
      }),
    ).toThrow("store must be true, false or 'encrypted-reasoning'")
  })
})
