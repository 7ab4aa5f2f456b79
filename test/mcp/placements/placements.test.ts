import { describe, expect, it } from 'vitest'
import type { Placement } from '../../../src/core/binding.ts'
import { granted, refused } from '../../../src/core/errors.ts'
import { toSentence } from '../../../src/core/sentences.ts'
import { createReferences } from '../../../src/mcp/placements/references.ts'
import { issuedToken } from '../../core/parts.ts'
import {
  CALL_ID,
  callOf,
  carrier,
  LIST,
  listed,
  messagesOf,
  OLD,
  post,
  request,
  rpcServer,
  SECRET,
  text,
  toldBy,
  tool,
} from '../parts.ts'

const ARGUMENT: Placement = { type: 'argument', parameters: 'everywhere' }
const NAMED: Placement = {
  type: 'argument',
  parameters: [
    { pointer: '/user_id', value: 'subject' },
    { pointer: '/access_token', value: 'credential' },
  ],
}
const told = (reason: Parameters<typeof toSentence>[0]['reason']) =>
  toSentence({ reason, server: 'tasks' })

describe('placement header', () => {
  it.each([
    [undefined, 'authorization', `Bearer ${SECRET}`],
    ['X-Api-Key', 'x-api-key', SECRET],
  ])('puts %s on every request, and into no body', async (name, header, value) => {
    await using server = await rpcServer([tool('hello', {})], ({ message }) =>
      message.method?.includes('read') ? { contents: [] } : {},
    )
    const { fetch } = carrier(server.url, {
      placement: { type: 'header', ...(name ? { name } : {}) },
    })
    for (const method of [
      'initialize',
      'tools/list',
      'resources/list',
      'resources/read',
      'prompts/list',
      'prompts/get',
      'tools/call',
    ])
      expect(
        (await fetch(server.url, post(request(method, { name: 'hello', uri: 'file:///a' }))))
          .status,
      ).toBe(200)
    await fetch(server.url)
    // The templates of the server are asked for before the first resource is read.
    expect(server.received).toHaveLength(9)
    for (let index = 0; index < 9; index++) {
      expect(server.values(index, header)).toEqual([value])
      if (name) expect(server.values(index, 'authorization')).toEqual([])
      expect(server.received[index]?.body).not.toContain(SECRET)
    }
  })

  it('refuses a tool that asks for an identity, also when bytes or a Request bring the call', async () => {
    await using server = await rpcServer([OLD, tool('hello', {})])
    const { fetch, reasons } = carrier(server.url)
    expect((await listed(fetch, server.url)).map(({ name }) => name)).toEqual(['hello'])
    const init = post(callOf('add_task', { title: 'x', user_id: 'bob' }))
    expect(await toldBy(fetch(server.url, init))).toBe(told('tool_refused'))
    const bytes = new TextEncoder().encode(String(init.body))
    await expect(fetch(server.url, { ...init, body: bytes })).rejects.toMatchObject({
      code: 'tool_refused',
    })
    await expect(fetch(new Request(server.url, init))).rejects.toMatchObject({
      code: 'tool_refused',
    })
    const escaped = String(init.body).replace('tools/call', String.raw`tools\u002fcall`)
    expect(await toldBy(fetch(server.url, { ...init, body: escaped }))).toBe(told('tool_refused'))
    await expect(fetch(server.url, { ...init, body: new Blob([bytes]) })).rejects.toMatchObject({
      code: 'arguments_refused',
    })
    expect(server.calls()).toEqual([])
    expect(reasons().filter((reason) => reason === 'tool_refused')).toHaveLength(5)
  })

  it('leaves parameters to the model where the operator says so', async () => {
    await using server = await rpcServer([tool('find', { user_id: text })])
    const { fetch } = carrier(server.url, { leaveToModel: ['/user_id'] })
    expect(await listed(fetch, server.url)).toHaveLength(1)
    await fetch(server.url, post(callOf('find', { user_id: 'bob' })))
    expect(server.calls()).toEqual([{ user_id: 'bob' }])
  })
})

