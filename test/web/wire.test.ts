import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import type { ResponseNotice, WireSettings } from '../../web/client/post.ts'
import { Refused, Unreachable } from '../../web/client/refused.ts'
import { createWire } from '../../web/client/wire.ts'
import { fakeServer, manualClock, script, streaming } from './support.ts'

const ENDPOINT = 'https://chat.example/chatkit'
const INPUT = {
  content: [{ type: 'input_text' as const, text: 'hi' }],
  attachments: [],
  inference_options: {},
}

function ground(answers: Parameters<typeof fakeServer>[0], more: Partial<WireSettings> = {}) {
  const server = fakeServer(answers)
  const notices: ResponseNotice[] = []
  const clock = manualClock(2000)
  const refreshes: boolean[] = []
  const settings: WireSettings = {
    endpoint: ENDPOINT,
    isOwnOrigin: false,
    token: async ({ refresh }) => {
      refreshes.push(refresh)
      return refresh ? 'fresh' : 'first'
    },
    fetch: server.fetch,
    metadata: { placement: 'header' },
    resumable: true,
    extraHeaders: true,
    language: undefined,
    ...more,
  }
  const wire = createWire(() => settings, { clock, onResponse: (one) => notices.push(one) })
  return { ...server, wire, notices, clock, refreshes }
}

const { signal } = new AbortController()

it('the token is asked for before each request, and a 401 has it asked for anew and the request repeated, once', async () => {
  const { wire, asked, refreshes } = ground({
    'threads.delete': ({ headers }) =>
      headers.get('authorization') === 'Bearer fresh'
        ? Response.json({})
        : Response.json({ message: 'No.' }, { status: 401 }),
  })
  await wire.ask('threads.delete', { thread_id: 'a' })
  await wire.ask('threads.delete', { thread_id: 'b' })
  expect(refreshes).toEqual([false, true, false, true])
  expect(asked.map(({ params }) => params.thread_id)).toEqual(['a', 'a', 'b', 'b'])
})

it('a second 401 says that the person is signed out', async () => {
  const { wire, asked } = ground({ 'threads.create': () => new Response(null, { status: 401 }) })
  await expect(wire.open('threads.create', { input: INPUT }, { signal })).rejects.toMatchObject({
    status: 401,
  })
  expect(asked.length).toBe(2)
})

it('requests that are refused together ask for one new token', async () => {
  const { wire, refreshes } = ground({
    'threads.list': ({ headers }) =>
      headers.get('authorization') === 'Bearer fresh'
        ? Response.json({ data: [] })
        : new Response(null, { status: 401 }),
  })
  await Promise.all(Array.from({ length: 5 }, () => wire.ask('threads.list', {})))
  expect(refreshes.filter((refresh) => refresh).length).toBe(1)
})

it('an invalid token, and a failure to get one, leave no trace in the error', async () => {
  for (const token of [async () => 'secret\nvalue', () => Promise.reject(new Error('secret'))]) {
    const { wire, asked } = ground({}, { token })
    const error = await wire.ask('threads.list', {}).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Refused)
    expect(inspect(error, { depth: 10 })).not.toContain('secret')
    expect(asked).toEqual([])
  }
})

it('a request that may have run is not repeated, and a request that only reads is', async () => {
  const { wire, asked } = ground({
    'threads.create': () => Promise.reject(new TypeError('failed')),
    'items.feedback': () => Promise.reject(new TypeError('failed')),
    'threads.list': () => Promise.reject(new TypeError('failed')),
  })
  await expect(wire.open('threads.create', { input: INPUT }, { signal })).rejects.toBeInstanceOf(
    Unreachable,
  )
  await expect(
    wire.ask('items.feedback', { thread_id: 'a', item_ids: ['b'], kind: 'positive' }),
  ).rejects.toBeInstanceOf(Unreachable)
  await expect(wire.ask('threads.list', {})).rejects.toBeInstanceOf(Unreachable)
  expect(asked.map(({ type }) => type)).toEqual([
    'threads.create',
    'items.feedback',
    'threads.list',
    'threads.list',
    'threads.list',
  ])
})

