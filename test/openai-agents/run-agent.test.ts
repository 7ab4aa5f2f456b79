// One run for one principal: a real MCP server, the real framework, and a model with a script or
// the stand-in.

import { McpServer, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import type { Model } from '@openai/agents'
import {
  assistantMessage,
  functionCall,
  modelError,
  modelStream,
  ScriptedModel,
} from '@openai/agents/testing'
import { type AgentEvent, type RunAgentOptions, runAgent } from 'onbehalf/openai-agents'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { standInModel } from '../../examples/taskflow/stand-in/model.ts'
import { toError } from '../../src/core/sentences.ts'
import { ALICE, eventsOf, textOf } from './talk.ts'
import { taskServer } from './task-server.ts'

type Overrides = Partial<RunAgentOptions> & { readonly fetch?: typeof globalThis.fetch }

function options({ fetch = taskServer().asFetch, ...rest }: Overrides): RunAgentOptions {
  return {
    caller: { principal: ALICE, fetch: () => fetch },
    servers: [{ name: 'tasks', url: 'https://tasks.test/mcp' }],
    model: standInModel(),
    instructions: 'You help.',
    input: [{ role: 'user', text: 'Add a task to buy groceries' }],
    ...rest,
  }
}

const run = (overrides: Overrides) => runAgent(options(overrides))

async function failureOf(overrides: Overrides): Promise<unknown> {
  return eventsOf(run(overrides)).then(
    () => undefined,
    (error: unknown) => error,
  )
}

/**
 * A server of the revision 2025-11-25 with a session. Its fetch obeys signals, as a real one does.
 */
async function sessionServer(): Promise<{
  readonly methods: readonly string[]
  readonly fetch: typeof globalThis.fetch
}> {
  const methods: string[] = []
  const server = new McpServer({ name: 'old', version: '1' })
  server.registerTool(
    'add_task',
    { inputSchema: z.object({ title: z.string() }) },
    ({ title }) => ({
      content: [
        { type: 'text', text: JSON.stringify({ task: { id: 1, title, status: 'pending' } }) },
      ],
    }),
  )
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => 'session-1',
  })
  await server.connect(transport)
  return {
    methods,
    async fetch(input, init) {
      init?.signal?.throwIfAborted()
      const request = new Request(input, init)
      methods.push(
        request.method === 'POST'
          ? JSON.parse(await request.clone().text()).method
          : request.method,
      )
      return transport.handleRequest(request)
    },
  }
}

it('text arrives in deltas that add up to the whole, and a tool call as started and done with the name of its server', async () => {
  const events = await eventsOf(run({}))
  expect(events.map(({ type }) => type).filter((type) => type !== 'text_delta')).toEqual([
    'tool_started',
    'tool_done',
    'text_done',
  ])
  expect(events[0]).toEqual({
    type: 'tool_started',
    callId: expect.any(String),
    name: 'taskflow_add_task',
    server: 'tasks',
  })
  expect(events[1]).toEqual({
    type: 'tool_done',
    callId: (events[0] as { callId: string }).callId,
    name: 'taskflow_add_task',
    outcome: 'done',
  })
  const deltas = events.flatMap((event) => (event.type === 'text_delta' ? [event.delta] : []))
  expect(deltas.length).toBeGreaterThan(10)
  expect(deltas.join('')).toBe(textOf(events))
})

it('text that a provider does not stream still arrives as a delta', async () => {
  const model = new ScriptedModel([
    modelStream([
      {
        type: 'response_done',
        response: {
          id: 'r',
          usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0 },
          output: [assistantMessage('All at once.')],
        },
      },
    ]),
  ])
  expect(await eventsOf(run({ model }))).toEqual([
    { type: 'text_delta', delta: 'All at once.' },
    { type: 'text_done', text: 'All at once.' },
  ])
})