describe('placement argument', () => {
  it('hides user_id and access_token from the model, and overwrites what it sends there', async () => {
    await using server = await rpcServer([OLD])
    const { fetch, events, reasons } = carrier(server.url, { placement: ARGUMENT })
    const tools = await listed(fetch, server.url)
    expect(JSON.stringify(tools)).not.toMatch(/user_id|access_token/)
    await fetch(server.url, post(callOf('add_task', { title: 'a' })))
    await fetch(
      server.url,
      post(callOf('add_task', { title: 'b', user_id: 'bob', access_token: 'guess' })),
    )
    await fetch(server.url, post(callOf('add_task')))
    const filled = { user_id: 'alice', access_token: SECRET }
    expect(server.calls()).toEqual([{ title: 'a', ...filled }, { title: 'b', ...filled }, filled])
    // Nothing of it in headers, and no credential with the list.
    expect(JSON.stringify(server.received.map(({ raw }) => raw))).not.toContain('canary')
    expect(server.reached[0]?.request.body).not.toContain('canary')
    // It was called, with other values than the model sent.
    expect(reasons()).toEqual([])
    expect(events.filter(({ detail }) => detail === 'overwritten')).toMatchObject([
      { outcome: 'allowed', operation: 'add_task' },
    ])
    expect(events.flatMap(({ placement }) => placement ?? [])).toContain(
      'argument /user_id, /access_token',
    )
    expect(JSON.stringify(events)).not.toContain('canary')
  })

  it('hides parameters in a nested model behind $ref', async () => {
    const model = {
      name: 'add_task',
      description: 'Adds a task',
      inputSchema: {
        type: 'object',
        properties: { params: { $ref: '#/$defs/AddTaskInput' } },
        required: ['params'],
        $defs: {
          AddTaskInput: {
            type: 'object',
            properties: {
              title: text,
              user_id: text,
              access_token: { anyOf: [text, { type: 'null' }] },
            },
            required: ['title', 'user_id', 'access_token'],
          },
        },
      },
    }
    await using server = await rpcServer([model])
    const { fetch } = carrier(server.url, { placement: ARGUMENT })
    expect(JSON.stringify(await listed(fetch, server.url))).not.toMatch(/user_id|access_token/)
    await fetch(server.url, post(callOf('add_task', { params: { title: 'a', user_id: 'bob' } })))
    expect(server.calls()).toEqual([
      { params: { title: 'a', user_id: 'alice', access_token: SECRET } },
    ])
    for (const params of ['{"title":"a","user_id":"bob"}', '"{}"', '[]', 7, [{}]])
      expect(await toldBy(fetch(server.url, post(callOf('add_task', { params }))))).toBe(
        told('arguments_refused'),
      )
    expect(server.calls()).toHaveLength(1)
  })

  it('fills parameters by tool and from verified claims, and refuses when a claim is missing', async () => {
    const tools = [tool('one', { who: text, key: text }), tool('two', { who: text, key: text })]
    await using server = await rpcServer(tools)
    const placement: Placement = {
      type: 'argument',
      parameters: [
        { pointer: '/who', value: { claim: 'email' } },
        { pointer: '/key', value: 'credential' },
        { pointer: '/who', value: 'subject', tool: 'two' },
      ],
    }
    const { fetch } = carrier(server.url, { placement }, { claims: { email: 'alice@example.com' } })
    for (const name of ['one', 'two']) await fetch(server.url, post(callOf(name, { who: 'bob' })))
    expect(server.calls()).toEqual([
      { who: 'alice@example.com', key: SECRET },
      { who: 'alice', key: SECRET },
    ])
    for (const claims of [{}, { email: '' }, { email: 7 }, { email: ['a'] }]) {
      const other = carrier(server.url, { placement }, { claims })
      expect(await toldBy(other.fetch(server.url, post(callOf('one', {}))))).toBe(
        toSentence({ reason: 'claim_missing', server: 'tasks' }),
      )
      expect((await other.fetch(server.url, post(callOf('two', {})))).status).toBe(200)
    }
    expect(server.calls()).toHaveLength(6)
  })

  it('refuses a tool with a detected parameter that is neither bound nor left to the model', async () => {
    await using server = await rpcServer([OLD, tool('hello', {})])
    const { fetch, events } = carrier(server.url, {
      placement: {
        type: 'argument',
        parameters: [{ pointer: '/access_token', value: 'credential' }],
      },
    })
    expect((await listed(fetch, server.url)).map(({ name }) => name)).toEqual(['hello'])
    expect(await toldBy(fetch(server.url, post(callOf('add_task', {}))))).toBe(told('tool_refused'))
    expect(events.find(({ operation }) => operation === 'add_task')).toMatchObject({
      outcome: 'refused',
      reason: 'tool_refused',
    })
    await fetch(server.url, post(callOf('hello', { anything: 1 })))
    expect(server.calls()).toEqual([{ anything: 1 }])
  })

  it('repeats an identity in its header, but never a credential, and replaces what the client sent', async () => {
    const mirrored = (name: string, parameter: string) =>
      tool(name, { title: text, [parameter]: { type: 'string', 'x-mcp-header': 'Whom' } })
    await using server = await rpcServer([
      mirrored('by_user', 'user_id'),
      mirrored('by_token', 'access_token'),
    ])
    const { fetch } = carrier(server.url, { placement: NAMED })
    const tools = await listed(fetch, server.url)
    expect(tools.map(({ name }) => name)).toEqual(['by_user'])
    expect(JSON.stringify(tools)).not.toContain('x-mcp-header')
    await fetch(
      server.url,
      post(callOf('by_user', { user_id: 'bob' }), { 'Mcp-Param-Whom': 'bob' }),
    )
    expect(server.values(1, 'mcp-param-whom')).toEqual(['alice'])
    expect(await toldBy(fetch(server.url, post(callOf('by_token', {}))))).toBe(told('tool_refused'))
    expect(server.calls()).toEqual([{ user_id: 'alice' }])
  })

  it.each([
    ['2025-11-25', { 'mcp-session-id': 's1', 'mcp-protocol-version': '2025-11-25' }],
    [
      '2026-07-28',
      {
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'last',
        'mcp-param-x': 'y',
      },
    ],
  ])(
    'lists once, with pagination, when a call names a tool that no list did (%s)',
    async (revision, headers) => {
      await using server = await rpcServer([
        OLD,
        tool('b', {}),
        tool('c', {}),
        tool('d', {}),
        tool('last', { user_id: text }),
      ])
      const { fetch } = carrier(server.url, { placement: NAMED })
      const call = {
        ...callOf('last', {}),
        params: {
          name: 'last',
          arguments: { x: 'y' },
          _meta: { 'a/b': revision, progressToken: 1 },
        },
      }
      expect((await fetch(server.url, post(call, headers))).status).toBe(200)
      expect(server.reached.map(({ message }) => message.method)).toEqual([
        'tools/list',
        'tools/list',
        'tools/list',
        'tools/call',
      ])
      expect(server.reached.map(({ message }) => message.params?._meta)).toEqual([
        ...Array(3).fill({ 'a/b': revision }),
        { 'a/b': revision, progressToken: 1 },
      ])
      expect(server.values(0, 'mcp-protocol-version')).toEqual([revision])
      expect(server.values(0, 'mcp-session-id')).toEqual('mcp-session-id' in headers ? ['s1'] : [])
      expect(server.values(0, 'mcp-method')).toEqual('mcp-method' in headers ? ['tools/list'] : [])
      expect([...server.values(0, 'mcp-name'), ...server.values(0, 'mcp-param-x')]).toEqual([])
      expect(server.calls()).toEqual([{ x: 'y', user_id: 'alice' }])
      // Names that a model made up cost no further list.
      const refusals = Array.from({ length: 20 }, (_, n) =>
        toldBy(fetch(server.url, post(callOf(`made_up_${n}`, {})))),
      )
      expect(new Set(await Promise.all(refusals))).toEqual(new Set([told('tool_refused')]))
      expect(server.reached).toHaveLength(4)
    },
  )

  it('lists tools once for 20 calls at the same time, and again after a failure', async () => {
    let broken = true
    let lists = 0
    await using server = await rpcServer([])
    const streaming: typeof globalThis.fetch = async (input, init) => {
      if (!String(init?.body).includes('tools/list')) return globalThis.fetch(input, init)
      lists++
      if (broken) return new Response(null, { status: 500 })
      const { id } = JSON.parse(String(init?.body))
      const event = `data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { tools: [OLD] } })}\n\n`
      return new Response(
        new ReadableStream({ start: (output) => output.enqueue(new TextEncoder().encode(event)) }),
        {
          headers: { 'content-type': 'text/event-stream' },
        },
      )
    }
    const { fetch } = carrier(server.url, { placement: ARGUMENT }, { fetch: streaming })
    expect(await toldBy(fetch(server.url, post(callOf('add_task', {}))))).toBe(told('tool_refused'))
    broken = false
    await Promise.all(
      Array.from({ length: 20 }, () => fetch(server.url, post(callOf('add_task', {})))),
    )
    expect([lists, server.calls().length]).toEqual([2, 20])
  })

  it('fills in every call of a batch, and nothing else in it', async () => {
    await using server = await rpcServer([OLD])
    const { fetch } = carrier(server.url, { placement: ARGUMENT })
    await listed(fetch, server.url)
    const answers = [1, 2].map((id) => ({ jsonrpc: '2.0', id, result: {} }))
    const sent: string[] = []
    const batching = carrier(
      server.url,
      { placement: ARGUMENT },
      {
        async fetch(input, init) {
          if (!String(init?.body).startsWith('[')) return globalThis.fetch(input, init)
          sent.push(String(init?.body))
          return Response.json(answers)
        },
      },
    )
    const ping = { jsonrpc: '2.0', method: 'notifications/progress', params: { user_id: 'left' } }
    const batch = [
      callOf('add_task', { title: 'a', user_id: 'bob' }, 1),
      ping,
      callOf('add_task', { title: 'b' }, 2),
    ]
    expect(await messagesOf(await batching.fetch(server.url, post(batch)))).toEqual(answers)
    const filled = { user_id: 'alice', access_token: SECRET }
    const [one, , two] = JSON.parse(sent[0] ?? '')
    expect([one.params.arguments, two.params.arguments]).toEqual([
      { title: 'a', ...filled },
      { title: 'b', ...filled },
    ])
    expect(JSON.parse(sent[0] ?? '')[1]).toEqual(ping)
    await expect(
      batching.fetch(server.url, post([callOf('other', {}), ping])),
    ).rejects.toMatchObject({ code: 'tool_refused' })
    expect(sent).toHaveLength(1)
  })

  it('keeps the members of a round trip of InputRequiredResult', async () => {
    await using server = await rpcServer([OLD], ({ message }) =>
      message.params?.requestState
        ? { content: [] }
        : {
            resultType: 'inputRequired',
            inputRequests: { a: { method: 'elicitation/create', params: {} } },
            requestState: 'opaque',
          },
    )
    const { fetch } = carrier(server.url, { placement: ARGUMENT })
    const [asked] = await messagesOf(
      await fetch(server.url, post(callOf('add_task', { title: 'a' }))),
    )
    expect(asked?.result).toMatchObject({ resultType: 'inputRequired', requestState: 'opaque' })
    const again = callOf('add_task', { title: 'a' })
    const params = {
      ...again.params,
      inputResponses: { a: { action: 'accept' } },
      requestState: asked?.result.requestState,
    }
    await fetch(server.url, post({ ...again, params }))
    expect(server.reached.at(-1)?.message.params).toEqual({
      ...params,
      arguments: { title: 'a', user_id: 'alice', access_token: SECRET },
    })
  })

  it('refuses a body that is no JSON-RPC, and a call that names no tool', async () => {
    await using server = await rpcServer([OLD])
    const { fetch } = carrier(server.url, { placement: ARGUMENT })
    const bodies = ['x', '7', '[]', '[1]', '""']
    for (const body of bodies)
      await expect(fetch(server.url, { ...post({}), body })).rejects.toMatchObject({
        code: 'arguments_refused',
      })
    for (const params of ['{"name":"add_task"}', [], null, { name: 7 }, {}])
      expect(await toldBy(fetch(server.url, post({ ...callOf('x'), params })))).toBe(
        told('arguments_refused'),
      )
    expect(server.received).toEqual([])
  })

  it('sends no token that is bound to a key, because it belongs in a header with its proof', async () => {
    await using server = await rpcServer([OLD])
    const source = async () => granted(issuedToken(SECRET, { proof: async () => 'proof' }))
    for (const placement of [ARGUMENT, { type: 'meta', key: 'com.example/token' } as const]) {
      const { fetch } = carrier(server.url, { placement }, { source })
      expect(await toldBy(fetch(server.url, post(callOf('add_task', {}))))).toBe(
        told('credential_malformed'),
      )
    }
    expect(server.calls()).toEqual([])
  })
})

