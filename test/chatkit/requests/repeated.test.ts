// A message that is sent twice with one Idempotency-Key is one message, one thread, one answer.

import { expect, it } from 'vitest'
import {
  type ChatkitServerOptions,
  memoryRunStore,
  memoryThreadStore,
  type Respond,
  type ThreadStore,
} from '../../../src/chatkit/index.ts'
import { parseRequest } from '../../../src/chatkit/protocol/parse-request.ts'
import { readOnce } from '../../../src/chatkit/requests/idempotency.ts'
import { answer, begin, frameReader, RESUMABLE, steps } from '../resumable.ts'
import { describeStores } from '../stores.ts'
import { type Loose, message, parseEvents, type TestCaller, testChat } from '../support.ts'
import { ALICE, refusalOf, storedItems, typesOf } from '../thread-of.ts'

describeStores('a message with a key', (open) => {
  async function chatOf(options: Partial<ChatkitServerOptions<TestCaller>> = {}, instances = 1) {
    const all = await open(instances)
    let answered = 0
    const respond: Respond<TestCaller> = async function* (_thread, userMessage, context) {
      answered += 1
      yield {
        type: 'thread.item.done',
        item: answer(context, `to ${userMessage?.content[0]?.text}`),
      }
      yield {
        type: 'thread.item.done',
        item: { ...context.newItem('hidden'), type: 'hidden_context_item', content: 'HIDDEN' },
      }
    }
    const [chat, other] = all.map((stores) => testChat(respond, { ...stores, ...options }))
    if (!chat) throw new TypeError('no instance')
    return { chat, other: other ?? chat, answered: () => answered }
  }

  const create = (text = 'hi') => ['threads.create', { input: message(text) }] as const
  const events = async (response: Response) => parseEvents(await response.text())
  const threadsOf = async (chat: ReturnType<typeof testChat>, who = 'alice') =>
    (await chat.json(who, 'threads.list')).data

  it('a repeated message gets the stored thread and items, without hidden ones, and no second answer', async () => {
    const { chat, answered } = await chatOf()
    const first = await events(await chat.send('alice', ...create(), { key: 'k' }))
    const second = await events(await chat.send('alice', ...create(), { key: 'k' }))
    const done = first.filter(({ type }) => type === 'thread.item.done')
    expect(second).toEqual([first[0], ...done])
    expect(answered()).toBe(1)
    expect(await threadsOf(chat)).toHaveLength(1)
    expect(chat.callers.every(({ ended }) => ended === 1)).toBe(true)
  })

  it('a repeated message in an older thread gets that message and its answer, not what came later', async () => {
    const { chat, answered } = await chatOf()
    const thread_id = await chat.create('alice')
    const say = (text: string, key: string) =>
      chat.send('alice', 'threads.add_user_message', { thread_id, input: message(text) }, { key })
    const [first] = await events(await say('one', 'k1'))
    await events(await say('two', 'k2'))
    const again = await events(await say('one', 'k1'))
    expect(again.map(({ item }) => item.content[0].text)).toEqual(['one', 'to one'])
    expect(again[0]).toEqual(first)
    expect(answered()).toBe(3)
  })

  it('a key that is used for another message is refused, and nothing is stored', async () => {
    const { chat, answered } = await chatOf()
    const [created] = await events(await chat.send('alice', ...create('one'), { key: 'k' }))
    const refused = [
      await chat.send('alice', ...create('two'), { key: 'k' }),
      await chat.send(
        'alice',
        'threads.add_user_message',
        { thread_id: created.thread.id, input: message('one') },
        { key: 'k' },
      ),
    ]
    for (const one of refused) expect(await refusalOf(one)).toEqual([422, 'idempotency_key_reused'])
    expect(answered()).toBe(1)
    expect(await threadsOf(chat)).toHaveLength(1)
  })

  it('the same key of another person is another key', async () => {
    const { chat, answered } = await chatOf()
    for (const who of ['alice', 'bob', 'alice-elsewhere', 'alice-tenant']) {
      await events(await chat.send(who, ...create(), { key: 'k' }))
      expect(await threadsOf(chat, who)).toHaveLength(1)
    }
    expect(answered()).toBe(4)
  })

  it('a message that is sent twice without a key is two messages', async () => {
    const { chat } = await chatOf()
    await events(await chat.send('alice', ...create()))
    await events(await chat.send('alice', ...create()))
    expect(await threadsOf(chat)).toHaveLength(2)
  })

  it.each([RESUMABLE, {}])(
    'a repeated message is refused while the first one is being answered (%j)',
    async (more) => {
      const [stores] = await open()
      const told = steps()
      const chat = testChat(told.respond, stores)
      const reader = await frameReader(await chat.send('alice', ...create(), { ...more, key: 'k' }))
      await reader.until('thread.item.added')
      expect(await refusalOf(await chat.send('alice', ...create(), { key: 'k' }))).toEqual([
        409,
        'still_running',
      ])
      told.finish()
      await reader.take()
      expect(typesOf(await events(await chat.send('alice', ...create(), { key: 'k' })))).toEqual([
        'thread.created',
        'thread.item.done',
        'thread.item.done',
      ])
      expect(await threadsOf(chat)).toHaveLength(1)
    },
  )

  it('a message that is sent twenty times at once to two instances makes one thread', async () => {
    const { chat, other, answered } = await chatOf({}, 2)
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? chat : other).send('alice', ...create(), { key: 'k' }),
      ),
    )
    const texts = await Promise.all(all.map((one) => one.text()))
    for (const [at, { status }] of all.entries())
      expect(status === 200 || texts[at]?.includes('still_running')).toBe(true)
    expect(answered()).toBe(1)
    expect(await threadsOf(chat)).toHaveLength(1)
  })

  it('a repeated message whose thread was deleted is a new message', async () => {
    const { chat, answered } = await chatOf()
    const [created] = await events(await chat.send('alice', ...create(), { key: 'k' }))
    await chat.json('alice', 'threads.delete', { thread_id: created.thread.id })
    const [again] = await events(await chat.send('alice', ...create(), { key: 'k' }))
    expect(again.thread.id).not.toBe(created.thread.id)
    expect(answered()).toBe(2)
  })

  it('a message that was refused left nothing and can be sent again', async () => {
    const { chat, answered } = await chatOf()
    const thread_id = await chat.create('alice')
    await chat.store.updateThread(ALICE, thread_id, { status: { type: 'locked' } })
    const send = () =>
      chat.send(
        'alice',
        'threads.add_user_message',
        { thread_id, input: message('x') },
        { key: 'k', ...RESUMABLE },
      )
    expect(await refusalOf(await send())).toEqual([409, 'thread_locked'])
    expect(await chat.json('alice', 'threads.get_by_id', { thread_id })).not.toHaveProperty(
      'onbehalf_run',
    )
    await chat.store.updateThread(ALICE, thread_id, { status: { type: 'active' } })
    await (await send()).text()
    expect(answered()).toBe(2)
  })

  it.each([RESUMABLE, {}])(
    'a repeated message whose instance died gets the same thread, the text so far and an error with a retry (%j)',
    async (more) => {
      const clock = { now: Date.now() }
      const [stores] = await open()
      const told = steps()
      const dead = testChat(told.respond, { ...stores, now: () => clock.now })
      const reader = await frameReader(await dead.send('alice', ...create(), { ...more, key: 'k' }))
      const first = await reader.next()
      told.say(2)
      await reader.until('assistant_message.content_part.text_delta')
      clock.now += 15_000
      const chat = testChat(told.respond, { ...stores, now: () => clock.now })
      const again = await events(await chat.send('alice', ...create(), { ...more, key: 'k' }))
      expect(again[0]).toEqual(first?.event)
      expect(typesOf(again)).toEqual([
        'thread.created',
        'thread.item.done',
        // Only of a run with a log can the text be known.
        ...(more === RESUMABLE ? ['thread.item.done'] : []),
        'error',
      ])
      expect(again.at(-1)).toMatchObject({ code: 'custom', allow_retry: true })
      expect(await threadsOf(chat)).toHaveLength(1)
      await reader.cancel()
    },
  )
})