it.each(['stateless', 'reject'] as const)(
  'a server is spoken to in the revision that it knows (legacy: %s)',
  async (legacy) => {
    const server = taskServer({ legacy })
    expect(textOf(await eventsOf(run({ fetch: server.asFetch })))).toContain(
      'Added task 1: Buy groceries.',
    )
    expect(server.received.map(({ method }) => method)).toEqual([
      'server/discover',
      'tools/list',
      'tools/call',
    ])
  },
)

it('a server that knows only the revision with sessions is used with a session, which the same fetch closes', async () => {
  const server = await sessionServer()
  expect(textOf(await eventsOf(run({ fetch: server.fetch })))).toContain(
    'Added task 1: Buy groceries.',
  )
  expect(server.methods.filter((method) => method !== 'GET')).toEqual([
    'server/discover',
    'initialize',
    'notifications/initialized',
    'tools/list',
    'tools/call',
    'DELETE',
  ])
})

it('the session is closed too when the consumer stops in the middle', async () => {
  const server = await sessionServer()
  for await (const event of run({ fetch: server.fetch })) if (event.type === 'tool_started') break
  expect(server.methods.at(-1)).toBe('DELETE')
})

it('the session is closed too when the person stops the run', async () => {
  const server = await sessionServer()
  const abort = new AbortController()
  for await (const event of run({ fetch: server.fetch, signal: abort.signal }))
    if (event.type === 'tool_started') abort.abort()
  expect(server.methods.at(-1)).toBe('DELETE')
})

it('the tools are listed once in a run, however many steps it has', async () => {
  const server = taskServer()
  const model = new ScriptedModel([
    [functionCall('taskflow_list_tasks', {}, { callId: 'a' })],
    [functionCall('taskflow_list_tasks', {}, { callId: 'b' })],
    [assistantMessage('Done.')],
  ])
  await eventsOf(run({ fetch: server.asFetch, model }))
  expect(server.received.filter(({ method }) => method === 'tools/list')).toHaveLength(1)
})

it('the end of the sign-in while connecting is thrown', async () => {
  const refusal = toError({ reason: 'exchange_grant_refused', server: 'tasks' })
  const error = await failureOf({ fetch: async () => Promise.reject(refusal) })
  expect(error).toEqual(refusal)
})

it('a model that never answers is given up after its deadline', async () => {
  const model: Model = {
    getResponse: () => new Promise(() => undefined),
    async *getStreamedResponse(request) {
      await new Promise((_resolve, reject) =>
        request.signal?.addEventListener('abort', () => reject(request.signal?.reason)),
      )
      yield { type: 'response_started' }
    },
  }
  expect(await failureOf({ model, timeouts: { model: 20 } })).toMatchObject({
    code: 'server_unavailable',
    refusal: { server: 'The language model' },
  })
})

it('a model that fails is unavailable, and the error holds no foreign text', async () => {
  const model = new ScriptedModel([
    modelError(new Error('401 Incorrect API key provided: sk-canary-foreign')),
  ])
  const error = await failureOf({ model })
  expect(error).toMatchObject({
    code: 'server_unavailable',
    message: expect.stringContaining('The language model'),
  })
  expect(`${(error as Error).stack} ${(error as Error).cause}`).not.toContain('canary-foreign')
})

it('a run that is aborted while connecting, while a tool works, or before it begins, ends quietly', async () => {
  const abort = new AbortController()
  const untouched = taskServer()
  expect(await eventsOf(run({ fetch: untouched.asFetch, signal: AbortSignal.abort() }))).toEqual([])
  expect(untouched.received).toEqual([])
  const connecting: typeof globalThis.fetch = (_, init) => {
    queueMicrotask(() => abort.abort())
    return new Promise((_resolve, reject) =>
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
    )
  }
  expect(await eventsOf(run({ fetch: connecting, signal: abort.signal }))).toEqual([])

  const server = taskServer()
  const second = new AbortController()
  const events: AgentEvent[] = []
  const calling: typeof globalThis.fetch = async (input, init) => {
    if (!String(init?.body).includes('tools/call')) return server.asFetch(input, init)
    queueMicrotask(() => second.abort())
    return new Promise((_resolve, reject) =>
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
    )
  }
  for await (const event of run({ fetch: calling, signal: second.signal })) events.push(event)
  expect(events.map(({ type }) => type).filter((type) => type !== 'tool_done')).toEqual([
    'tool_started',
  ])
})