describe('placement meta', () => {
  it('puts the credential into _meta of every request, and into no header', async () => {
    await using server = await rpcServer([tool('hello', {})])
    const { fetch, events } = carrier(server.url, {
      placement: { type: 'meta', key: 'com.example/token' },
    })
    await fetch(
      server.url,
      post(
        request('tools/call', {
          name: 'hello',
          _meta: { progressToken: 1, 'com.example/token': 'mine' },
        }),
      ),
    )
    await fetch(server.url, post({ jsonrpc: '2.0', id: 1, method: 'ping' }))
    expect(server.reached.map(({ message }) => message.params?._meta)).toEqual([
      { progressToken: 1, 'com.example/token': SECRET },
      { 'com.example/token': SECRET },
    ])
    expect(JSON.stringify(server.received.map(({ raw }) => raw))).not.toContain('canary')
    expect(events.map(({ placement }) => placement)).toEqual([
      '_meta com.example/token',
      '_meta com.example/token',
    ])
    await expect(fetch(server.url, { ...post({}), body: 'x' })).rejects.toMatchObject({
      code: 'arguments_refused',
    })
  })
})

describe('placement session', () => {
  const HANDLE = 'handle-canary-0123456789abcdef'

  it('sends the credential once, then only the handle, which never comes back', async () => {
    let valid = HANDLE
    await using server = await rpcServer([], ({ request: { raw } }, response) => {
      const of = (name: string) => raw.find(([key]) => key === name)?.[1]
      const known = of('onbehalf-session') === valid || of('authorization') === `Bearer ${SECRET}`
      if (!known) return void response.writeHead(401).end()
      response.setHeader('onbehalf-session', valid)
      return { echo: [of('onbehalf-session') ?? 'none', valid] }
    })
    const { fetch } = carrier(server.url, { placement: { type: 'session' } })
    const once = async () =>
      JSON.stringify(await messagesOf(await fetch(server.url, post(callOf('x')))))
    for (let turn = 0; turn < 3; turn++) expect(await once()).not.toContain('canary')
    const sent = (index: number) => [
      ...server.values(index, 'authorization'),
      ...server.values(index, 'onbehalf-session'),
    ]
    expect([sent(0), sent(1), sent(2)]).toEqual([[`Bearer ${SECRET}`], [HANDLE], [HANDLE]])
    // The server forgot: one 401, the credential again, a new handle.
    valid = `${HANDLE}-new`
    await once()
    await once()
    expect([sent(3), sent(4), sent(5)]).toEqual([[HANDLE], [`Bearer ${SECRET}`], [valid]])
  })

  it.each(['short', 'x'.repeat(513), 'with space in the middle'])(
    'takes no handle like %j',
    async (handle) => {
      await using server = await rpcServer([], (_, response) => {
        response.setHeader('onbehalf-session', handle)
        return {}
      })
      const { fetch } = carrier(server.url, { placement: { type: 'session' } })
      for (let turn = 0; turn < 2; turn++) await fetch(server.url, post(callOf('x')))
      expect(server.values(1, 'authorization')).toEqual([`Bearer ${SECRET}`])
    },
  )
})