it.each(['threads.create', 'threads.add_user_message'] as const)(
  'a repeated message whose instance died before it stored anything is a new message (%s)',
  async (type) => {
    const runs = memoryRunStore()
    const chat = testChat(async function* () {}, { runs })
    const thread_id = await chat.create('alice')
    const input = message('hi')
    const params = type === 'threads.create' ? { input } : { thread_id, input }
    const parsed = parseRequest(
      { type, params },
      {
        bodyBytes: 1,
        audioBytes: 1,
        textLength: 100,
        titleLength: 1,
        logLength: 1_000_000,
        runs: 1,
        streams: 32,
      },
    )
    if (
      !parsed.ok ||
      (parsed.value.type !== 'threads.create' && parsed.value.type !== 'threads.add_user_message')
    )
      throw new Error('no request')
    const once = await readOnce(new Headers({ 'idempotency-key': 'k' }), parsed.value)
    if (!once.ok || !once.value) throw new Error('no key')
    const dead = {
      id: 'run_dead',
      owner: ALICE,
      threadId: type === 'threads.create' ? 'thr_dead' : thread_id,
      itemId: 'msg_dead',
      once: once.value,
    }
    await runs.begin({ ...dead, resumable: false }, { now: 0, aliveUntil: Date.now() - 1, most: 8 })
    const sent = parseEvents(await (await chat.send('alice', type, params, { key: 'k' })).text())
    expect(typesOf(sent)).toContain('stream_options')
    const again = parseEvents(await (await chat.send('alice', type, params, { key: 'k' })).text())
    expect(typesOf(again)).not.toContain('stream_options')
    expect((await chat.json('alice', 'threads.list')).data).toHaveLength(
      type === 'threads.create' ? 2 : 1,
    )
  },
)