it('a run that is aborted in the middle of its text says nothing more', async () => {
  const abort = new AbortController()
  const words: string[] = []
  for await (const event of run({
    input: [{ role: 'user', text: 'help' }],
    signal: abort.signal,
  })) {
    if (event.type === 'text_delta') words.push(event.delta)
    if (words.length === 3) abort.abort()
    if (event.type === 'text_done') throw new Error('it went on')
  }
  expect(words.length).toBeLessThan(20)
})

it('a refusal in the middle of the run becomes its own fixed sentence for the model', async () => {
  const server = taskServer()
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (String(init?.body).includes('tools/call'))
      throw toError({ reason: 'exchange_scope_refused', server: 'tasks' })
    return server.asFetch(input, init)
  }
  const events = await eventsOf(run({ fetch }))
  expect(events.find(({ type }) => type === 'tool_done')).toMatchObject({ outcome: 'failed' })
  expect(textOf(events)).toContain(
    'This was not done: tasks needs a permission that the person has not granted.',
  )
})

it.each([
  'token_expired',
  'token_inactive',
  'handle_refused',
  'exchange_grant_refused',
  'credential_missing',
] as const)(
  'a sign-in that ends in the middle of the run (%s) ends the run: the model is not asked what it has to say to that',
  async (reason) => {
    const server = taskServer()
    const calls = (run: RunAgentOptions['caller']['fetch']) => ({ principal: ALICE, fetch: run })
    const script = () =>
      new ScriptedModel([
        [assistantMessage('One moment.'), functionCall('taskflow_list_tasks', {}, { callId: 'a' })],
      ])
    const isCall = (init: RequestInit | undefined) => String(init?.body).includes('tools/call')
    // The fetch throws it, or answers the call with a sentence and reports it.
    const throwing = calls(() => async (input, init) => {
      if (isCall(init)) throw toError({ reason })
      return server.asFetch(input, init)
    })
    const answering = calls((_, options) => async (input, init) => {
      if (isCall(init)) options?.onRefused?.({ reason })
      return server.asFetch(input, init)
    })
    for (const caller of [throwing, answering]) {
      const model = script()
      const events: AgentEvent[] = []
      const reading = async () => {
        for await (const event of run({ caller, model })) events.push(event)
      }
      await expect(reading()).rejects.toMatchObject({ name: 'AuthError', code: reason })
      expect(textOf(events)).toBe('One moment.')
      expect(model.calls).toHaveLength(1)
    }
  },
)

it('a sign-in that ends does not wait for a call that hangs beside it', async () => {
  const server = taskServer()
  const fetch: typeof globalThis.fetch = (input, init) => {
    const body = String(init?.body)
    if (body.includes('taskflow_list_projects')) {
      return new Promise((_resolve, reject) =>
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
      )
    }
    if (body.includes('tools/call')) throw toError({ reason: 'token_expired' })
    return server.asFetch(input, init)
  }
  const both = ['taskflow_list_projects', 'taskflow_list_tasks'].map((name) =>
    functionCall(name, {}, { callId: name }),
  )
  expect(await failureOf({ fetch, model: new ScriptedModel([both]) })).toMatchObject({
    code: 'token_expired',
  })
})

it('an account that is not connected has one event in a run', async () => {
  const server = taskServer()
  const script = [
    [functionCall('taskflow_list_tasks', {}, { callId: 'a' })],
    [functionCall('taskflow_list_tasks', {}, { callId: 'b' })],
    [assistantMessage('Connect it.')],
  ]
  const needed = { reason: 'connection_needed', server: 'tasks' } as const
  const caller: RunAgentOptions['caller'] = {
    principal: ALICE,
    fetch: (_, options) => async (input, init) => {
      if (String(init?.body).includes('tools/call')) options?.onRefused?.(needed)
      return server.asFetch(input, init)
    },
  }
  const events = await eventsOf(run({ caller, model: new ScriptedModel(script) }))
  expect(events.filter(({ type }) => type === 'connection_needed')).toEqual([
    { type: 'connection_needed', server: 'tasks' },
  ])
  expect(textOf(events)).toBe('Connect it.')
})

