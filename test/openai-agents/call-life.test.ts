// The life of one call: progress, the end of its time, a stop in the middle, and a server that has
// lost the session.

import { McpServer, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents/testing'
import { type AgentEvent, type RunAgentOptions, runAgent } from 'onbehalf/openai-agents'
import { expect, it } from 'vitest'
import { type Member, runWith } from './odd-house.ts'
import { rawServer } from './raw-server.ts'
import { ALICE, textOf } from './talk.ts'

/** Servers with sessions, of the real SDK, each started anew like a process that comes back. */
function restartable(
  call: (report: (progress: number) => Promise<void>, signal: AbortSignal) => Promise<string>,
) {
  const methods: string[] = []
  const messages: Record<string, unknown>[] = []
  let starts = 0
  let transport: WebStandardStreamableHTTPServerTransport | undefined
  async function restart(): Promise<void> {
    starts++
    const server = new McpServer({ name: 'slow', version: '1' })
    server.registerTool('work', {}, async (context) => {
      const token = context.mcpReq._meta?.progressToken
      const report = async (progress: number) => {
        if (token === undefined) return
        await context.mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken: token, progress, total: 10, message: `Step ${progress}` },
        })
      }
      return { content: [{ type: 'text', text: await call(report, context.mcpReq.signal) }] }
    })
    transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
    })
    await server.connect(transport)
  }
  const fetch: Member['fetch'] = async (input, init) => {
    init?.signal?.throwIfAborted()
    const request = new Request(input, init)
    const message = request.method === 'POST' ? JSON.parse(await request.clone().text()) : {}
    methods.push(message.method ?? request.method)
    messages.push(message)
    const answer = await (transport as WebStandardStreamableHTTPServerTransport).handleRequest(
      request,
    )
    // A real connection ends with its signal.
    init?.signal?.addEventListener('abort', () => void answer.body?.cancel().catch(() => {}))
    return answer
  }
  return { fetch, methods, messages, restart, starts: () => starts }
}

const script = (...ids: readonly string[]) =>
  new ScriptedModel([
    ...ids.map((id) => [functionCall('work', {}, { callId: id })]),
    [assistantMessage('Done.')],
  ])

it('a call sends a progress token; progress is an event, and extends the time of the call', async () => {
  const server = restartable(async (report) => {
    for (let step = 1; step <= 6; step++) {
      await new Promise((resolve) => setTimeout(resolve, 60))
      await report(step)
    }
    return 'ready'
  })
  await server.restart()
  const members = [{ name: 'slow', fetch: server.fetch }]
  const told = await runWith(members, { model: script('a'), timeouts: { server: 200 } })
  expect(told.done).toEqual(['work'])
  expect(told.events.find(({ type }) => type === 'tool_progress')).toEqual({
    type: 'tool_progress',
    name: 'work',
    server: 'slow',
    progress: 1,
    total: 10,
    message: 'Step 1',
  })
  const order = told.events.map(({ type }) => type)
  expect(order.indexOf('tool_progress')).toBeLessThan(order.indexOf('tool_done'))
})

it('progress does not extend the time of a call beyond its total', async () => {
  const server = restartable(async (report, signal) => {
    for (let step = 1; !signal.aborted && step < 100; step++) {
      await new Promise((resolve) => setTimeout(resolve, 30))
      await report(step)
    }
    return 'ready'
  })
  await server.restart()
  const members = [{ name: 'slow', fetch: server.fetch }]
  const timeouts = { server: 200, total: 400 }
  const told = await runWith(members, { model: script('a'), timeouts })
  expect(told.done).toEqual([])
  expect(JSON.stringify(told.requests[1])).toContain('not known whether it was done')
  expect(server.methods).toContain('notifications/cancelled')
})

it('a stop in the middle of a call cancels it at the server, and then ends the session', async () => {
  let started: () => void = () => undefined
  const isUnderWay = new Promise<void>((resolve) => {
    started = resolve
  })
  const server = restartable((_, signal) => {
    started()
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve('stopped')))
  })
  await server.restart()
  const stop = new AbortController()
  void isUnderWay.then(() => stop.abort())
  const told = await runWith([{ name: 'slow', fetch: server.fetch }], {
    model: script('a'),
    signal: stop.signal,
  })
  expect(told.error).toBe(undefined)
  const call = server.messages.find(({ method }) => method === 'tools/call')
  expect(server.messages.find(({ method }) => method === 'notifications/cancelled')).toMatchObject({
    params: { requestId: call?.id },
  })
  expect(server.methods.at(-1)).toBe('DELETE')
})

