// The transport over the reference "everything" server as it is: a real child process, driven by
// the clients of both SDKs.

import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as StdioClientTransportV1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AuditEvent, createAuditor } from '../../src/core/audit.ts'
import type { BindingInput } from '../../src/core/binding.ts'
import { granted, type RefusalReason, refused } from '../../src/core/errors.ts'
import { parseBinding } from '../../src/core/parse-binding.ts'
import { toSentence } from '../../src/core/sentences.ts'
import {
  type CarryingTransportOptions,
  carryingTransport,
  type MessageTransport,
} from '../../src/mcp/transport.ts'
import { alice, deferred, issuedToken } from '../core/parts.ts'

const SECRET = 'canary-x7Kq2mPz9Lw4vRt8c3-0123456789'
const everything: Pick<BindingInput, 'url' | 'resource' | 'source'> = {
  url: 'stdio:everything',
  resource: 'https://everything.example',
  source: { type: 'static', of: 'person' },
}
const asMessage = (value: 'subject' | 'credential'): BindingInput => ({
  ...everything,
  placement: { type: 'argument', parameters: [{ pointer: '/message', value, tool: 'echo' }] },
})

function carrying(
  inner: MessageTransport,
  input: BindingInput,
  changes: Partial<CarryingTransportOptions> = {},
) {
  const events: AuditEvent[] = []
  const transport = carryingTransport(inner, {
    binding: parseBinding('everything', input),
    source: async () => granted(issuedToken(SECRET)),
    principal: alice,
    auditor: createAuditor({ record: (event) => void events.push(event) }),
    trace: '4bf92f3577b34da6a3ce929d0e0e4736',
    deadline: 20_000,
    ...changes,
  })
  return { transport, events }
}

const program = {
  command: process.execPath,
  args: ['node_modules/@modelcontextprotocol/server-everything/dist/index.js', 'stdio'],
  env: { GREETING: 'hello' },
  stderr: 'ignore' as const,
}
const textOf = (result: unknown) =>
  JSON.stringify((result as { content: { text: string }[] }).content.map(({ text }) => text))

describe.each([
  [
    'v2',
    () => new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } }),
    StdioClientTransport,
  ],
  ['v1', () => new ClientV1({ name: 'test', version: '1.0.0' }), StdioClientTransportV1],
] as const)('the everything server over stdio, by the SDK %s', (_, makeClient, Stdio) => {
  const started: { close(): Promise<void> }[] = []
  afterEach(async () => {
    await Promise.all(started.splice(0).map((client) => client.close()))
  })
  async function connected(input: BindingInput, changes: Partial<CarryingTransportOptions> = {}) {
    const client = makeClient()
    const { transport, events } = carrying(new Stdio(program), input, changes)
    await client.connect(transport)
    started.push(client)
    return { client, events }
  }

  it('fills in the hidden parameter, and overwrites what the model sends there', async () => {
    const { client, events } = await connected(asMessage('subject'))
    const { tools } = await client.listTools()
    const echo = tools.find(({ name }) => name === 'echo')
    expect(JSON.stringify(echo?.inputSchema)).not.toContain('message')
    expect(tools.length).toBeGreaterThan(8)
    expect(textOf(await client.callTool({ name: 'echo', arguments: {} }))).toBe('["Echo: alice"]')
    expect(textOf(await client.callTool({ name: 'echo', arguments: { message: 'mallory' } }))).toBe(
      '["Echo: alice"]',
    )
    expect(textOf(await client.callTool({ name: 'get-sum', arguments: { a: 2, b: 3 } }))).toContain(
      '5',
    )
    expect(events.map(({ detail }) => detail)).toContain('overwritten')
  })

  it('removes the credential from answers, and gives the process none of our environment', async () => {
    process.env.ONBEHALF_TEST_CANARY = 'canary-of-the-environment'
    const { client, events } = await connected(asMessage('credential'))
    const echoed = textOf(await client.callTool({ name: 'echo', arguments: {} }))
    const environment = textOf(await client.callTool({ name: 'get-env', arguments: {} }))
    delete process.env.ONBEHALF_TEST_CANARY
    expect(echoed).toMatch(/Echo: \[/)
    expect(environment).toContain('GREETING')
    expect(echoed + environment).not.toContain('canary')
    expect(events).toContainEqual(
      expect.objectContaining({ outcome: 'allowed', placement: 'argument /message' }),
    )
    expect(events.map(({ reason }) => reason)).toContain('credential_reflected')
  })

  it('answers a call without a credential with the fixed sentence, and sends the process nothing', async () => {
    const { client } = await connected(asMessage('credential'), {
      source: async () => refused('connection_needed'),
    })
    const sentence = toSentence({ reason: 'connection_needed', server: 'everything' })
    expect(await client.callTool({ name: 'echo', arguments: {} })).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: sentence }],
    })
  })

  it('ends the process when the sign-in is revoked', async () => {
    const revocation = new AbortController()
    const { client } = await connected(asMessage('credential'), { signal: revocation.signal })
    const closed = deferred<void>()
    client.onclose = closed.resolve
    revocation.abort()
    await closed.promise
    await expect(client.callTool({ name: 'echo', arguments: {} })).rejects.toThrow()
  })
})

