// The odd-member matrix, for servers: one that is down, refuses, or speaks another language never
// takes the others away. The person, the operator and the model are each told once.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RefusalReason } from 'onbehalf'
import { describe, expect, it, onTestFinished } from 'vitest'
import { toError } from '../../src/core/sentences.ts'
import { goodMember, runWith, type Told } from './odd-house.ts'
import { rawServer } from './raw-server.ts'

type Fetch = typeof globalThis.fetch

const TOOL = { name: 'odd_look', inputSchema: { type: 'object' } }
const fine = () => rawServer([TOOL], () => ({ content: [{ type: 'text', text: 'fine' }] })).fetch
const methodOf = (init: RequestInit | undefined): string =>
  typeof init?.body === 'string' ? JSON.parse(init.body).method : (init?.method ?? 'GET')
const hanging: Fetch = (_, init) =>
  new Promise((_resolve, reject) =>
    init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
  )
const deaf: Fetch = () => new Promise(() => undefined)
const refusing =
  (reason: RefusalReason): Fetch =>
  async () => {
    throw toError({ reason, server: 'odd' })
  }
/** A server that answers a method in its own way. */
const but = (method: string, answer: Fetch): Fetch => {
  const server = fine()
  return async (input, init) =>
    methodOf(init) === method ? answer(input, init) : server(input, init)
}
const result =
  (value: unknown): Fetch =>
  async (_, init) =>
    Response.json({ jsonrpc: '2.0', id: JSON.parse(String(init?.body)).id, result: value })

/** The built-in fetch to a socket that behaves like this, or to a closed port. */
async function socket(behaves?: Parameters<typeof createServer>[1]): Promise<Fetch> {
  const server = createServer(behaves ?? (() => undefined))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
  if (behaves) onTestFinished(async () => void (await close()))
  else await close()
  return (_, init) => fetch(`http://127.0.0.1:${port}/mcp`, init)
}

/** Servers that cannot be used, with the reason and the word for the operator. */
const LEFT_OUT: readonly (readonly [
  what: string,
  reason: RefusalReason,
  detail: string,
  fetch: () => Fetch | Promise<Fetch>,
])[] = [
  ['at a closed port', 'server_unreachable', 'no_connection', () => socket()],
  [
    'that cuts the connection',
    'server_not_ready',
    'no_mcp_answer',
    () => socket((request) => request.socket.destroy()),
  ],
  ['that hangs', 'server_not_ready', 'opening_too_slow', () => hanging],
  [
    'that hangs, over a fetch that obeys nothing',
    'server_not_ready',
    'opening_too_slow',
    () => deaf,
  ],
  [
    'that hangs when it lists',
    'server_not_ready',
    'opening_too_slow',
    () => but('tools/list', hanging),
  ],
  [
    'that answers 401',
    'server_refused',
    'server_refused',
    () => async () => new Response('no', { status: 401 }),
  ],
  [
    'that answers 403',
    'server_refused',
    'server_refused',
    () => async () => new Response('no', { status: 403 }),
  ],
  [
    'that answers 404',
    'server_not_ready',
    'http_404',
    () => async () => new Response('no', { status: 404 }),
  ],
  [
    'that answers 500',
    'server_not_ready',
    'http_500',
    () => async () => new Response('no', { status: 500 }),
  ],
  [
    'that answers 503 in JSON',
    'server_not_ready',
    'http_503',
    () => async () => Response.json({}, { status: 503 }),
  ],
  [
    'that sends people elsewhere',
    'server_not_ready',
    'http_307',
    () => async () => new Response(null, { status: 307, headers: { location: '/mcp/' } }),
  ],
  [
    'that answers with a page',
    'server_not_ready',
    'no_mcp_answer',
    () => async () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
  ],
  [
    'that answers with other JSON',
    'server_not_ready',
    'no_mcp_answer',
    () => async () => Response.json({ ok: true }),
  ],
  [
    'that answers with broken JSON',
    'server_not_ready',
    'no_mcp_answer',
    () => async () =>
      new Response('{"jsonrpc"', { headers: { 'content-type': 'application/json' } }),
  ],
  [
    'that answers with nothing',
    'server_not_ready',
    'no_mcp_answer',
    () => async () => new Response(''),
  ],
  [
    'of a revision that nobody knows',
    'server_not_ready',
    'no_mcp_answer',
    () =>
      but(
        'initialize',
        result({ protocolVersion: '2099-01-01', capabilities: {}, serverInfo: {} }),
      ),
  ],
  [
    'whose list is no list',
    'server_not_ready',
    'no_mcp_answer',
    () => but('tools/list', result({ tools: 'none' })),
  ],
  [
    'whose list is null',
    'server_not_ready',
    'no_mcp_answer',
    () => but('tools/list', result({ tools: null })),
  ],
  [
    'that cannot list',
    'server_not_ready',
    'http_500',
    () => but('tools/list', async () => new Response('', { status: 500 })),
  ],
  [
    'in quarantine',
    'server_quarantined',
    'server_quarantined',
    () => refusing('server_quarantined'),
  ],
  ['that nobody bound', 'server_unbound', 'server_unbound', () => refusing('server_unbound')],
  [
    'that the issuer gives no token for',
    'exchange_target_refused',
    'exchange_target_refused',
    () => refusing('exchange_target_refused'),
  ],
  [
    'that wants consent first',
    'exchange_consent_required',
    'exchange_consent_required',
    () => refusing('exchange_consent_required'),
  ],
  [
    'whose issuer is down',
    'issuer_unavailable',
    'issuer_unavailable',
    () => refusing('issuer_unavailable'),
  ],
]

