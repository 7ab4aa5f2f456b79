// Calls that wait, whatever makes them: the run of any framework gets a caller whose `fetch` holds.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ApprovalPolicy, BeforeCall, OutgoingCall } from '../../src/agent/approval.ts'
import type { AgentEvent, PendingCall } from '../../src/agent/events.ts'
import { unheldCaller } from '../../src/agent/hold/held-caller.ts'
import { heldRun } from '../../src/agent/hold/held-run.ts'
import type { AgentTurn } from '../../src/agent/turn.ts'
import { nested } from '../frameworks/servers.ts'
import { type TaskServer, taskServer } from '../openai-agents/task-server.ts'

const URL_OF_TASKS = 'https://tasks.example/mcp'
const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2025-06-18',
}

interface TestCaller {
  readonly who: string
  fetch(server: string, options?: object): typeof globalThis.fetch
}

const callerOf = (tasks: Pick<TaskServer, 'asFetch'>): TestCaller => ({
  who: 'alice',
  fetch: () => tasks.asFetch,
})

const callOf = (name: string, args: unknown, id: number | 'none' = 1) => ({
  jsonrpc: '2.0',
  ...(id === 'none' ? {} : { id }),
  method: 'tools/call',
  params: { name, arguments: args },
})
const deleting = (id: number) => callOf('taskflow_delete_task', { task_id: id })

const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: HEADERS,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

type Work = (fetch: typeof globalThis.fetch, input: readonly AgentTurn[]) => Promise<unknown>

interface Ran {
  readonly events: readonly AgentEvent[]
  /** What the run's requests were answered. */
  readonly heard: unknown[]
  readonly asked: Extract<AgentEvent, { type: 'approval_needed' }> | undefined
}

/** Runs something that sends requests, as a framework does. */
async function ran(
  caller: TestCaller,
  work: Work,
  more: { approvals?: ApprovalPolicy; resume?: object; beforeCall?: BeforeCall } = {},
): Promise<Ran> {
  const heard: unknown[] = []
  const events: AgentEvent[] = []
  const request = {
    input: [{ role: 'user', text: 'Do it' }] as readonly AgentTurn[],
    signal: new AbortController().signal,
    approvals: more.approvals ?? ('destructive' as const),
    ...(more.beforeCall ? { beforeCall: more.beforeCall } : {}),
    ...(more.resume ? { resume: more.resume as never } : {}),
  }
  const run = async function* (
    given: typeof request,
    held: TestCaller,
  ): AsyncGenerator<AgentEvent> {
    heard.push(await work(held.fetch('Tasks'), given.input))
    yield { type: 'text_delta', delta: 'over' }
  }
  for await (const event of heldRun(request, caller, run)) events.push(event)
  const asked = events.find((event) => event.type === 'approval_needed')
  return { events, heard, asked }
}

const answered = async (response: Response) => {
  const text = await response.text()
  return text.includes('data: ') ? text.slice(text.indexOf('{')) : text
}

const names = ({ received }: TaskServer) => received.flatMap(({ tool }) => tool ?? [])

