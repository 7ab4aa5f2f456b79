// The requests one by one: what they answer, what is refused, and that a refusal stores nothing.

import { describe, expect, it, vi } from 'vitest'
import { chatkitServer, memoryThreadStore, type ThreadStore } from '../../../src/chatkit/index.ts'
import { conformanceResponder } from '../conformance-responder.ts'
import { type Loose, message, parseEvents, request, testChat } from '../support.ts'

const chatOf = () => testChat(conformanceResponder)
const JSON_TYPE = { 'content-type': 'application/json' }

async function body(response: Response): Promise<Loose> {
  return response.json()
}

describe('threads', () => {
  it('threads.get_by_id gives the first 20 items, and items.list the rest', async () => {
    const chat = chatOf()
    const thread_id = await chat.create('alice')
    for (let n = 0; n < 24; n += 1)
      await chat.stream('alice', 'threads.add_user_message', { thread_id, input: message('noop') })
    const thread = await chat.json('alice', 'threads.get_by_id', { thread_id })
    expect(thread.items.data).toHaveLength(20)
    expect(thread.items).toMatchObject({ has_more: true, after: thread.items.data[19].id })
    const rest = await chat.json('alice', 'items.list', {
      thread_id,
      order: 'asc',
      after: thread.items.after,
    })
    expect(rest.data).toHaveLength(5)
    expect(rest).toEqual({ data: rest.data, has_more: false })
    const ids = [...thread.items.data, ...rest.data].map(({ id }) => id)
    expect(new Set(ids).size).toBe(25)
    expect(
      (await chat.json('alice', 'items.list', { thread_id, limit: 3 })).data.map(
        ({ id }: Loose) => id,
      ),
    ).toEqual(ids.toReversed().slice(0, 3))
  })

  it('threads.list gives the newest first, without items, page by page', async () => {
    const chat = chatOf()
    const made: string[] = []
    for (let n = 0; n < 3; n += 1) made.unshift(await chat.create('alice', 'hello'))
    await chat.create('bob')
    const first = await chat.json('alice', 'threads.list', { limit: 2 })
    expect(first).toMatchObject({ has_more: true, after: made[1] })
    expect(first.data.map(({ id }: Loose) => id)).toEqual(made.slice(0, 2))
    expect(first.data[0].items).toEqual({ data: [], has_more: false })
    const second = await chat.json('alice', 'threads.list', { limit: 2, after: first.after })
    expect(second).toMatchObject({ data: [{ id: made[2] }], has_more: false })
  })

  it('threads.update gives the thread its title, up to 200 characters', async () => {
    const chat = chatOf()
    const thread_id = await chat.create('alice')
    const updated = await chat.json('alice', 'threads.update', {
      thread_id,
      title: 'Größe \u{1f600}',
    })
    expect(updated).toMatchObject({ id: thread_id, title: 'Größe \u{1f600}', items: { data: [] } })
    expect(
      (await chat.send('alice', 'threads.update', { thread_id, title: 'x'.repeat(200) })).status,
    ).toBe(200)
    expect(
      (await chat.send('alice', 'threads.update', { thread_id, title: 'x'.repeat(201) })).status,
    ).toBe(400)
    expect((await chat.json('alice', 'threads.get_by_id', { thread_id })).title).toHaveLength(200)
  })

  it('threads.delete deletes a thread, which then is answered like one that never existed', async () => {
    const chat = chatOf()
    const thread_id = await chat.create('alice')
    expect(await chat.json('alice', 'threads.delete', { thread_id })).toEqual({})
    expect((await chat.send('alice', 'threads.delete', { thread_id })).status).toBe(404)
    expect((await chat.json('alice', 'threads.list')).data).toEqual([])
  })

  it.each([
    ['locked', 'thread_locked'],
    ['closed', 'thread_closed'],
  ] as const)('a %s thread takes no message, and stores none', async (type, code) => {
    const chat = testChat(async function* (_thread, _message, context) {
      context.updateThread({ status: { type, reason: 'quota' } })
      yield* []
    })
    const thread_id = await chat.create('alice')
    const refused = await chat.send('alice', 'threads.add_user_message', {
      thread_id,
      input: message('more'),
    })
    expect(refused.status).toBe(409)
    expect(await body(refused)).toMatchObject({ code })
    expect(await chat.json('alice', 'threads.get_by_id', { thread_id })).toMatchObject({
      status: { type, reason: 'quota' },
    })
    expect((await chat.json('alice', 'items.list', { thread_id })).data).toHaveLength(1)
  })

  it('ids are random, long and of their kind; times are UTC', async () => {
    const chat = chatOf()
    const ids = new Set<string>()
    for (let n = 0; n < 50; n += 1) ids.add(await chat.create('alice'))
    expect(ids.size).toBe(50)
    for (const id of ids) expect(id).toMatch(/^thr_[0-9a-f]{32}$/)
    const [created, user] = await chat.stream('alice', 'threads.create', { input: message('noop') })
    expect(created.thread.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(user.item.id).toMatch(/^msg_[0-9a-f]{32}$/)
  })

  it('a message keeps its tags with their data, its quote and its options, without nulls and unknown fields', async () => {
    const chat = chatOf()
    const content = [
      {
        type: 'input_tag',
        id: 'e1',
        text: 'Ada',
        data: { n: null, deep: [{ a: 1 }] },
        group: 'people',
        interactive: true,
        extra: 1,
      },
      { type: 'input_tag', id: 'e2', text: 'Bo', group: null },
      { type: 'input_text', text: 'noop' },
    ]
    const input = {
      content,
      attachments: [],
      quoted_text: null,
      inference_options: { model: 'm', tool_choice: null, extra: 1 },
      extra: 1,
    }
    const [, { item }] = await chat.stream('alice', 'threads.create', { input, extra: 1 })
    expect(item).toMatchObject({ attachments: [], inference_options: { model: 'm' } })
    expect(item).not.toHaveProperty('quoted_text')
    expect(item.content).toEqual([
      {
        type: 'input_tag',
        id: 'e1',
        text: 'Ada',
        data: { n: null, deep: [{ a: 1 }] },
        group: 'people',
        interactive: true,
      },
      { type: 'input_tag', id: 'e2', text: 'Bo', data: {}, interactive: false },
      { type: 'input_text', text: 'noop' },
    ])
    expect(item.inference_options).toEqual({ model: 'm' })
  })
})

describe('limits of a page', () => {
  it.each([
    [undefined, 20],
    [null, 20],
    [0, 20],
    [1, 1],
    [100, 100],
    [101, 100],
    [1e300, 100],
  ])('limit %s means %i', async (limit, expected) => {
    const asked: number[] = []
    const store = memoryThreadStore()
    const spied: ThreadStore = {
      ...store,
      threads: (owner, query) => {
        asked.push(query.limit)
        return store.threads(owner, query)
      },
    }
    await testChat(conformanceResponder, { store: spied }).json(
      'alice',
      'threads.list',
      limit === undefined ? {} : { limit },
    )
    expect(asked).toEqual([expected])
  })

  it.each([-1, 1.5, '5', true, [1]])('limit %j is refused', async (limit) => {
    const refused = await chatOf().send('alice', 'threads.list', { limit })
    expect(refused.status).toBe(400)
    expect(await body(refused)).toEqual({
      code: 'invalid_request',
      message: 'The request is not as the protocol says at params.limit.',
    })
  })

  it('a foreign cursor is the same 400 as a missing one, in threads and in items', async () => {
    const chat = chatOf()
    const own = await chat.create('alice', 'hello')
    const other = await chat.create('alice', 'hello')
    const foreign = await chat.create('bob', 'hello')
    const itemOf = async (who: string, thread_id: string) =>
      (await chat.json(who, 'items.list', { thread_id })).data[1].id
    const texts = await Promise.all(
      [
        chat.send('alice', 'threads.list', { after: 'thr_0' }),
        chat.send('alice', 'threads.list', { after: '' }),
        chat.send('alice', 'threads.list', { after: foreign }),
        chat.send('alice', 'items.list', { thread_id: own, after: 'msg_0' }),
        chat.send('alice', 'items.list', { thread_id: own, after: await itemOf('bob', foreign) }),
        chat.send('alice', 'items.list', { thread_id: own, after: await itemOf('alice', other) }),
      ].map(async (response) => `${(await response).status} ${await (await response).text()}`),
    )
    expect(new Set(texts)).toEqual(
      new Set([
        '400 {"code":"unknown_cursor","message":"The list cannot be continued from there."}',
      ]),
    )
  })
})

describe('refusals', () => {
  const create = { type: 'threads.create', params: { input: message('noop') } }

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])(
    'the method %s gets a 405 that names the allowed one, whoever asks',
    async (method) => {
      const response = await chatOf().handler(
        new Request('http://chat.example/chatkit', { method }),
      )
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
    },
  )

  it('refusals come in the order method, credential, media type, size, JSON, ownership', async () => {
    const chat = testChat(conformanceResponder, { limits: { bodyBytes: 500 } })
    const large = 'x'.repeat(501)
    const status = async (incoming: Request) => (await chat.handler(incoming)).status
    expect(await status(request(undefined, large, { method: 'PUT' }))).toBe(405)
    expect(
      await status(request(undefined, large, { headers: { 'content-type': 'text/plain' } })),
    ).toBe(401)
    expect(
      await status(
        request('alice', large, {
          headers: { authorization: 'Bearer alice', 'content-type': 'text/plain' },
        }),
      ),
    ).toBe(415)
    expect(await status(request('alice', large))).toBe(413)
    expect(await status(request('alice', 'x'.repeat(500)))).toBe(400)
    expect(
      await status(request('alice', { type: 'threads.delete', params: { thread_id: 'thr_0' } })),
    ).toBe(404)
  })

  it.each([
    ['application/json', 200],
    ['application/json; charset=utf-8', 200],
    ['Application/JSON;charset=UTF-8', 200],
    ['application/jsonp', 415],
    ['text/plain; application/json', 415],
    ['', 415],
  ])('content type %j is answered with %i', async (type, status) => {
    const headers = { authorization: 'Bearer alice', 'content-type': type }
    expect((await chatOf().handler(request('alice', create, { headers }))).status).toBe(status)
  })

  it('a body is refused unread when its length says that it is too large, else as soon as it is', async () => {
    let pulled = 0
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(100))
      },
    })
    const chat = testChat(conformanceResponder, { limits: { bodyBytes: 1000 } })
    const headers = { ...JSON_TYPE, authorization: 'Bearer alice' }
    const init = { method: 'POST', headers, body: endless, duplex: 'half' } as const
    expect((await chat.handler(new Request('http://chat.example/chatkit', init))).status).toBe(413)
    expect(pulled).toBeLessThan(15)
    const said = new Request('http://chat.example/chatkit', {
      ...init,
      headers: { ...headers, 'content-length': '1001' },
      body: '{}',
    })
    expect((await chat.handler(said)).status).toBe(413)
  })

  it('a body that does not come is refused after 30 seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const chat = chatOf()
      const init = {
        method: 'POST',
        headers: { ...JSON_TYPE, authorization: 'Bearer alice' },
        body: new ReadableStream(),
        duplex: 'half',
      } as const
      const answer = chat.handler(new Request('http://chat.example/chatkit', init))
      await vi.advanceTimersByTimeAsync(30_000)
      expect((await answer).status).toBe(408)
      expect(chat.callers[0]?.ended).toBe(1)
    } finally {
      vi.useRealTimers()
    }
  })

  it('a body can be split anywhere, inside an emoji too', async () => {
    const chat = chatOf()
    const bytes = new TextEncoder().encode(
      JSON.stringify({
        type: 'threads.create',
        params: { input: message('a \u{1f469}\u200d\u{1f4bb} é') },
      }),
    )
    for (let at = 0; at <= bytes.length; at += 1) {
      const split = new ReadableStream({
        start(controller) {
          controller.enqueue(bytes.slice(0, at))
          controller.enqueue(bytes.slice(at))
          controller.close()
        },
      })
      const init = {
        method: 'POST',
        headers: { ...JSON_TYPE, authorization: 'Bearer alice' },
        body: split,
        duplex: 'half',
      } as const
      const response = await chat.handler(new Request('http://chat.example/chatkit', init))
      const [, user] = parseEvents(await response.text())
      expect(user.item.content[0].text).toBe('a \u{1f469}\u200d\u{1f4bb} é')
    }
  })

  const deep = JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`)
  it.each<[string, unknown]>([
    ['no JSON', '{not json'],
    ['nothing', ''],
    ['null', 'null'],
    ['an array', []],
    ['no params', { type: 'threads.list' }],
    ['params null', { type: 'threads.list', params: null }],
    ['no type', { params: {} }],
    ['metadata null', { type: 'threads.list', params: {}, metadata: null }],
    ['order null', { type: 'threads.list', params: { order: null } }],
    ['title null', { type: 'threads.update', params: { thread_id: 'x', title: null } }],
    [
      'no inference options',
      { type: 'threads.create', params: { input: { content: [], attachments: [] } } },
    ],
    [
      'no attachments',
      { type: 'threads.create', params: { input: { content: [], inference_options: {} } } },
    ],
    [
      'an unknown part',
      {
        type: 'threads.create',
        params: { input: { ...message(''), content: [{ type: 'input_audio' }] } },
      },
    ],
    [
      'text that is a number',
      {
        type: 'threads.create',
        params: { input: { ...message(''), content: [{ type: 'input_text', text: 5 }] } },
      },
    ],
    ['an id that is too long', { type: 'threads.delete', params: { thread_id: 'x'.repeat(257) } }],
    ['an empty id', { type: 'threads.delete', params: { thread_id: '' } }],
    [
      'a message that is too long',
      { type: 'threads.create', params: { input: message('x'.repeat(100_001)) } },
    ],
    [
      'too many parts',
      {
        type: 'threads.create',
        params: {
          input: { ...message(''), content: Array(101).fill({ type: 'input_text', text: 'x' }) },
        },
      },
    ],
    [
      'a value that is too deep',
      {
        type: 'threads.create',
        params: {
          input: {
            ...message(''),
            content: [{ type: 'input_tag', id: 'a', text: '', data: deep }],
          },
        },
      },
    ],
  ])('%s is refused with 400, and nothing is stored', async (_name, sent) => {
    const chat = chatOf()
    const response = await chat.handler(request('alice', sent))
    expect(response.status).toBe(400)
    expect(await body(response)).toEqual({ code: 'invalid_request', message: expect.any(String) })
    expect((await chat.json('alice', 'threads.list')).data).toEqual([])
    expect(chat.errors).toEqual([])
  })

  it('a value that is nested through the whole of the largest body is refused without a crash', async () => {
    const depth = 100_000
    const chat = testChat(conformanceResponder)
    const data = `${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`
    const sent = `{"type":"threads.create","params":{"input":{"content":[{"type":"input_tag","id":"a","text":"","data":{"d":${data}}}],"attachments":[],"inference_options":{}}}}`
    expect((await chat.handler(request('alice', sent))).status).toBe(400)
    const unread = `{"type":"threads.list","params":{},"metadata":{"d":${data}}}`
    expect((await chat.handler(request('alice', unread))).status).toBe(200)
    expect(chat.errors).toEqual([])
  })

  it.each(['threads.nonsense', 'threads.run', 'constructor', '__proto__'])(
    'the unknown type %s is refused',
    async (type) => {
      const response = await chatOf().send('alice', type, {})
      expect(response.status).toBe(400)
      expect(await body(response)).toEqual({
        code: 'unknown_type',
        message: 'This server does not answer requests of this type.',
      })
    },
  )

  it('an attachment that does not exist is a 404, and no thread is made', async () => {
    const chat = chatOf()
    const response = await chat.send('alice', 'threads.create', {
      input: message('noop', { attachments: ['atc_1'] }),
    })
    expect(response.status).toBe(404)
    expect((await chat.json('alice', 'threads.list')).data).toEqual([])
  })

  it('a refused message does not keep its thread busy', async () => {
    const chat = chatOf()
    const thread_id = await chat.create('alice')
    const input = message('noop', { attachments: ['atc_1'] })
    expect(
      (await chat.send('alice', 'threads.add_user_message', { thread_id, input })).status,
    ).toBe(404)
    expect(
      (await chat.send('alice', 'threads.add_user_message', { thread_id, input: message('noop') }))
        .status,
    ).toBe(200)
  })

  it('bytes that are not UTF-8 are refused', async () => {
    const bytes = new TextEncoder().encode(JSON.stringify(create).replace('noop', 'n?op'))
    bytes[bytes.indexOf(0x3f)] = 0xff
    const init = {
      method: 'POST',
      headers: { ...JSON_TYPE, authorization: 'Bearer alice' },
      body: bytes,
    }
    expect((await chatOf().handler(new Request('http://chat.example/chatkit', init))).status).toBe(
      400,
    )
  })

  it('a refusal does not repeat what the client sent', async () => {
    const chat = chatOf()
    const refused = [
      await chat.handler(request('alice', '{"CANARY')),
      await chat.send('alice', 'CANARY'),
      await chat.send('alice', 'threads.list', { order: 'CANARY' }),
      await chat.send('alice', 'threads.create', {
        input: { ...message(''), content: [{ type: 'input_text', CANARY: 1 }] },
      }),
      await chat.send('alice', 'threads.get_by_id', { thread_id: 'CANARY' }),
    ]
    for (const response of refused) expect(await response.text()).not.toContain('CANARY')
  })

  it('a store that fails before the stream is a 503, and the credential ends', async () => {
    const store = memoryThreadStore()
    const failing: ThreadStore = {
      ...store,
      createThread: () => Promise.reject(new Error('disk full')),
    }
    const chat = testChat(conformanceResponder, { store: failing })
    const response = await chat.send('alice', 'threads.create', create.params)
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await response.text()).not.toContain('disk')
    expect(chat.errors).toMatchObject([
      {
        error: { message: 'disk full' },
        place: { type: 'threads.create', principal: { subject: 'alice' } },
      },
    ])
    expect(chat.callers[0]?.ended).toBe(1)
  })

  it('a door that fails is a 503', async () => {
    const { fetch } = chatkitServer({
      admit: () => Promise.reject(new Error('no keys')),
      store: memoryThreadStore(),
      respond: conformanceResponder,
    })
    expect((await fetch(request('alice', create))).status).toBe(503)
  })

  it('a log that fails changes nothing', async () => {
    const chat = testChat(conformanceResponder, {
      onError: () => {
        throw new Error('log full')
      },
    })
    expect(
      (await chat.stream('alice', 'threads.create', { input: message('error-plain') })).at(-1),
    ).toMatchObject({
      type: 'error',
    })
  })
})

it('the headers forbid caching every answer and buffering a stream', async () => {
  const chat = chatOf()
  const stream = await chat.send('alice', 'threads.create', { input: message('noop') })
  expect(Object.fromEntries(stream.headers)).toEqual({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  for (const response of [
    await chat.send('alice', 'threads.list'),
    await chat.send('alice', 'nonsense'),
  ]) {
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
  }
})

it('the credential is discarded once for every request', async () => {
  const chat = chatOf()
  const thread_id = await chat.create('alice', 'hello')
  await chat.json('alice', 'threads.list')
  await chat.send('alice', 'nonsense')
  await chat.send('bob', 'threads.delete', { thread_id })
  await chat.send('bob', 'threads.add_user_message', { thread_id, input: message('hello') })
  expect(chat.callers.map(({ ended }) => ended)).toEqual([1, 1, 1, 1, 1])
})

it.each([
  ['bodyBytes must be a positive number', { limits: { bodyBytes: 0 } }],
  ['textLength must be a positive number', { limits: { textLength: Number.NaN } }],
  ['deadline must be a number of milliseconds above 0, at most 2147483647', { deadline: -1 }],
])('is refused at the start: %s', (message, options) => {
  expect(() => testChat(conformanceResponder, options)).toThrow(new TypeError(message))
})