/** Servers that are odd and can be used. */
const USED: readonly (readonly [what: string, fetch: () => Fetch])[] = [
  [
    'that answers 400 to revisions that it does not know',
    () => {
      const server = fine()
      return async (input, init) => {
        const body = typeof init?.body === 'string' ? JSON.parse(init.body) : {}
        if (body.method === 'initialize' && body.params.protocolVersion > '2025-03-26')
          return Response.json({ error: 'unsupported' }, { status: 400 })
        return body.method === 'initialize'
          ? result({
              protocolVersion: '2025-03-26',
              capabilities: { tools: {} },
              serverInfo: { name: 'a', version: '1' },
            })(input, init)
          : server(input, init)
      }
    },
  ],
  [
    'that answers 500 to the first question of a newer revision',
    () => but('server/discover', async () => new Response('', { status: 500 })),
  ],
  [
    'that never answers the first question of a newer revision',
    () => but('server/discover', hanging),
  ],
  [
    'that says nothing of itself',
    () =>
      but(
        'initialize',
        result({ protocolVersion: '2025-11-25', capabilities: null, serverInfo: null }),
      ),
  ],
  [
    'that answers with members of its own and nulls',
    () => but('tools/list', result({ tools: [TOOL], nextCursor: null, _meta: null, more: 1 })),
  ],
  [
    'that writes an error that is null beside each result, and no version',
    () => {
      const server = fine()
      return async (input, init) => {
        const answer = await server(input, init)
        if (!answer.headers.get('content-type')?.includes('json')) return answer
        const { jsonrpc: _, ...message } = (await answer.json()) as Record<string, unknown>
        return Response.json({ ...message, error: message.error ?? null })
      }
    },
  ],
]