const failure = new Error('disk full')

it.each<[string, (store: ThreadStore) => Partial<ThreadStore>, number]>([
  [
    'before it was stored is as if it had never been sent',
    () => ({ createThread: () => Promise.reject(failure) }),
    0,
  ],
  [
    'when it was stored already is found again',
    (store) => ({
      async createThread(...args) {
        await store.createThread(...args)
        throw failure
      },
    }),
    1,
  ],
])('a message with a key that failed %s', async (_when, broken, kept) => {
  const store = memoryThreadStore()
  let fails = true
  const failing = broken(store)
  const chat = testChat(async function* () {}, {
    store: {
      ...store,
      createThread: (...args) =>
        (fails ? failing.createThread?.(...args) : undefined) ?? store.createThread(...args),
    },
  })
  const send = () => chat.send('alice', 'threads.create', { input: message('hi') }, { key: 'k' })
  expect((await send()).status).toBe(503)
  expect((await chat.json('alice', 'threads.list')).data).toHaveLength(kept)
  fails = false
  const again: Loose[] = parseEvents(await (await send()).text())
  expect(typesOf(again)).toEqual([
    'thread.created',
    'thread.item.done',
    kept ? 'error' : 'stream_options',
  ])
  const { data } = await chat.json('alice', 'threads.list')
  expect(data).toHaveLength(1)
  expect(
    (await storedItems(chat, data[0].id)).filter(({ type }) => type === 'user_message'),
  ).toHaveLength(1)
})

it.each(['', ' ', 'a b', 'é', '\u0001', 'x'.repeat(256)])('the key %j is refused', async (key) => {
  const chat = testChat(async function* () {})
  const headers = { 'content-type': 'application/json', authorization: 'Bearer alice' }
  let made: Request
  try {
    made = new Request('http://chat.example/chatkit', {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': key },
      body: JSON.stringify({ type: 'threads.create', params: { input: message('x') } }),
    })
  } catch {
    // No request can carry it.
    return
  }
  const response = await chat.handler(made)
  expect(response.status).toBe(400)
  expect((await chat.json('alice', 'threads.list')).data).toEqual([])
})

it('a key on any other request is ignored', async () => {
  const chat = testChat(steps().respond)
  const { thread, reader } = await begin(chat)
  await reader.cancel()
  for (const title of ['a', 'b']) {
    const response = await chat.send(
      'alice',
      'threads.update',
      { thread_id: thread, title },
      { key: 'k' },
    )
    expect(await response.json()).toMatchObject({ title })
  }
  await chat.server.close()
})