describe('placement prompt', () => {
  const PROMPT: Placement = { type: 'prompt' }

  function prompted(url: string, server = 'tasks') {
    const references = createReferences()
    const made = carrier(url, { placement: PROMPT }, { references })
    const values = {
      user_id: references.mint(server, 'subject'),
      access_token: references.mint(server, 'credential'),
    }
    return { ...made, references, values }
  }

  it('replaces a reference that is the whole value of its parameter', async () => {
    await using server = await rpcServer([OLD])
    const { fetch, values, events } = prompted(server.url)
    expect(JSON.stringify(await listed(fetch, server.url))).toMatch(/user_id.*access_token/)
    await fetch(server.url, post(callOf('add_task', { title: 'a', ...values })))
    expect(server.calls()).toEqual([{ title: 'a', user_id: 'alice', access_token: SECRET }])
    expect(JSON.stringify(events)).not.toMatch(/canary|onbehalf_ref_/)
  })

  it.each<[string, (reference: string) => object]>([
    ['under another spelling', (reference) => ({ auth: { token: reference }, userId: 'bob' })],
    ['under another spelling, with no reference', () => ({ userId: 'bob' })],
    [
      'inside a text',
      (reference) => ({
        user_id: undefined,
        auth: JSON.stringify({ token: 'guess', reference: reference.length }),
      }),
    ],
  ])(
    'refuses an identity or a credential that the model sends in another place: %s',
    async (_, argsOf) => {
      const auth = { type: 'object', properties: { token: text } }
      await using server = await rpcServer([tool('add_task', { user_id: text, auth })])
      const { fetch, values } = prompted(server.url)
      await listed(fetch, server.url)
      const told = await toldBy(
        fetch(server.url, post(callOf('add_task', argsOf(values.access_token)))),
      )
      const reasons = ['arguments_refused', 'reference_refused'] as const
      expect(reasons.map((reason) => toSentence({ reason, server: 'tasks' }))).toContain(told)
      expect(server.calls()).toEqual([])
    },
  )

  it('refuses a call without the reference to its credential', async () => {
    await using server = await rpcServer([OLD])
    const { fetch } = prompted(server.url)
    await listed(fetch, server.url)
    const told = await toldBy(fetch(server.url, post(callOf('add_task', { title: 'a' }))))
    expect(told).toBe(toSentence({ reason: 'reference_refused', server: 'tasks' }))
    expect(server.calls()).toEqual([])
  })

  it('gives references that differ by server, kind and run, and stay the same within a run', () => {
    const [one, two] = [createReferences(), createReferences()]
    const all = [one, two].flatMap((run) =>
      ['a', 'b'].flatMap((server) => [run.mint(server, 'subject'), run.mint(server, 'credential')]),
    )
    expect(new Set(all).size).toBe(8)
    expect(one.mint('a', 'subject')).toBe(all[0])
    for (const reference of all) expect(reference).toMatch(/^onbehalf_ref_[0-9a-f]{32}$/)
  })

  it.each<[string, (values: { user_id: string; access_token: string }, other: string) => object]>([
    ['in a text', ({ access_token }) => ({ title: `send ${access_token} to me` })],
    [
      'with something around it',
      ({ user_id, access_token }) => ({ user_id, access_token: ` ${access_token}` }),
    ],
    ['in another parameter', ({ access_token }) => ({ title: access_token })],
    [
      'in a parameter of its own making',
      ({ user_id, access_token }) => ({ user_id, access_token, extra: access_token }),
    ],
    ['as a key', ({ access_token }) => ({ [access_token]: 1 })],
    ['nested', ({ access_token }) => ({ title: 'a', deep: [{ access_token }] })],
    ['of the other kind', ({ user_id }) => ({ access_token: user_id })],
    ['of the other kind, the other way', ({ access_token }) => ({ user_id: access_token })],
    ['of another run', (_, other) => ({ access_token: other })],
    ['made up', () => ({ access_token: `onbehalf_ref_${'0'.repeat(32)}` })],
    ['replaced by a token of its own', () => ({ access_token: 'guess' })],
    ['replaced by another person', ({ access_token }) => ({ user_id: 'bob', access_token })],
    ['in a list', ({ access_token }) => ({ access_token: [access_token] })],
    ['in an object', ({ access_token }) => ({ access_token: { toString: access_token } })],
  ])('refuses a reference %s, and the audit says so', async (_, argsOf) => {
    await using server = await rpcServer([OLD])
    const { fetch, values, reasons } = prompted(server.url)
    const args = argsOf(values, createReferences().mint('tasks', 'credential'))
    expect(await toldBy(fetch(server.url, post(callOf('add_task', args))))).toBe(
      told('reference_refused'),
    )
    expect(server.calls()).toEqual([])
    expect(reasons()).toEqual(['reference_refused'])
  })

  it('refuses a reference for another server, whatever the placement of that server', async () => {
    await using server = await rpcServer([OLD])
    const placements: Placement[] = [
      PROMPT,
      ARGUMENT,
      { type: 'header' },
      { type: 'meta', key: 'a.example/b' },
      { type: 'session' },
    ]
    for (const placement of placements) {
      const references = createReferences()
      const { fetch, reasons } = carrier(server.url, { placement }, { references })
      const args = { access_token: references.mint('other', 'credential') }
      expect(await toldBy(fetch(server.url, post(callOf('add_task', args))))).toBe(
        told('reference_refused'),
      )
      expect(reasons()).toEqual(['reference_refused'])
    }
    expect(server.calls()).toEqual([])
  })

  it.each([
    ['resources/read', (reference: string) => ({ uri: `file:///${reference}` })],
    ['tools/call', (reference: string) => ({ name: reference, arguments: {} })],
    [
      'tools/call',
      (reference: string) => ({ name: 'add_task', arguments: {}, _meta: { a: reference } }),
    ],
  ])('refuses a reference outside the arguments of a tool: %s', async (method, paramsOf) => {
    await using server = await rpcServer([OLD])
    const { fetch, values, reasons } = prompted(server.url)
    const code = await fetch(server.url, post(request(method, paramsOf(values.access_token)))).then(
      async (response) => (await messagesOf(response))[0]?.result.content[0]?.text,
      ({ message }) => message,
    )
    expect(code).toBe(told('reference_refused'))
    expect([reasons(), server.received]).toEqual([['reference_refused'], []])
  })
})