describe('a call that waits', () => {
  it.each<[string, (fetch: typeof globalThis.fetch) => Promise<Response>]>([
    ['as a text', (fetch) => fetch(URL_OF_TASKS, post(deleting(1)))],
    [
      'as bytes',
      (fetch) =>
        fetch(URL_OF_TASKS, {
          ...post(''),
          body: new TextEncoder().encode(JSON.stringify(deleting(1))),
        }),
    ],
    ['as a Request', (fetch) => fetch(new Request(URL_OF_TASKS, post(deleting(1))))],
    ['to a URL', (fetch) => fetch(new URL(URL_OF_TASKS), post(deleting(1)))],
    [
      'with a member given twice',
      (fetch) =>
        fetch(
          URL_OF_TASKS,
          post(
            '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"taskflow_delete_task","arguments":{"task_id":2,"task_id":1}}}',
          ),
        ),
    ],
  ])('that is sent %s does not leave, and is asked about', async (_, send) => {
    const tasks = taskServer({ tasks: [{ title: 'One' }] })
    const { asked, heard } = await ran(callerOf(tasks), async (fetch) =>
      answered(await send(fetch)),
    )
    expect(names(tasks)).toEqual([])
    expect(heard[0]).toContain('not done yet')
    expect(asked?.calls).toMatchObject([
      {
        name: 'taskflow_delete_task',
        server: 'Tasks',
        title: 'Delete a task',
        arguments: '{"task_id":1}',
      },
    ])
  })

  it.each<[string, unknown]>([
    ['in a batch', [deleting(1), callOf('taskflow_list_tasks', {}, 2)]],
    ['behind something else', `${JSON.stringify(deleting(1))} ${JSON.stringify(deleting(1))}`],
    ['in no message', '"tools/call"'],
  ])('that comes %s is refused, because it cannot be judged', async (_, body) => {
    const tasks = taskServer()
    const work: Work = (fetch) => fetch(URL_OF_TASKS, post(body)).catch((error) => error.code)
    expect(await ran(callerOf(tasks), work)).toMatchObject({ heard: ['arguments_refused'] })
    expect(tasks.received).toEqual([])
  })

  it('that wants no answer is not sent, because a server may act on it', async () => {
    const tasks = taskServer()
    const call = callOf('taskflow_delete_task', { task_id: 1 }, 'none')
    const work: Work = async (fetch) => (await fetch(URL_OF_TASKS, post(call))).status
    expect((await ran(callerOf(tasks), work)).heard).toEqual([202])
    expect(tasks.received).toEqual([])
  })

  it.each([
    ['has no name', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: {} }],
    ['has a list for arguments', callOf('taskflow_list_tasks', [1])],
  ])('that %s is not made', async (_, call) => {
    const tasks = taskServer()
    const work: Work = async (fetch) => answered(await fetch(URL_OF_TASKS, post(call)))
    expect((await ran(callerOf(tasks), work)).heard[0]).toContain('This was not done')
    expect(names(tasks)).toEqual([])
  })

  it.each([
    ['a token', { to: `Bearer ${'x'.repeat(40)}` }],
    ['a reference', { to: 'onbehalf_ref_abc' }],
    ['more than a person reads', { to: 'x'.repeat(20_001) }],
  ])('with %s is refused without a question', async (_, args) => {
    const tasks = taskServer()
    const call = callOf('taskflow_delete_task', args)
    const work: Work = async (fetch) => answered(await fetch(URL_OF_TASKS, post(call)))
    const { heard, asked } = await ran(callerOf(tasks), work)
    expect(heard[0]).toContain('nobody can be asked')
    expect(asked).toBeUndefined()
    expect(names(tasks)).toEqual([])
  })

  it('holds all that comes with it: other calls that wait are asked about, and nothing else is made', async () => {
    const tasks = taskServer({ tasks: [{ title: 'One' }, { title: 'Two' }] })
    const { asked, heard } = await ran(callerOf(tasks), async (fetch) => {
      const send = async (call: unknown) => answered(await fetch(URL_OF_TASKS, post(call)))
      const first = await Promise.all([send(deleting(1)), send(deleting(2))])
      return [...first, await send(callOf('taskflow_list_tasks', {}))]
    })
    expect(asked?.calls.map(({ arguments: args }) => args)).toEqual([
      '{"task_id":1}',
      '{"task_id":2}',
    ])
    expect(heard[0]).toMatchObject([{}, {}, expect.stringContaining('another call first')])
    expect(names(tasks)).toEqual([])
  })
})

it('a call that was made is shown as made, also when its name ends like that of one that waits', async () => {
  const tasks = taskServer({ tasks: [{ title: 'One' }] })
  const made = { callId: 'a', name: 'x_taskflow_delete_task', arguments: '{}' }
  const waits = { callId: 'b', name: 'mcp_taskflow_delete_task', arguments: '{"task_id":1}' }
  const request = { input: [], signal: new AbortController().signal, approvals: 'destructive' }
  async function* run(_: unknown, held: TestCaller): AsyncGenerator<AgentEvent> {
    for (const { callId, name } of [made, waits]) yield { type: 'tool_started', callId, name }
    const text = await answered(await held.fetch('Tasks')(URL_OF_TASKS, post(deleting(1))))
    yield { type: 'tool_result', ...made, text: 'It is gone.' }
    yield { type: 'tool_done', callId: 'a', name: made.name, outcome: 'done' }
    yield { type: 'tool_result', ...waits, text }
    yield { type: 'tool_done', callId: 'b', name: waits.name, outcome: 'failed' }
  }
  const events: AgentEvent[] = []
  for await (const event of heldRun(request as never, callerOf(tasks), run as never))
    events.push(event)
  expect(events.filter(({ type }) => /^tool_(?:result|done)$/.test(type))).toMatchObject([
    { type: 'tool_result', callId: 'a' },
    { type: 'tool_done', callId: 'a', outcome: 'done' },
    { type: 'tool_done', callId: 'b', outcome: 'waits' },
  ])
})