it('a foreign failure of a tool becomes a fixed sentence for the model', async () => {
  const server = taskServer()
  const requests: unknown[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (String(init?.body).includes('tools/call'))
      throw new Error('Authorization: Bearer canary-foreign')
    return server.asFetch(input, init)
  }
  const events = await eventsOf(run({ fetch, onModelRequest: (request) => requests.push(request) }))
  expect(events.find(({ type }) => type === 'tool_done')).toMatchObject({ outcome: 'failed' })
  expect(textOf(events)).toContain('The tool call failed, and it is not known whether it was done.')
  expect(JSON.stringify([requests, events])).not.toContain('canary-foreign')
})

it('a tool that reports an error has failed, and its sentence reaches the person', async () => {
  const events = await eventsOf(run({ input: [{ role: 'user', text: 'Start task 99' }] }))
  expect(events.find(({ type }) => type === 'tool_done')).toMatchObject({
    outcome: 'failed',
    name: 'taskflow_start_task',
  })
  expect(textOf(events)).toContain('There is no task 99.')
})

it('a tool that the model invented, and arguments that are no JSON, fail without ending the run', async () => {
  const model = new ScriptedModel([
    [functionCall('no_such_tool', {}, { callId: 'a' })],
    [functionCall('taskflow_start_task', '{"task_id": ', { callId: 'b' })],
    [assistantMessage('I see.')],
  ])
  const events = await eventsOf(run({ model }))
  expect(events.filter(({ type }) => type === 'tool_done')).toEqual([
    { type: 'tool_done', callId: 'a', name: 'no_such_tool', outcome: 'failed' },
    { type: 'tool_done', callId: 'b', name: 'taskflow_start_task', outcome: 'failed' },
  ])
  expect(textOf(events)).toBe('I see.')
})

it('a model that never comes to an end is stopped after maxTurns, and the person is told', async () => {
  const steps = Array.from({ length: 9 }, (_, index) => [
    functionCall('taskflow_list_tasks', {}, { callId: `c${index}` }),
  ])
  const model = new ScriptedModel(steps)
  const events = await eventsOf(run({ model, maxTurns: 3 }))
  expect(model.calls).toHaveLength(3)
  expect(textOf(events)).toBe('I stopped after 3 steps without coming to an end.')
})

it('tools of two servers go to the server that offers them, each with its own fetch', async () => {
  const work = taskServer({ prefix: 'work_' })
  const home = taskServer({ prefix: 'home_', tasks: [{ title: 'Water plants' }] })
  const model = new ScriptedModel([
    [
      functionCall('work_add_task', { title: 'Report' }, { callId: 'a' }),
      functionCall('home_complete_task', { task_id: 1 }, { callId: 'b' }),
    ],
    [assistantMessage('Both.')],
  ])
  const events = await eventsOf(
    run({
      caller: { principal: ALICE, fetch: (name) => (name === 'work' ? work : home).asFetch },
      servers: [
        { name: 'work', url: 'https://work.test/mcp' },
        { name: 'home', url: 'https://home.test/mcp' },
      ],
      model,
    }),
  )
  expect(events.flatMap((event) => (event.type === 'tool_started' ? [event.server] : []))).toEqual([
    'work',
    'home',
  ])
  expect(work.tasks).toMatchObject([{ title: 'Report' }])
  expect(home.tasks).toMatchObject([{ title: 'Water plants', status: 'completed' }])
})