describe('a source that refuses', () => {
  it.each<Placement>([
    { type: 'header' },
    ARGUMENT,
    { type: 'meta', key: 'a.example/b' },
    { type: 'session' },
  ])('gives the model its sentence at placement $type, and no call is sent', async (placement) => {
    await using server = await rpcServer([OLD])
    const source = async () => refused('connection_needed')
    const { fetch } = carrier(server.url, { placement }, { source })
    expect(await toldBy(fetch(server.url, post(callOf('add_task', {}))))).toBe(
      'This was not done. Connect your tasks account to continue.',
    )
    expect(server.calls()).toEqual([])
  })
})

it('parameters are hidden in every list of tools: on a GET, in a batch, as the answer to another request', async () => {
  const answer = { jsonrpc: '2.0', id: 9, result: { tools: [OLD] } }
  const answers = [
    () => Response.json(answer),
    () => Response.json([answer, { jsonrpc: '2.0', id: 10, result: {} }]),
    () =>
      new Response(`data: ${JSON.stringify(answer)}\n\n`, {
        headers: { 'content-type': 'text/event-stream' },
      }),
  ]
  for (const make of answers) {
    const { fetch } = carrier(
      'https://tasks.example/mcp',
      { placement: ARGUMENT },
      { fetch: async () => make() },
    )
    for (const init of [post(LIST), {}]) {
      const response = await fetch('https://tasks.example/mcp', init)
      expect(await response.text()).toMatch(/^(?!.*access_token).*add_task/)
    }
  }
})

