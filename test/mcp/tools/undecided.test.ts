// What becomes of parameters that look like the caller's credential or identity, and about which
// nobody has decided: what may be left out is taken out, what must be sent refuses the tool, and the
// developer hears once what would decide it.

import { describe, expect, it } from 'vitest'
import type { BindingInput, Placement } from '../../../src/core/binding.ts'
import type { RefusalReason } from '../../../src/core/errors.ts'
import { toSentence } from '../../../src/core/sentences.ts'
import { refusalTeller } from '../../../src/mcp/tools/tell-refusals.ts'
import {
  callOf,
  carrier,
  listed,
  messagesOf,
  OLD,
  post,
  type RpcServer,
  rpcServer,
  SECRET,
  text,
  toldBy,
  tool,
} from '../parts.ts'

/** What a model is told of a refused call. */
const told = (reason: RefusalReason) => toSentence({ reason, server: 'tasks' })

const URL_OF_SERVER = 'https://tasks.example/mcp'
const EVERYWHERE: Placement = { type: 'argument', parameters: 'everywhere' }

/** A tool with parameters that may be left out, beside those that must be sent. */
const lax = (
  name: string,
  required: Readonly<Record<string, object>>,
  optional: Readonly<Record<string, object>>,
) => ({
  name,
  inputSchema: {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
  },
})

/** Tools that say nothing of their caller, as most of a server's do. */
const plain = (count: number) =>
  Array.from({ length: count }, (_, i) => tool(`plain_${i}`, { query: text }))

async function namesOf(server: RpcServer, binding: Omit<BindingInput, 'url'>) {
  const { fetch } = carrier(server.url, binding)
  return (await allOf(fetch, server)).map(({ name }) => name)
}

/** All pages, as a client lists them. */
async function allOf(fetch: typeof globalThis.fetch, server: RpcServer) {
  const tools: { readonly name: string; readonly inputSchema?: object }[] = []
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const params: object = cursor === '' ? {} : { cursor }
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/list', params }
    const [answer] = await messagesOf(await fetch(server.url, post(body)))
    const result = answer?.result ?? { tools: [] }
    tools.push(...result.tools)
    cursor = 'nextCursor' in result ? String(result.nextCursor) : undefined
  }
  return tools
}

describe('a parameter that may be left out', () => {
  const approve = lax('approve', { id: text }, { approval_password: text, note: text })

  it('is taken out of the tool, which stays', async () => {
    await using server = await rpcServer([approve, ...plain(5)])
    for (const placement of [{ type: 'header' }, EVERYWHERE] as const) {
      const { fetch } = carrier(server.url, { placement })
      const [first] = await listed(fetch, server.url)
      expect(first).toMatchObject({
        name: 'approve',
        inputSchema: { properties: { id: text, note: text }, required: ['id'] },
      })
      expect(JSON.stringify(first)).not.toContain('password')
    }
  })

  it.each<[string, object]>([
    ['as it is', { approval_password: 'x' }],
    ['as null', { approval_password: null }],
    ['in another spelling', { approvalPassword: 'x' }],
    ['with letters that look alike', { аpproval_password: 'x' }],
  ])('is never sent, %s', async (_, args) => {
    await using server = await rpcServer([approve, ...plain(5)])
    const { fetch } = carrier(server.url)
    await listed(fetch, server.url)
    const call = () => fetch(server.url, post(callOf('approve', { id: '1', ...args })))
    expect(await toldBy(call())).toBe(told('arguments_refused'))
    expect(server.calls()).toEqual([])
    await fetch(server.url, post(callOf('approve', { id: '1', note: 'n' })))
    expect(server.calls()).toEqual([{ id: '1', note: 'n' }])
  })

  it('is never sent where the framework has its list from elsewhere', async () => {
    await using server = await rpcServer([approve, ...plain(5)])
    const { fetch } = carrier(server.url)
    const call = fetch(server.url, post(callOf('approve', { id: '1', approval_password: 'x' })))
    expect(await toldBy(call)).toBe(told('arguments_refused'))
    expect(server.calls()).toEqual([])
  })

  it('is the model’s where it is left to it, for one tool or for all', async () => {
    await using server = await rpcServer([approve, { ...approve, name: 'reject' }, ...plain(5)])
    const pointer = '/approval_password'
    for (const [left, kept] of [
      [[pointer], ['approve', 'reject']],
      [[{ pointer, tool: 'approve' }], ['approve']],
    ] as const) {
      const { fetch } = carrier(server.url, { leaveToModel: left })
      const tools = await allOf(fetch, server)
      const having = tools.filter((one) => JSON.stringify(one).includes('approval_password'))
      expect(having.map(({ name }) => name)).toEqual(kept)
    }
  })
})

