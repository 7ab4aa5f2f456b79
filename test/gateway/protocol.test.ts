// All of MCP through the gateway, by the official clients (v1 and v2): what a client asks, what a server
// asks, and what it says by itself, at the address of one server and at that of several.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  CallToolResultSchema,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { afterEach, describe, expect, it } from 'vitest'
import { fullServer } from './full-server.ts'
import { GATEWAY, gatewayHouse, textOf, tokenFor } from './house.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const exchange = { type: 'exchange', scopes: ['read'] } as const

/** A gateway with two servers that have the same names for everything. */
function house() {
  const servers = { 'One A': fullServer('One'), Two: fullServer('Two') }
  const made = gatewayHouse({
    servers: {
      'One A': { url: 'https://one.example/mcp', source: exchange },
      Two: { url: 'https://two.example/mcp', source: exchange },
    },
    fetch: async (input, init) => {
      const request = new Request(input, init)
      if (made.down.has(new URL(request.url).host)) throw new TypeError('fetch failed')
      return servers[request.url.includes('//one.') ? 'One A' : 'Two'].fetch(request)
    },
  })
  return Object.assign(made, { servers })
}
type House = ReturnType<typeof house>

/** What a client was asked and told. */
class Heard {
  readonly asked: string[] = []
  readonly told: string[] = []
}

function sending({ gateway }: House, person: string): typeof fetch {
  return (input, init) => {
    const request = new Request(input, init)
    request.headers.set('authorization', `Bearer ${tokenFor(person)}`)
    return gateway.fetch(request)
  }
}

const CAPABILITIES = {
  elicitation: { form: {}, url: {} },
  sampling: {},
  roots: { listChanged: true },
}

/** A client of the SDK v1, which answers all that it is asked. */
async function connected(made: House, path: string, person = 'alice') {
  const client = new ClientV1({ name: 'agent', version: '1' }, { capabilities: CAPABILITIES })
  const heard = new Heard()
  client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
    heard.asked.push('url' in params ? String(params.url) : params.message)
    return { action: 'accept', content: { name: person } }
  })
  client.setRequestHandler(CreateMessageRequestSchema, async () => ({
    model: 'm',
    role: 'assistant',
    content: { type: 'text', text: `sampled by ${person}` },
  }))
  client.setRequestHandler(ListRootsRequestSchema, async () => ({
    roots: [{ uri: `file:///${person}` }],
  }))
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    heard.told.push(`${params.level}: ${String(params.data)}`)
  })
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
    heard.told.push(`updated ${params.uri}`)
  })
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    heard.told.push('tools changed')
  })
  const transport = new TransportV1(new URL(`${GATEWAY}${path}`), { fetch: sending(made, person) })
  // The SDK's own types differ under exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<typeof client.connect>[0])
  ends.push(() => client.close())
  return Object.assign(client, { heard })
}