describe('the policy', () => {
  const facts = async (approvals: ApprovalPolicy, name: string) => {
    const tasks = taskServer({ tasks: [{ title: 'One' }] })
    const call = callOf(name, { task_id: 1 })
    const { asked } = await ran(
      callerOf(tasks),
      async (fetch) => answered(await fetch(URL_OF_TASKS, post(call))),
      { approvals },
    )
    return { waits: asked !== undefined, made: names(tasks) }
  }

  it.each<[ApprovalPolicy, string, boolean]>([
    ['destructive', 'taskflow_start_task', false],
    ['destructive', 'taskflow_delete_task', true],
    ['changes', 'taskflow_start_task', true],
    ['changes', 'taskflow_list_projects', false],
    ['never', 'taskflow_delete_task', false],
    [
      ({ name, server }) => name === 'taskflow_start_task' && server === 'Tasks',
      'taskflow_start_task',
      true,
    ],
  ])('%s: whether %s waits is %s', async (policy, name, waits) => {
    expect(await facts(policy, name)).toEqual({ waits, made: waits ? [] : [name] })
  })

  it('assumes the worst of a tool that the server does not list', async () => {
    expect(await facts('destructive', 'unlisted')).toEqual({ waits: true, made: [] })
  })

  it('knows a tool also when the framework never asked for the list', async () => {
    const tasks = taskServer()
    const work: Work = async (fetch) => {
      for (let i = 0; i < 3; i++)
        await fetch(URL_OF_TASKS, post(callOf('taskflow_list_projects', {}, i)))
    }
    await ran(callerOf(tasks), work)
    expect(tasks.received.filter(({ method }) => method === 'tools/list')).toHaveLength(1)
  })
})

describe('the hook before calls', () => {
  it('sees what leaves, an approved call too, and can answer in its place', async () => {
    const tasks = taskServer({ tasks: [{ title: 'One' }] })
    const seen: string[] = []
    const beforeCall = ({ server, name, arguments: args }: OutgoingCall) => {
      seen.push(`${server} ${name} ${args}`)
      return name === 'taskflow_start_task' ? undefined : 'Not today.'
    }
    const first = await ran(
      callerOf(tasks),
      async (fetch) => {
        const send = async (call: unknown) => answered(await fetch(URL_OF_TASKS, post(call)))
        await send(callOf('taskflow_start_task', { task_id: 1 }))
        return [await send(callOf('taskflow_list_projects', {})), await send(deleting(1))]
      },
      { beforeCall },
    )
    expect(first.heard[0]).toMatchObject([
      expect.stringContaining('Not today.'),
      expect.stringContaining('not done yet'),
    ])
    const more = { beforeCall, ...decision(first, true) }
    const second = await ran(callerOf(tasks), async () => {}, more)
    expect(second.events).toContainEqual(expect.objectContaining({ outcome: 'failed' }))
    expect(names(tasks)).toEqual(['taskflow_start_task'])
    expect(seen).toEqual([
      'Tasks taskflow_start_task {"task_id":1}',
      'Tasks taskflow_list_projects {}',
      'Tasks taskflow_delete_task {"task_id":1}',
    ])
  })

  it('is asked also where nothing waits', async () => {
    const tasks = taskServer({ tasks: [{ title: 'One' }] })
    const more = { approvals: 'never', beforeCall: () => 'No.' } as const
    const work: Work = async (fetch) => answered(await fetch(URL_OF_TASKS, post(deleting(1))))
    expect((await ran(callerOf(tasks), work, more)).heard[0]).toContain('No.')
    expect(names(tasks)).toEqual([])
  })
})

/** What the person decides about what was asked. */
const decision = ({ asked }: Ran, approved: boolean, change: Partial<PendingCall> = {}) => ({
  resume: {
    state: asked?.state,
    calls: asked?.calls.map((call) => ({ ...call, ...change })),
    approved,
  },
})

