// Least privilege by the call: the token of a call holds the scopes that its tool needs, and no
// others.

import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../src/core/audit.ts'
import type { BindingInput } from '../src/core/binding.ts'
import { granted } from '../src/core/errors.ts'
import { parseBinding } from '../src/core/parse-binding.ts'
import { createOnBehalf } from '../src/on-behalf.ts'
import { CHAT, ISSUER, issuedToken, START, verifiedToken } from './core/parts.ts'
import { callOf, messagesOf, post, rpcServer, tool } from './mcp/parts.ts'

const declaring = (name: string, scopes: unknown, inMeta = true) => {
  const securitySchemes = [{ type: 'oauth2', scopes }]
  return { ...tool(name, {}), ...(inMeta ? { _meta: { securitySchemes } } : { securitySchemes }) }
}

/** A server that takes any token, and says which scopes it had: `canary.<scopes>.<number>`. */
async function setUp({
  tools = [tool('read', {}), tool('write', {}), tool('other', {})] as ReturnType<typeof tool>[],
  binding = {} as Partial<BindingInput>,
  needs = {} as Readonly<Record<string, readonly string[]>>,
} = {}) {
  const asked: string[] = []
  const events: AuditEvent[] = []
  const scopesOf = (headers: readonly (readonly [string, string])[]) =>
    (headers.find(([name]) => name === 'authorization')?.[1] ?? '').split('.')[1]
  const server = await rpcServer(tools, ({ message, request }, response) => {
    const had = scopesOf(request.raw)?.split('+') ?? []
    const needed = needs[String(message.params?.name)] ?? []
    if (needed.every((scope) => had.includes(scope)))
      return { content: [{ type: 'text', text: had.join('+') }] }
    response
      .writeHead(403, {
        'www-authenticate': `Bearer error="insufficient_scope", scope="${needed.join(' ')}"`,
      })
      .end()
    return undefined
  })
  const onbehalf = createOnBehalf({
    resource: CHAT,
    authorizationServers: [ISSUER],
    servers: {
      tasks: {
        url: server.url,
        source: { type: 'exchange', scopes: ['a', 'b', 'c'] },
        ...binding,
      },
    },
    verifier: {
      verify: async () =>
        granted(verifiedToken({ scopes: ['a', 'b', 'c', 'd'], expiresAt: START + 3600 })),
    },
    exchanger: {
      issuer: ISSUER,
      async exchange(_, { scopes }) {
        asked.push(scopes.join('+'))
        return granted(issuedToken(`canary.${scopes.join('+')}.${asked.length}`, { scopes }))
      },
    },
    audit: { record: (event) => void events.push(event) },
    now: () => START * 1000,
  })
  const admission = await onbehalf.admit(
    new Request(CHAT, { method: 'POST', headers: { authorization: 'Bearer canary.of.alice' } }),
  )
  if (!admission.ok) throw new Error(admission.refusal.reason)
  const fetch = admission.value.fetch('tasks')
  const ask = async (body: object) => messagesOf(await fetch(server.url, post(body)))
  const list = () => ask({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
  const call = async (name: string) => {
    const [message] = await ask(callOf(name))
    return message?.result.content[0]?.text
  }
  return {
    asked,
    events,
    ask,
    list,
    call,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

describe('scopes by the operator', () => {
  const toolScopes = { read: ['a'], write: ['a', 'b'], none: [] }

  it('a call carries the scopes of its tool, a list the fewest, a tool that is not named all', async () => {
    await using made = await setUp({ binding: { toolScopes } })
    await made.list()
    expect(await made.call('read')).toBe('a')
    expect(await made.call('write')).toBe('a+b')
    expect(await made.call('other')).toBe('a+b+c')
    expect(await made.call('none')).toBe('a')
    expect(await made.call('read')).toBe('a')
    expect(made.asked).toEqual(['a', 'a+b', 'a+b+c'])
    const carried = made.events.filter(({ hop }) => hop === 'carry').map(({ scopes }) => scopes)
    expect(carried.slice(0, 2)).toEqual([['a'], ['a']])
  })

  it('a batch carries what its calls need together', async () => {
    await using made = await setUp({ binding: { toolScopes } })
    const [first] = await made.ask([
      { ...callOf('read'), id: 1 },
      { ...callOf('write'), id: 2 },
    ])
    expect(made.asked).toEqual(['a+b'])
    expect(first).toBeDefined()
  })

  it('a 403 steps up to what the binding names, for this need alone', async () => {
    await using made = await setUp({ binding: { toolScopes }, needs: { read: ['a', 'c'] } })
    expect(await made.call('read')).toBe('a+c')
    expect(await made.call('read')).toBe('a+c')
    expect(await made.call('write')).toBe('a+b')
    expect(made.asked).toEqual(['a', 'a+c', 'a+b'])
  })

  it('a 403 does not step up beyond the binding', async () => {
    await using made = await setUp({ binding: { toolScopes }, needs: { read: ['d'] } })
    expect(await made.call('read')).toMatch(/permission/)
    expect(made.asked).toEqual(['a'])
  })

  it.each<[string, Partial<BindingInput>, RegExp]>([
    [
      'a scope that the source does not name',
      { toolScopes: { read: ['z'] } },
      /toolScopes\.read has "z", which source\.scopes does not name/,
    ],
    [
      'a text that is no scope',
      { toolScopes: { read: ['a b'] } },
      /toolScopes\.read has "a b", which is no scope token/,
    ],
    [
      'no list',
      { toolScopes: { read: 'a' as unknown as string[] } },
      /toolScopes\.read must be a list/,
    ],
    [
      'a source without scopes',
      { source: { type: 'own' }, toolScopes: { read: ['a'] } },
      /toolScopes\.read cannot be given: the source "own" asks for no scopes/,
    ],
  ])('%s is refused at creation', (_, input, message) => {
    const source = { type: 'exchange', scopes: ['a'] } as const
    expect(() => parseBinding('tasks', { url: 'https://t.example/mcp', source, ...input })).toThrow(
      message,
    )
  })
})

describe('scopes by the server', () => {
  it.each([true, false])('what a tool declares is enough (in _meta: %s)', async (inMeta) => {
    await using made = await setUp({
      tools: [
        declaring('read', ['a'], inMeta),
        declaring('write', ['b', 'a'], inMeta),
        tool('other', {}),
      ],
    })
    await made.list()
    expect(await made.call('read')).toBe('a')
    expect(await made.call('write')).toBe('b+a')
    expect(await made.call('other')).toBe('a+b+c')
    await made.list()
    expect(made.asked).toEqual(['a+b+c', 'a', 'b+a'])
  })

  it.each<[string, unknown]>([
    ['more than the binding names', ['d', 'a']],
    ['the same twice', ['a', 'a']],
  ])('%s gives no more than the binding names', async (_, scopes) => {
    await using made = await setUp({ tools: [declaring('read', scopes)] })
    await made.list()
    expect(await made.call('read')).toBe('a')
  })

  it.each<[string, unknown]>([
    ['other names than the binding has', ['zebra']],
    ['no list', 'a'],
    ['what is no scope', ['a b']],
    ['null', null],
    ['very many', Array.from({ length: 65 }, (_, at) => `a${at}`)],
  ])('%s is as if it said nothing', async (_, scopes) => {
    await using made = await setUp({ tools: [declaring('read', scopes)] })
    await made.list()
    expect(await made.call('read')).toBe('a+b+c')
  })

  it.each<[string, readonly string[]]>([
    ['is asked for nothing that the server made up', []],
    ['is asked for what the operator wrote', ['a']],
  ])('an issuer that decides alone %s', async (_, scopes) => {
    await using made = await setUp({
      tools: [declaring('read', ['https://other.example/.default']), declaring('mine', ['x'])],
      binding: {
        source: { type: 'exchange', scopes: [], scopesFromIssuer: true },
        ...(scopes.length > 0 ? { toolScopes: { mine: scopes } } : {}),
      },
    })
    await made.list()
    await made.call('read')
    await made.call('mine')
    await made.list()
    expect([...new Set(made.asked)].sort()).toEqual(['', ...scopes])
  })

  it('one scope many times, in any order, needs no further token', async () => {
    const tools = [
      ['a', 'b'],
      ['b', 'a', 'a'],
      ['b', 'b', 'a', 'b'],
    ]
    await using made = await setUp({
      tools: tools.map((scopes, at) => declaring(`tool${at}`, scopes)),
    })
    await made.list()
    for (const at of tools.keys()) await made.call(`tool${at}`)
    expect(made.asked).toEqual(['a+b+c', 'a+b'])
  })

  it('the operator has the last word', async () => {
    await using made = await setUp({
      tools: [declaring('read', ['b'])],
      binding: { toolScopes: { read: ['a'] } },
    })
    await made.list()
    expect(await made.call('read')).toBe('a')
  })

  it('the credential that opens a session holds all scopes', async () => {
    await using made = await setUp({
      tools: [declaring('read', ['a'])],
      binding: { placement: { type: 'session' }, toolScopes: { read: ['a'] } },
    })
    await made.list()
    expect(made.asked).toEqual(['a+b+c'])
  })
})