/** Waits until something is so. The test's own limit ends it. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe.each([
  ['one server', '/mcp/One%20A', (name: string) => name, (uri: string) => uri],
  ['several servers', '/mcp', (name: string) => `One_A__${name}`, (uri: string) => `One.A+${uri}`],
])('at the address of %s', (_, path, named, located) => {
  it('passes resources, templates, prompts and completions', async () => {
    const client = await connected(house(), path)
    const { resources } = await client.listResources()
    expect(resources.map(({ uri }) => uri)).toContain(located('note://first'))
    const { resourceTemplates } = await client.listResourceTemplates()
    const template = located('note://{name}')
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain(template)
    for (const name of ['first', 'other'])
      expect(await client.readResource({ uri: located(`note://${name}`) })).toMatchObject({
        contents: [{ uri: located(`note://${name}`), text: `One ${name}` }],
      })
    const argument = { name: 'name', value: 'a' }
    const ofTemplate = { type: 'ref/resource', uri: template } as const
    const first = await client.complete({ ref: ofTemplate, argument })
    expect(first.completion.values).toEqual(['a-One'])
    const second = await client.complete({
      ref: { type: 'ref/prompt', name: named('sum') },
      argument: { name: 'style', value: 'b' },
    })
    expect(second.completion.values).toEqual(['b-One-style'])
    const prompt = await client.getPrompt({ name: named('sum'), arguments: { style: 'short' } })
    expect(prompt.messages).toMatchObject([{ content: { text: 'One short' } }])
    const linked = await client.callTool({ name: named('link') })
    expect(linked.content).toMatchObject([
      { uri: located('note://first') },
      { resource: { uri: located('note://second') } },
    ])
  })

  it('passes what a server asks to the client, and the answer back', async () => {
    const made = house()
    const client = await connected(made, path)
    const call = async (name: string) => textOf(await client.callTool({ name: named(name) }))
    expect(await call('ask')).toBe('One: accept alice')
    expect(await call('ask_url')).toBe('One: accept')
    expect(client.heard.asked).toEqual(['One asks', 'https://one.example/connect'])
    expect(await call('sample')).toContain('sampled by alice')
    expect(await call('roots')).toContain('file:///alice')
    expect(made.servers['One A'].capabilities.at(-1)).toMatchObject(CAPABILITIES)
  })

  it('passes progress, and stops a call that is cancelled', async () => {
    const made = house()
    const client = await connected(made, path)
    const steps: number[] = []
    await client.callTool({ name: named('steps') }, undefined, {
      onprogress: ({ progress }) => void steps.push(progress),
    })
    expect(steps).toEqual([1, 2, 3])
    const stop = new AbortController()
    const waiting = client.callTool({ name: named('wait') }, undefined, { signal: stop.signal })
    await until(() => made.servers['One A'].waiting() === 1)
    stop.abort('enough')
    await expect(waiting).rejects.toThrow('enough')
    await until(() => made.servers['One A'].cancelled.length === 1)
    expect(made.servers.Two.cancelled).toEqual([])
  })

  it('passes logs by their level, changes of lists, and updates of resources', async () => {
    const client = await connected(house(), path)
    const { told } = client.heard
    await client.setLoggingLevel('warning')
    await client.callTool({ name: named('log') })
    await until(() => told.includes('error: One failed'))
    expect(told).not.toContain('debug: One detail')
    await client.callTool({ name: named('grow') })
    await until(() => told.includes('tools changed'))
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain(named('grown'))
    const uri = located('note://first')
    await client.subscribeResource({ uri })
    expect(textOf(await client.callTool({ name: named('touch') }))).toBe('1 told')
    await until(() => told.includes(`updated ${uri}`))
    await client.unsubscribeResource({ uri })
    expect(textOf(await client.callTool({ name: named('touch') }))).toBe('0 told')
  })

  it('passes tasks', async () => {
    const client = await connected(house(), path)
    await client.listTools()
    const stages: string[] = []
    const stream = client.experimental.tasks.callToolStream(
      { name: named('later'), arguments: {} },
      CallToolResultSchema,
      { task: { ttl: 60_000 } },
    )
    let taskId = ''
    for await (const message of stream) {
      stages.push(message.type)
      if (message.type === 'taskCreated') ({ taskId } = message.task)
      if (message.type === 'result') expect(textOf(message.result)).toBe('One later')
    }
    expect(stages).toContain('taskCreated')
    expect(stages.at(-1)).toBe('result')
    expect((await client.experimental.tasks.getTask(taskId)).status).toBe('completed')
    const { tasks } = await client.experimental.tasks.listTasks()
    expect(tasks.map((task) => task.taskId)).toEqual([taskId])
  })
})

describe('at the address of several servers', () => {
  it('asks the right client for the right server, when all ask at once', async () => {
    const made = house()
    const [alice, bob] = [await connected(made, '/mcp'), await connected(made, '/mcp', 'bob')]
    const ask = async (client: typeof alice, server: string) =>
      textOf(await client.callTool({ name: `${server}__ask` }))
    const answers = await Promise.all([
      ask(alice, 'One_A'),
      ask(alice, 'Two'),
      ask(bob, 'One_A'),
      ask(bob, 'Two'),
    ])
    expect(answers).toEqual([
      'One: accept alice',
      'Two: accept alice',
      'One: accept bob',
      'Two: accept bob',
    ])
    for (const client of [alice, bob])
      expect([...client.heard.asked].sort()).toEqual(['One asks', 'Two asks'])
  })

  it('hears of changes at every server that is up, and of no other person’s', async () => {
    const made = house()
    const [alice, bob] = [await connected(made, '/mcp'), await connected(made, '/mcp', 'bob')]
    await alice.subscribeResource({ uri: 'Two+note://first' })
    await bob.subscribeResource({ uri: 'Two+note://first' })
    made.down.add('one.example')
    await alice.callTool({ name: 'Two__touch' })
    await until(() => alice.heard.told.includes('updated Two+note://first'))
    expect(bob.heard.told).toEqual([])
    expect((await alice.listResources()).resources.map(({ uri }) => uri)).toEqual([
      'Two+note://first',
    ])
  })

  it('works for the SDK v2, which asks for the newest revision first', async () => {
    const made = house()
    const client = new Client(
      { name: 'agent', version: '1' },
      { capabilities: { elicitation: {} }, versionNegotiation: { mode: 'auto' } },
    )
    client.setRequestHandler('elicitation/create', async () => ({
      action: 'accept',
      content: { name: 'v2' },
    }))
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${GATEWAY}/mcp`), {
        fetch: sending(made, 'alice'),
      }),
    )
    ends.push(() => client.close())
    expect(textOf(await client.callTool({ name: 'Two__ask' }))).toBe('Two: accept v2')
    expect(await client.readResource({ uri: 'Two+note://x' })).toMatchObject({
      contents: [{ text: 'Two x' }],
    })
  })

  it('takes no answer for another server, and no thing of a server that is not there', async () => {
    const made = house()
    const client = await connected(made, '/mcp')
    for (const uri of ['note://first', 'Three+note://first', '+note://first'])
      await expect(client.readResource({ uri })).rejects.toThrow('no such')
    const strange = { jsonrpc: '2.0', id: 'Three__1', result: {} }
    expect((await made.ask('/mcp', tokenFor('alice'), strange)).status).toBe(202)
  })
})