describe('the transport', () => {
  const call = (id: number, name = 'add', args: object = {}) => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name, arguments: args },
  })
  const TOOL = {
    name: 'add',
    inputSchema: { type: 'object', properties: { access_token: { type: 'string' } } },
  }
  const BOUND: BindingInput = {
    ...everything,
    placement: { type: 'argument', parameters: 'everywhere' },
  }

  let sent: {
    id?: unknown
    method?: string
    params?: { name?: string; arguments?: object; _meta?: object }
  }[]
  let given: { id?: unknown; result?: unknown }[]
  let inner: MessageTransport
  /** What the server answers, by method; nothing for one that is not named. */
  let answers: Record<string, object>
  beforeEach(() => {
    sent = []
    given = []
    answers = { 'tools/list': { tools: [TOOL] }, 'tools/call': { content: [] } }
    inner = {
      start: async () => {},
      close: async () => inner.onclose?.(),
      async send(message: { id?: unknown; method?: string }) {
        sent.push(message)
        const result = answers[message.method ?? '']
        if (result)
          queueMicrotask(() => inner.onmessage?.({ jsonrpc: '2.0', id: message.id, result }))
      },
    }
  })
  function outer(input: BindingInput = BOUND, changes: Partial<CarryingTransportOptions> = {}) {
    const made = carrying(inner, input, changes)
    made.transport.onmessage = (message) => void given.push(message)
    return made.transport
  }
  const told = (reason: RefusalReason) => ({
    isError: true,
    content: [{ text: toSentence({ reason, server: 'everything' }) }],
  })

  it('lists tools once when a call names an unknown tool, without the client seeing it', async () => {
    await outer().send(call(7))
    expect(sent.map(({ method }) => method)).toEqual(['tools/list', 'tools/call'])
    expect(sent[1]?.params?.arguments).toEqual({ access_token: SECRET })
    expect(given.map(({ id }) => id)).toEqual([7])
  })

  it('gives each of several calls at the same time its own answer', async () => {
    const transport = outer()
    await Promise.all([transport.send(call(1)), transport.send(call(2))])
    expect(sent.filter(({ method }) => method === 'tools/list').length).toBe(1)
    expect(given.map(({ id }) => id).sort()).toEqual([1, 2])
  })

  it('refuses a tool that the server does not have, and a reference in the wrong place', async () => {
    const transport = outer()
    await transport.send(call(1, 'other'))
    await transport.send(call(2, 'add', { text: 'see onbehalf_ref_0123456789abcdef' }))
    expect(given).toMatchObject([
      { id: 1, result: told('tool_refused') },
      { id: 2, result: told('reference_refused') },
    ])
    expect(sent.filter(({ method }) => method === 'tools/call')).toEqual([])
  })

  it('puts the credential into _meta of every request, and of no answer', async () => {
    const transport = outer({
      ...everything,
      placement: { type: 'meta', key: 'com.example/token' },
    })
    await transport.send({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
    await transport.send({ jsonrpc: '2.0', id: 'question-of-the-server', result: {} })
    expect(sent.map(({ params }) => params?._meta)).toEqual([
      { 'com.example/token': SECRET },
      undefined,
    ])
  })

  it('redacts messages that nobody asked for', async () => {
    const transport = outer()
    await transport.send(call(1))
    inner.onmessage?.({
      jsonrpc: '2.0',
      method: 'notifications/message',
      params: { data: `token ${SECRET}` },
    })
    inner.onmessage?.({
      jsonrpc: '2.0',
      id: 9,
      method: 'sampling/createMessage',
      params: { systemPrompt: SECRET },
    })
    await transport.send({ jsonrpc: '2.0', method: 'notifications/progress' })
    expect(given.length).toBe(3)
    expect(JSON.stringify(given)).not.toContain('canary')
  })

  it('sends nothing more to a server in quarantine that sent a credential unasked', async () => {
    const transport = outer({ ...BOUND, onReflection: 'quarantine' })
    await transport.send(call(1))
    inner.onmessage?.({
      jsonrpc: '2.0',
      method: 'notifications/message',
      // So long that its search lets others have their turns.
      params: { long: '%41'.repeat(400_000), data: `token ${SECRET}` },
    })
    const before = sent.length
    await transport.send(call(2))
    await expect(
      transport.send({ jsonrpc: '2.0', method: 'notifications/progress' }),
    ).rejects.toMatchObject({
      code: 'server_quarantined',
    })
    expect(sent.length).toBe(before)
    expect(given.at(-1)).toMatchObject({ id: 2, result: told('server_quarantined') })
  })

  it('drops an answer for which nobody waits', async () => {
    outer()
    inner.onmessage?.({ jsonrpc: '2.0', id: 4, result: { tools: [] } })
    expect(given).toEqual([])
  })

  it('never sends a call that was cancelled before the credential was there', async () => {
    const issued = deferred<ReturnType<typeof granted<ReturnType<typeof issuedToken>>>>()
    const transport = outer(BOUND, { source: () => issued.promise })
    await transport.send({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
    const calling = transport.send(call(2))
    await transport.send({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 2 },
    })
    issued.resolve(granted(issuedToken(SECRET)))
    await calling
    expect(sent.map(({ method }) => method)).toEqual(['tools/list'])
    expect(given.map(({ id }) => id)).toEqual([1])
  })

  it('tells the server when a call that it has is cancelled', async () => {
    delete answers['tools/call']
    const transport = outer()
    const calling = transport.send(call(2))
    await expect.poll(() => sent.length).toBe(2)
    await transport.send({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 2 },
    })
    await calling
    expect(sent.map(({ method }) => method)).toEqual([
      'tools/list',
      'tools/call',
      'notifications/cancelled',
    ])
    expect(given).toEqual([])
    // The call is forgotten: there is nothing to cancel any more.
    await transport.send({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 2 },
    })
    expect(sent.length).toBe(3)
  })

  it('answers the open calls before it reports that the process died', async () => {
    delete answers['tools/call']
    const transport = outer()
    const order: string[] = []
    transport.onmessage = (message) => order.push(JSON.stringify(message))
    const closed = deferred<void>()
    transport.onclose = () => {
      order.push('closed')
      closed.resolve()
    }
    const calling = transport.send(call(3))
    await expect.poll(() => sent.length).toBe(2)
    inner.onclose?.()
    await Promise.all([calling, closed.promise])
    expect(order).toEqual([
      expect.stringContaining(told('server_unavailable').content[0]?.text ?? '-'),
      'closed',
    ])
  })

  it('answers a call that takes too long', async () => {
    delete answers['tools/call']
    await outer(BOUND, { deadline: 100 }).send(call(1))
    expect(given).toMatchObject([{ id: 1, result: told('server_unavailable') }])
  })

  it('does not repeat a line that the SDK could not read', () => {
    const errors: Error[] = []
    const transport = outer()
    transport.onerror = (error) => void errors.push(error)
    inner.onerror?.(new SyntaxError(`Unexpected token in ${SECRET}`))
    expect(errors.map(String)).toEqual([
      `AuthError: ${toSentence({ reason: 'server_unavailable', server: 'everything' })}`,
    ])
  })

  it('refuses servers that are not bound as stdio', () => {
    expect(() => outer({ ...BOUND, url: 'https://everything.example/mcp' })).toThrow(TypeError)
  })
})