it('a server that was started anew gets one new session, for calls at once and for later ones', async () => {
  const server = restartable(async () => 'ready')
  await server.restart()
  const both = ['a', 'b'].map((id) => functionCall('work', {}, { callId: id }))
  const model = new ScriptedModel([
    both,
    [functionCall('work', {}, { callId: 'c' })],
    [assistantMessage('Done.')],
  ])
  let isFirst = true
  const fetch: Member['fetch'] = async (input, init) => {
    if (isFirst && String(init?.body).includes('tools/call')) {
      isFirst = false
      await server.restart()
    }
    return server.fetch(input, init)
  }
  const told = await runWith([{ name: 'slow', fetch }], { model })
  expect(told.done).toEqual(['work', 'work', 'work'])
  expect(server.methods.filter((method) => method === 'initialize')).toHaveLength(2)
  expect(JSON.stringify(told.requests)).not.toContain('not known')
})

it('a server that knows no session at all has done nothing, and that is what the model reads', async () => {
  const server = restartable(async () => 'ready')
  await server.restart()
  let calls = 0
  const fetch: Member['fetch'] = async (input, init) => {
    if (!String(init?.body).includes('tools/call')) return server.fetch(input, init)
    calls++
    await server.restart()
    return new Response('no such session', { status: 404 })
  }
  const told = await runWith([{ name: 'slow', fetch }], { model: script('a') })
  expect(calls).toBe(2)
  expect(told.done).toEqual([])
  expect(JSON.stringify(told.requests[1])).toContain(
    'This was not done: slow did not take the request.',
  )
})

it.each([
  [400, 'This was not done'],
  [413, 'This was not done'],
  [429, 'too many requests right now'],
  [500, 'not known whether it was done'],
  [504, 'not known whether it was done'],
])('after a %i to a call the model reads: %s', async (status, words) => {
  const server = restartable(async () => 'ready')
  await server.restart()
  const fetch: Member['fetch'] = async (input, init) =>
    String(init?.body).includes('tools/call')
      ? new Response('canary', { status })
      : server.fetch(input, init)
  const told = await runWith([{ name: 'slow', fetch }], { model: script('a') })
  expect(JSON.stringify(told.requests[1])).toContain(words)
  expect(JSON.stringify(told.requests)).not.toContain('canary')
})

it('a call whose connection was never made was not done', async () => {
  const server = restartable(async () => 'ready')
  await server.restart()
  const fetch: Member['fetch'] = async (input, init) => {
    if (!String(init?.body).includes('tools/call')) return server.fetch(input, init)
    throw new TypeError('fetch failed', {
      cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }),
    })
  }
  const told = await runWith([{ name: 'slow', fetch }], { model: script('a') })
  expect(JSON.stringify(told.requests[1])).toContain('nothing was sent')
})

it('an approved call is made after a restart although the names have changed, and not at another server', async () => {
  const calls: string[] = []
  const fetches = new Map([
    ['a', rawTool('a', calls)],
    ['b', rawTool('b', calls)],
  ])
  const run = (names: readonly string[], more: Partial<RunAgentOptions>) =>
    runAgent({
      caller: { principal: ALICE, fetch: (name) => fetches.get(name) ?? fetch },
      servers: names.map((name) => ({ name, url: `https://${name}.test/mcp` })),
      model: new ScriptedModel([[assistantMessage('Done.')]]),
      instructions: 'Help.',
      input: [{ role: 'user', text: 'Go' }],
      approvals: 'changes',
      ...more,
    })
  const events: AgentEvent[] = []
  const model = new ScriptedModel([[functionCall('b_search', {}, { callId: 'c' })]])
  for await (const event of run(['a', 'b'], { model })) events.push(event)
  const asked = events.find((event) => event.type === 'approval_needed')
  if (asked?.type !== 'approval_needed') throw new Error('nobody was asked')
  expect(asked.calls).toMatchObject([{ name: 'b_search', tool: 'search', server: 'b' }])
  const { state, calls: pending } = asked
  const resume = { state, calls: pending, approved: true }
  // The other server is away now, so the tool has a shorter name.
  const after: AgentEvent[] = []
  for await (const event of run(['b'], { resume })) after.push(event)
  expect(calls).toEqual(['b'])
  expect(textOf(after)).toBe('Done.')
  expect(after.find(({ type }) => type === 'tool_started')).toMatchObject({
    name: 'search',
    server: 'b',
  })
  // The server itself is away: the call is not made, and not at the other one.
  const elsewhere = (async () => {
    for await (const _ of run(['a'], { resume }));
  })()
  await expect(elsewhere).rejects.toMatchObject({ code: 'tool_refused' })
  fetches.set('b', async () => new Response('', { status: 503 }))
  const away = (async () => {
    for await (const _ of run(['a', 'b'], { resume }));
  })()
  await expect(away).rejects.toMatchObject({ code: 'server_not_ready' })
  expect(calls).toEqual(['b'])
})

function rawTool(server: string, calls: string[]): Member['fetch'] {
  const { fetch } = rawServer([{ name: 'search', inputSchema: { type: 'object' } }], () => {
    calls.push(server)
    return { content: [{ type: 'text', text: 'found' }] }
  })
  return fetch
}