describe('after the decision', () => {
  const holding = async (tasks: Pick<TaskServer, 'asFetch'>) =>
    ran(callerOf(tasks), async (fetch) => answered(await fetch(URL_OF_TASKS, post(deleting(1)))))

  it('an approved call is made first, with what was stored, and the agent reads the result', async () => {
    const tasks = taskServer({ tasks: [{ title: 'One' }] })
    const first = await holding(tasks)
    let read: readonly AgentTurn[] = []
    const work: Work = async (_, input) => {
      read = input
    }
    // What else the client says about the calls is not looked at.
    const change = { arguments: '{"task_id":2}', name: 'taskflow_add_task' }
    const second = await ran(callerOf(tasks), work, decision(first, true, change))
    expect(names(tasks)).toEqual(['taskflow_delete_task'])
    expect(tasks.tasks).toEqual([])
    expect(read).toMatchObject([
      { role: 'user' },
      { role: 'tool', name: 'taskflow_delete_task', output: expect.stringContaining('One') },
    ])
    expect(second.events.map(({ type }) => type)).toEqual([
      'call_kept',
      'tool_started',
      'call_kept',
      'tool_result',
      'tool_done',
      'text_delta',
    ])
  })

  it('a declined call is not made, and the agent reads that', async () => {
    const tasks = taskServer({ tasks: [{ title: 'One' }] })
    const first = await holding(tasks)
    const work: Work = async (_, input) => input.at(-1)
    const second = await ran(callerOf(tasks), work, decision(first, false))
    expect(names(tasks)).toEqual([])
    expect(second.heard).toMatchObject([{ output: expect.stringContaining('declined') }])
  })

  it('the next call waits again', async () => {
    const tasks = taskServer({ tasks: [{ title: 'One' }, { title: 'Two' }] })
    const first = await holding(tasks)
    const work: Work = async (fetch) => answered(await fetch(URL_OF_TASKS, post(deleting(2))))
    const second = await ran(callerOf(tasks), work, decision(first, true))
    expect(names(tasks)).toEqual(['taskflow_delete_task'])
    expect(second.asked?.calls).toMatchObject([{ arguments: '{"task_id":2}' }])
    const third = await ran(callerOf(tasks), async (_, input) => input, decision(second, true))
    expect(names(tasks)).toEqual(['taskflow_delete_task', 'taskflow_delete_task'])
    expect(tasks.tasks).toEqual([])
    expect(third.heard[0]).toHaveLength(3)
  })

  it('a call is made on a server that speaks only the newest revision', async () => {
    const tasks = taskServer({ tasks: [{ title: 'One' }], legacy: 'reject' })
    const first = await ran(callerOf(tasks), async (fetch) => {
      const client = new Client(
        { name: 'app', version: '1' },
        { versionNegotiation: { mode: 'auto' } },
      )
      await client.connect(new StreamableHTTPClientTransport(new URL(URL_OF_TASKS), { fetch }))
      return client.callTool({ name: 'taskflow_delete_task', arguments: { task_id: 1 } })
    })
    expect(first.heard).toMatchObject([{ isError: true }])
    await ran(callerOf(tasks), async () => undefined, decision(first, true))
    expect(tasks.tasks).toEqual([])
  })

  it('a call is made in a session of its own, which ends, on a server with sessions', async () => {
    const running = await nested()
    try {
      const methods: string[] = []
      const asFetch: typeof fetch = (input, init) => {
        methods.push(/"method":"([^"]+)"/.exec(String(init?.body))?.[1] ?? init?.method ?? 'GET')
        return fetch(input, init)
      }
      const first = await ran(
        callerOf({ asFetch }),
        async (held) => {
          const client = new Client({ name: 'app', version: '1' })
          await client.connect(
            new StreamableHTTPClientTransport(new URL(running.url), { fetch: held }),
          )
          await client.callTool({ name: 'add_task', arguments: { params: {} } }).catch(() => {})
          await client.close()
        },
        { approvals: 'changes' },
      )
      methods.length = 0
      const second = await ran(callerOf({ asFetch }), async () => {}, decision(first, true))
      expect(methods).toEqual(['initialize', 'notifications/initialized', 'tools/call', 'DELETE'])
      expect(second.events).toContainEqual(expect.objectContaining({ outcome: 'done' }))
    } finally {
      await running.stop()
    }
  })

  it('a server that opens no session now has not made the call', async () => {
    const tasks = taskServer({ tasks: [{ title: 'One' }] })
    const first = await holding(tasks)
    const down = { asFetch: async () => new Response(null, { status: 503 }) }
    await expect(ran(callerOf(down), async () => {}, decision(first, true))).rejects.toMatchObject({
      refusal: { reason: 'server_not_ready', server: 'Tasks' },
    })
  })
})