it('a Content-Length that the framework computed is not sent', async () => {
  await using server = await rpcServer([OLD])
  const { fetch } = carrier(server.url, { placement: ARGUMENT })
  const init = post(callOf('add_task', {}))
  const response = await fetch(server.url, {
    ...init,
    headers: { ...init.headers, 'content-length': `${String(init.body).length}` },
  })
  expect((await messagesOf(response))[0]).toMatchObject({
    id: CALL_ID,
    result: { content: [{ text: 'done' }] },
  })
})

describe('a tool that this fetch never listed, with the credential in the header', () => {
  it.each([['user_id'], ['access_token'], ['userId']])(
    'is not given a %s of the model',
    async (name) => {
      await using server = await rpcServer([tool('delete_all', { [name]: text })])
      const { fetch } = carrier(server.url)
      const told = await toldBy(fetch(server.url, post(callOf('delete_all', { [name]: 'bob' }))))
      expect(told).toBe(toSentence({ reason: 'tool_refused', server: 'tasks' }))
      expect(server.calls()).toEqual([])
    },
  )

  it('is called when no argument of the model looks like an identity', async () => {
    await using server = await rpcServer([tool('add_task', { title: text })])
    const { fetch } = carrier(server.url)
    await fetch(server.url, post(callOf('add_task', { title: 'a' })))
    expect(server.calls()).toEqual([{ title: 'a' }])
  })
})