describe('a parameter that must be sent', () => {
  const publish = tool('publish', { title: text, access_token: text })

  it('refuses its tool, and no other', async () => {
    await using server = await rpcServer([publish, ...plain(5)])
    expect(await namesOf(server, {})).not.toContain('publish')
    expect(await namesOf(server, { placement: EVERYWHERE })).toHaveLength(5)
  })

  it('is filled where it is named, and is the model’s where it is left', async () => {
    await using server = await rpcServer([publish, ...plain(5)])
    const parameters = [{ pointer: '/access_token', value: 'credential', tool: 'publish' }] as const
    const { fetch } = carrier(server.url, { placement: { type: 'argument', parameters } })
    await allOf(fetch, server)
    await fetch(server.url, post(callOf('publish', { title: 'x' })))
    expect(server.calls()).toEqual([{ title: 'x', access_token: SECRET }])
    const left = { pointer: '/access_token', tool: 'publish' }
    expect(await namesOf(server, { leaveToModel: [left] })).toContain('publish')
    expect(await namesOf(server, { leaveToModel: [{ ...left, tool: 'plain_0' }] })).not.toContain(
      'publish',
    )
  })

  it('in a recursive schema is the model’s with a subtree, or with its whole tool', async () => {
    const node = {
      type: 'object',
      properties: { access_token: text, next: { $ref: '#/$defs/N' } },
      required: ['access_token'],
    }
    const sync = {
      name: 'sync',
      inputSchema: {
        $defs: { N: node },
        type: 'object',
        properties: { root: { $ref: '#/$defs/N' }, api_key: text },
        required: ['root'],
      },
    }
    await using server = await rpcServer([sync, ...plain(5)])
    const has = async (leaveToModel: NonNullable<BindingInput['leaveToModel']>) =>
      (await namesOf(server, { leaveToModel })).includes('sync')
    expect(await has([])).toBe(false)
    expect(await has(['/root/access_token'])).toBe(true)
    expect(await has([{ pointer: '/root', subtree: true }])).toBe(true)
    expect(await has([{ pointer: '/root', subtree: true, tool: 'sync' }])).toBe(true)
    expect(await has([{ pointer: '/root', subtree: true, tool: 'plain_0' }])).toBe(false)
    expect(await has([{ pointer: '', subtree: true, tool: 'sync' }])).toBe(true)
    // What is beside the subtree is judged as ever.
    const { fetch } = carrier(server.url, { leaveToModel: [{ pointer: '/root', subtree: true }] })
    const [first] = await listed(fetch, server.url)
    expect(JSON.stringify(first)).not.toContain('api_key')
  })

  it('refuses a tool that is listed in two forms', async () => {
    await using server = await rpcServer([publish, tool('publish', { title: text }), ...plain(5)])
    const { fetch } = carrier(server.url)
    await allOf(fetch, server)
    const call = fetch(server.url, post(callOf('publish', { access_token: 'x' })))
    expect(await toldBy(call)).toBe(told('tool_refused'))
    expect(server.calls()).toEqual([])
  })
})

describe('what is filled everywhere', () => {
  it('is what nearly all tools ask for, and nothing that few have', async () => {
    const tools = [
      ...Array.from({ length: 10 }, (_, i) =>
        tool(`do_${i}`, { user_id: text, access_token: text, title: text }),
      ),
      lax('meet', { user_id: text, access_token: text }, { conference_passcode: text }),
      lax('look_up', { user_id: text, access_token: text }, { uid: text, folder_token: text }),
    ]
    await using server = await rpcServer(tools)
    const { fetch } = carrier(server.url, { placement: EVERYWHERE })
    const seen = await allOf(fetch, server)
    expect(seen).toHaveLength(12)
    expect(JSON.stringify(seen)).not.toMatch(/user_id|access_token/)
    for (const name of ['meet', 'look_up']) await fetch(server.url, post(callOf(name, {})))
    const filled = { user_id: 'alice', access_token: SECRET }
    expect(server.calls()).toEqual([filled, filled])
  })

  it('is judged by all pages, also for the tools of the first', async () => {
    // Two a page: both of the first page have it, and nobody else does.
    const tools = [tool('get', { user_id: text }), tool('set', { user_id: text }), ...plain(18)]
    await using server = await rpcServer(tools)
    const { fetch } = carrier(server.url, { placement: EVERYWHERE })
    await listed(fetch, server.url)
    await fetch(server.url, post(callOf('get', { user_id: 'of-a-colleague' })))
    expect(server.calls()).toEqual([{ user_id: 'of-a-colleague' }])
  })

  it('asks for the other pages only where something looks like the caller’s', async () => {
    await using server = await rpcServer(plain(20))
    const { fetch } = carrier(server.url, { placement: EVERYWHERE })
    await listed(fetch, server.url)
    expect(server.reached).toHaveLength(1)
  })

  it('is an email address where the tools ask for that', async () => {
    const tools = Array.from({ length: 5 }, (_, i) => tool(`do_${i}`, { user_google_email: text }))
    await using server = await rpcServer(tools)
    const { fetch } = carrier(
      server.url,
      { placement: EVERYWHERE },
      { claims: { email: 'alice@example.com' } },
    )
    await allOf(fetch, server)
    await fetch(server.url, post(callOf('do_1', { user_google_email: 'bob@example.com' })))
    expect(server.calls()).toEqual([{ user_google_email: 'alice@example.com' }])
  })

  it.each([1, 2])('is no password where the server has %i tools', async (count) => {
    const tools = Array.from({ length: count }, (_, i) => tool(`open_${i}`, { password: text }))
    await using server = await rpcServer(tools)
    expect(await namesOf(server, { placement: EVERYWHERE })).toEqual([])
  })
})