describe.each(['alone', 'beside a good server'] as const)('%s', (place) => {
  const rest = place === 'alone' ? [] : [goodMember()]
  const expectGoodToWork = (told: Told) => {
    expect(told.error).toBe(undefined)
    expect(told.done.includes('good_look')).toBe(rest.length > 0)
    expect(told.events.at(-1)).toMatchObject({ type: 'text_done', text: 'Done.' })
  }

  it.each(LEFT_OUT)('a server %s is left out, and told once', async (_, reason, detail, make) => {
    const odd = { name: 'odd', fetch: await make() }
    const told = await runWith([odd, ...rest], {
      timeouts: { opening: detail === 'opening_too_slow' ? 200 : 5_000 },
    })
    expectGoodToWork(told)
    expect(told.operator).toEqual([{ server: 'odd', reason, detail }])
    expect(told.person).toHaveLength(1)
    expect(told.person[0]).toEqual({
      type: 'left_out',
      server: 'odd',
      text: expect.stringContaining('odd '),
    })
    expect(told.person[0]?.text).toMatch(/Try again|administrator|Sign in/)
    expect(JSON.stringify(told.events)).not.toContain('not known whether')
    const [first] = told.requests
    expect(first?.systemInstructions?.match(/"odd" cannot be used/g)).toHaveLength(1)
  })

  it.each(USED)('a server %s is used', async (_, make) => {
    const told = await runWith([{ name: 'odd', fetch: make() }, ...rest], {
      timeouts: { opening: 1_000 },
    })
    expectGoodToWork(told)
    expect(told.done).toContain('odd_look')
    expect([told.person, told.operator]).toEqual([[], []])
    expect(told.requests[0]?.systemInstructions).toBe('Help.')
  })

  it.each([
    ['a cursor that repeats', result({ tools: [TOOL], nextCursor: 'again' })],
    [
      'a second page that fails',
      (async (input, init) =>
        JSON.parse(String(init?.body)).params?.cursor === undefined
          ? result({ tools: [TOOL], nextCursor: '2' })(input, init)
          : new Response('', { status: 500 })) as Fetch,
    ],
  ])('of a list with %s, what came is used, and the rest is told once', async (_, list) => {
    const told = await runWith([{ name: 'odd', fetch: but('tools/list', list) }, ...rest])
    expectGoodToWork(told)
    expect(told.done).toContain('odd_look')
    expect(told.person).toHaveLength(1)
    expect(told.operator.filter(({ detail }) => detail === 'list_incomplete')).toHaveLength(1)
  })

  it('a server for which no account is connected asks for one when it is wanted', async () => {
    const odd = { name: 'Odd Notes', fetch: refusing('connection_needed') }
    const told = await runWith([odd, ...rest])
    expectGoodToWork(told)
    expect([told.person, told.operator]).toEqual([[], []])
    expect(told.offered.map(({ name }) => name)).toContain('connect_Odd_Notes')
    expect(told.events.filter(({ type }) => type === 'connection_needed')).toEqual([
      { type: 'connection_needed', server: 'Odd Notes' },
    ])
    const spoken = told.events.findIndex(({ type }) => type === 'tool_started')
    const asked = told.events.findIndex(({ type }) => type === 'connection_needed')
    expect(asked).toBeGreaterThan(spoken)
    expect(JSON.stringify(told.requests[1])).toContain('Nothing was done at Odd Notes')
  })

  it('without a server that is required, the answer ends with the reason, and the model is not asked', async () => {
    const odd = { name: 'odd', required: true, fetch: hanging }
    const told = await runWith([odd, ...rest], { timeouts: { opening: 50 } })
    expect(told.error).toMatchObject({
      code: 'server_not_ready',
      message:
        'This was not done: odd does not answer as it should right now. Try again in a moment.',
    })
    expect(told.requests).toEqual([])
    expect(told.operator).toHaveLength(1)
    const unconnected = { name: 'odd', required: true, fetch: refusing('connection_needed') }
    expect((await runWith([unconnected, ...rest])).error).toMatchObject({
      code: 'connection_needed',
    })
  })

  it('a server that is back is used in the next message', async () => {
    let isDown = true
    const server = fine()
    const odd: Fetch = async (input, init) =>
      isDown ? new Response('', { status: 503 }) : server(input, init)
    const members = [{ name: 'odd', fetch: odd }, ...rest]
    expect((await runWith(members)).done).not.toContain('odd_look')
    isDown = false
    expect((await runWith(members)).done).toContain('odd_look')
  })
})

it('servers are opened side by side: one that hangs does not keep the others waiting longer than its own time', async () => {
  const members = ['a', 'b', 'c'].map((name) => ({ name, fetch: hanging }))
  const started = performance.now()
  const told = await runWith([...members, goodMember()], { timeouts: { opening: 300 } })
  expect(performance.now() - started).toBeLessThan(900)
  expect(told.person.map(({ server }) => server)).toEqual(['a', 'b', 'c'])
  expect(told.done).toEqual(['good_look'])
})