it('a server that is down for a moment is asked again; one that refuses is not', async () => {
  let down = true
  const { wire, asked } = ground({
    'threads.list': () => {
      const answer = down
        ? Response.json({ message: 'Later.' }, { status: 503 })
        : Response.json({ data: [1] })
      down = false
      return answer
    },
    'items.list': () =>
      Response.json({ code: 'not_found', message: 'There is none.' }, { status: 404 }),
  })
  expect(await wire.ask('threads.list', {})).toEqual({ data: [1] })
  await expect(wire.ask('items.list', { thread_id: 'a' })).rejects.toMatchObject({
    status: 404,
    code: 'not_found',
    message: 'There is none.',
  })
  expect(asked.length).toBe(3)
})

it('a refusal keeps the server’s own message, and nothing of a proxy’s error page', async () => {
  const { wire } = ground({
    'threads.delete': () =>
      Response.json(
        { code: 'slow', message: 'Wait.' },
        { status: 429, headers: { 'retry-after': '12' } },
      ),
    'threads.update': () => new Response('<h1>Bad gateway at 10.0.0.1</h1>', { status: 502 }),
  })
  await expect(wire.ask('threads.delete', { thread_id: 'a' })).rejects.toMatchObject({
    message: 'Wait.',
    code: 'slow',
    retryAfter: 12,
  })
  await expect(wire.ask('threads.update', { thread_id: 'a', title: 'b' })).rejects.toMatchObject({
    status: 502,
    message: '',
    code: undefined,
  })
})

it('messages carry their key, a trace and the wish to be resumed; nothing but the protocol where extra headers are off', async () => {
  const answers = {
    'threads.create': () => streaming(script()),
    'threads.list': () => Response.json({}),
  }
  const { wire, asked, notices } = ground(answers, { language: 'de' })
  const { trace } = await wire.open(
    'threads.create',
    { input: INPUT },
    { signal, idempotencyKey: 'key-1' },
  )
  await wire.ask('threads.list', {})
  const [create, list] = asked
  expect(create?.headers.get('idempotency-key')).toBe('key-1')
  expect(create?.headers.get('traceparent')).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`))
  expect(create?.headers.get('accept-language')).toBe('de')
  expect(create?.metadata).toEqual({
    placement: 'header',
    'onbehalf/resumable': true,
    'onbehalf/renews': true,
  })
  expect(list?.metadata).toEqual({ placement: 'header' })
  expect(notices.map(({ type, status }) => [type, status])).toEqual([
    ['threads.create', 200],
    ['threads.list', 200],
  ])
  expect(JSON.stringify(notices)).not.toContain('first')

  const plain = ground(answers, {
    extraHeaders: false,
    token: undefined,
    resumable: false,
    metadata: {},
  })
  await plain.wire.open('threads.create', { input: INPUT }, { signal, idempotencyKey: 'key-1' })
  expect([...(plain.asked[0]?.headers.keys() ?? [])]).toEqual(['accept', 'content-type'])
  expect(plain.asked[0]?.metadata).toEqual({})
})

it('an answer that is no stream is refused where a stream was requested', async () => {
  const { wire } = ground({ 'threads.create': () => Response.json({}) })
  await expect(wire.open('threads.create', { input: INPUT }, { signal })).rejects.toBeInstanceOf(
    Unreachable,
  )
})

it('redirects are refused: they would carry the conversation away', async () => {
  let init: RequestInit | undefined
  const fetch = async (_url: string | URL | Request, given?: RequestInit) => {
    init = given
    return Response.json({})
  }
  await ground({}, { fetch }).wire.ask('threads.list', {})
  expect(init).toMatchObject({ redirect: 'error', method: 'POST' })
})

it('an upload is given the token at the endpoint’s own origin only', async () => {
  const { wire } = ground({})
  expect(await wire.headersFor(new URL('https://chat.example/files'))).toEqual({
    authorization: 'Bearer first',
  })
  expect(await wire.headersFor(new URL('https://files.example/chatkit'))).toEqual({})
  expect(await wire.headersFor(new URL('http://chat.example/files'))).toEqual({})
})

it.each([
  [true, undefined, '1'],
  [false, undefined, null],
  [true, 'first', null],
])(
  'a page at the own origin (%s) with the token %s sends X-OnBehalf %s: its cookie needs it',
  async (isOwnOrigin, token, sent) => {
    const { wire, asked } = ground(
      { 'threads.delete': () => Response.json({}) },
      { isOwnOrigin, token: async () => token },
    )
    await wire.ask('threads.delete', { thread_id: 'a' })
    expect(asked[0]?.headers.get('x-onbehalf')).toBe(sent)
  },
)