describe('the developer', () => {
  const tools = [
    tool('publish', { title: text, access_token: text }),
    tool('retract', { access_token: text, user_id: text }),
    ...plain(5),
  ]

  /** Lists as somebody else each time. */
  async function hear(server: RpcServer, times = 1): Promise<readonly string[]> {
    const messages: string[] = []
    const tellRefusals = refusalTeller((message) => void messages.push(message))
    for (let i = 0; i < times; i++)
      await allOf(carrier(server.url, {}, { tellRefusals }).fetch, server)
    return messages
  }

  it('hears once of each refused tool: the parameter, why, and what decides it', async () => {
    await using server = await rpcServer(tools)
    const messages = await hear(server, 3)
    expect(messages).toHaveLength(2)
    const [first = '', second = ''] = messages
    expect(first).toContain('servers.tasks: the tool publish is refused')
    expect(first).toContain('/access_token')
    expect(first).toContain(
      `{type: 'argument', parameters: [{pointer: '/access_token', value: 'credential', tool: 'publish'}]}`,
    )
    expect(first).toContain(`leaveToModel: [{pointer: '/access_token', tool: 'publish'}]`)
    expect(second).toContain('/access_token and /user_id')
  })

  it('hears of many tools in one message', async () => {
    const many = Array.from({ length: 40 }, (_, i) => tool(`do_${i}`, { access_token: text }))
    const messages: string[] = []
    const tellRefusals = refusalTeller((message) => void messages.push(message))
    const result = { tools: many }
    const fetch = async () => Response.json({ jsonrpc: '2.0', id: 'list-1', result })
    await listed(carrier(URL_OF_SERVER, {}, { tellRefusals, fetch }).fetch, URL_OF_SERVER)
    const [message = '', ...more] = messages
    expect(more).toEqual([])
    expect(message).toContain('40 tools are refused (do_0, do_1, ')
    expect(message).toContain('and 16 more')
    expect(message).toContain(`leaveToModel: ['/access_token']`)
  })

  it('finds the parameter in the audit, too', async () => {
    await using server = await rpcServer(tools)
    const { fetch, events } = carrier(server.url)
    await allOf(fetch, server)
    expect(events.filter(({ reason }) => reason === 'tool_refused')).toMatchObject([
      { operation: 'publish', detail: 'parameter_unbound', placement: 'argument /access_token' },
      { operation: 'retract', placement: 'argument /access_token, /user_id' },
    ])
  })

  it('sees no name that a server made of a credential, or of code', async () => {
    await using server = await rpcServer([
      tool(SECRET, { access_token: text }),
      tool(`x\u001b[2J'], evil: ['`, { api_key: text }),
      tool('deep', {
        [`${SECRET}`]: { type: 'object', properties: { password: text }, required: ['password'] },
      }),
      ...plain(3),
    ])
    const messages: string[] = []
    const tellRefusals = refusalTeller((message) => void messages.push(message))
    const { fetch } = carrier(server.url, {}, { tellRefusals })
    await fetch(server.url, post(callOf('plain_0', { query: 'x' })))
    await allOf(fetch, server)
    expect(messages.length).toBeGreaterThan(0)
    expect(messages.join()).not.toMatch(/canary|evil|\u001b/)
  })

  it('hears of the others when telling fails', async () => {
    await using server = await rpcServer([OLD, ...plain(3)])
    const tellRefusals = refusalTeller(() => {
      throw new Error('no log')
    })
    const { fetch } = carrier(server.url, {}, { tellRefusals })
    expect(await allOf(fetch, server)).toHaveLength(3)
  })
})