it.each([
  [
    'two servers of one name',
    {
      servers: [
        { name: 'a', url: 'https://a.test' },
        { name: 'a', url: 'https://b.test' },
      ],
    },
  ],
  ['a relative URL', { servers: [{ name: 'a', url: '/mcp' }] }],
  ['an empty conversation', { input: [] }],
  [
    'a conversation that the assistant ends',
    { input: [{ role: 'assistant', text: 'Hello' } as const] },
  ],
  ['no turns at all', { maxTurns: 0 }],
  [
    'instructions that hold a JWT',
    { instructions: 'Use eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl always.' },
  ],
])('%s is a TypeError before anything is sent', (_, overrides) => {
  expect(() => run(overrides)).toThrow(TypeError)
})

it('40 runs at once, of two principals on one stateless server, all finish and none sees or uses anything of the other', async () => {
  const stores = { alice: taskServer(), bob: taskServer() }
  const shared: (who: 'alice' | 'bob') => typeof globalThis.fetch =
    (who) => async (input, init) => {
      // One URL, one server; it tells people apart by their credential alone.
      const request = new Request(input, init)
      request.headers.set('authorization', `Bearer canary-${who}`)
      await Promise.resolve()
      const owner = request.headers.get('authorization') === 'Bearer canary-alice' ? 'alice' : 'bob'
      return stores[owner].fetch(request)
    }
  const requests: unknown[] = []
  const model = standInModel()
  const people = Array.from(
    { length: 40 },
    (_, index) => (index % 2 === 0 ? 'alice' : 'bob') as 'alice' | 'bob',
  )
  const answers = await Promise.all(
    people.map(async (who, index) => {
      const caller = {
        principal: { issuer: 'https://issuer.test', subject: who },
        fetch: () => shared(who),
      }
      const input = [{ role: 'user', text: `Add a task to do ${who} thing ${index}` } as const]
      const added = await eventsOf(
        run({ caller, model, input, onModelRequest: (request) => requests.push(request) }),
      )
      const list = await eventsOf(
        run({ caller, model, input: [{ role: 'user', text: "What's pending?" }] }),
      )
      return { who, text: textOf([...added, ...list]) }
    }),
  )
  for (const { who, text } of answers) {
    expect(text).toContain(`${who} thing`)
    expect(text).not.toContain(`${who === 'alice' ? 'bob' : 'alice'} thing`)
  }
  expect(stores.alice.tasks).toHaveLength(20)
  expect(stores.bob.tasks).toHaveLength(20)
  expect(stores.alice.tasks.every(({ title }) => title.startsWith('Do alice thing'))).toBe(true)
  expect(stores.bob.tasks.every(({ title }) => title.startsWith('Do bob thing'))).toBe(true)
  expect(
    stores.alice.received.every(({ authorization }) => authorization === 'Bearer canary-alice'),
  ).toBe(true)
  expect(JSON.stringify(requests)).not.toMatch(/canary/)
})

it('one principal is never shown a tool that only another may list', async () => {
  const few = taskServer({ only: ['list_tasks'] })
  const all = taskServer()
  const seen: string[][] = []
  for (const server of [all, few]) {
    await eventsOf(
      run({
        fetch: server.asFetch,
        input: [{ role: 'user', text: 'help' }],
        onModelRequest: ({ tools }) =>
          seen.push(tools.map((tool) => (tool as { name: string }).name)),
      }),
    )
  }
  expect(seen[0]).toHaveLength(10)
  expect(seen[1]).toEqual(['taskflow_list_tasks'])
})

it('nothing of the run is written to the console, not even when everything fails', async () => {
  const written: unknown[] = []
  const original = { error: console.error, warn: console.warn, log: console.log }
  Object.assign(console, {
    error: (...all: unknown[]) => written.push(all),
    warn: (...all: unknown[]) => written.push(all),
    log: (...all: unknown[]) => written.push(all),
  })
  try {
    await failureOf({ fetch: async () => Promise.reject(new Error('canary-foreign')) })
    await failureOf({ model: new ScriptedModel([modelError(new Error('canary-foreign'))]) })
  } finally {
    Object.assign(console, original)
  }
  expect(written).toEqual([])
})