describe('a run that asks by itself', () => {
  const resume = (args: string) => ({
    state: 'its own',
    calls: [
      { callId: 'a', name: 'taskflow_delete_task', server: 'Tasks', arguments: args, scopes: [] },
    ],
    approved: true,
  })
  const work: Work = async (fetch) => {
    const send = async () => answered(await fetch(URL_OF_TASKS, post(deleting(1))))
    return [await send(), await send()]
  }

  it('makes what was approved itself, once', async () => {
    const tasks = taskServer({ tasks: [{ title: 'One' }] })
    const { heard } = await ran(callerOf(tasks), work, { resume: resume('{ "task_id": 1 }') })
    expect(heard[0]).toMatchObject([
      expect.stringContaining('One'),
      expect.stringContaining('not done yet'),
    ])
    expect(names(tasks)).toEqual(['taskflow_delete_task'])
  })

  it('does not make another call than the approved one', async () => {
    const tasks = taskServer({ tasks: [{ title: 'One' }] })
    await ran(callerOf(tasks), work, { resume: resume('{"task_id":2}') })
    expect(names(tasks)).toEqual([])
  })
})

describe('the held caller', () => {
  const held = async (caller: TestCaller, look: (held: TestCaller) => unknown) => {
    let seen: unknown
    const request = {
      input: [],
      signal: new AbortController().signal,
      approvals: 'destructive' as const,
    }
    const run = async function* (_: typeof request, given: TestCaller) {
      seen = look(given)
      yield { type: 'text_delta', delta: '' } as const
    }
    for await (const event of heldRun(request, caller, run)) expect(event.type).toBe('text_delta')
    return seen
  }

  it('is the caller in everything else, also one that is frozen or of a class', async () => {
    class Owned implements TestCaller {
      readonly #name = 'alice'
      get who() {
        return this.#name
      }
      fetch() {
        return fetch
      }
    }
    const frozen = Object.freeze(callerOf(taskServer()))
    for (const caller of [new Owned(), frozen]) {
      expect(await held(caller, ({ who }) => who)).toBe('alice')
      expect(await held(caller, (given) => given.fetch('Tasks') !== caller.fetch('Tasks'))).toBe(
        true,
      )
      expect(await held(caller, unheldCaller)).toBe(caller)
    }
  })

  it('holds in a copy, too', async () => {
    const tasks = taskServer()
    const caller = callerOf(tasks)
    expect(await held(caller, (given) => ({ ...given }).fetch === caller.fetch)).toBe(false)
  })

  it('has no transport to a process, where nothing could be held', async () => {
    const caller = { ...callerOf(taskServer()), transport: () => 'a transport' }
    const look = (given: object) => (given as typeof caller).transport
    await expect(
      held(caller, (given) => (look(given) as (name: string) => unknown)('Notion')),
    ).rejects.toThrow("use runAgent, or give agentChat approvals: 'never'")
  })
})

describe('the end of a run', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('comes a second after a call that waits, when the framework says nothing more', async () => {
    vi.useFakeTimers()
    const tasks = taskServer()
    const { signal } = new AbortController()
    const request = { input: [], signal, approvals: 'destructive' as const }
    let aborted: AbortSignal | undefined
    const run = async function* (given: typeof request, caller: TestCaller) {
      aborted = given.signal
      await caller.fetch('Tasks')(URL_OF_TASKS, post(deleting(1)))
      await new Promise(() => undefined)
      yield { type: 'text_delta', delta: 'never' } as const
    }
    const events: AgentEvent[] = []
    const reading = (async () => {
      for await (const event of heldRun(request, callerOf(tasks), run)) events.push(event)
    })()
    await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0))
    await vi.advanceTimersByTimeAsync(1_000)
    await reading
    expect(events.map(({ type }) => type)).toEqual(['approval_needed'])
    expect(aborted?.aborted).toBe(true)
  })

  it('comes at once, with the reason, when the sign-in ends; a missing account is told', async () => {
    const caller: TestCaller = {
      who: 'alice',
      fetch: (_, options) => async () => {
        const { onRefused } = options as { onRefused: (refusal: object) => void }
        onRefused({ reason: 'connection_needed', server: 'Tasks' })
        onRefused({ reason: 'token_expired', server: 'Tasks' })
        return new Response('{}')
      },
    }
    const events: AgentEvent[] = []
    const request = {
      input: [],
      signal: new AbortController().signal,
      approvals: 'never' as const,
    }
    const run = async function* (_: typeof request, held: TestCaller) {
      await held.fetch('Tasks')(URL_OF_TASKS, post({ jsonrpc: '2.0', id: 1, method: 'ping' }))
      yield { type: 'text_delta', delta: 'The sign-in has ended, so …' } as const
    }
    const reading = (async () => {
      for await (const event of heldRun(request, caller, run)) events.push(event)
    })()
    await expect(reading).rejects.toMatchObject({ refusal: { reason: 'token_expired' } })
    expect(events).toEqual([{ type: 'connection_needed', server: 'Tasks' }])
  })
})
