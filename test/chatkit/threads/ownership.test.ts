// Ownership: nobody reads, changes or learns of another person's things, over the wire and behind
// the wrapper.

import { describe, expect, it } from 'vitest'
import {
  memoryThreadStore,
  type StoredThread,
  type ThreadStore,
} from '../../../src/chatkit/index.ts'
import { NOT_FOUND, refusalAnswer } from '../../../src/chatkit/protocol/refusal.ts'
import { ownedThreads } from '../../../src/chatkit/threads/owned-threads.ts'
import { principalKey } from '../../../src/core/principal.ts'
import { conformanceResponder } from '../conformance-responder.ts'
import { type Loose, message, request, testChat } from '../support.ts'
import { said } from './thread-store-contract.ts'

const STRANGERS = ['bob', 'alice-elsewhere', 'alice-tenant']

const REQUESTS: Readonly<Record<string, (thread_id: string) => object>> = {
  'threads.add_user_message': (thread_id) => ({ thread_id, input: message('hello') }),
  'threads.get_by_id': (thread_id) => ({ thread_id }),
  'items.list': (thread_id) => ({ thread_id }),
  'threads.update': (thread_id) => ({ thread_id, title: 'mine' }),
  'threads.delete': (thread_id) => ({ thread_id }),
}
const matrix = STRANGERS.flatMap((who) => Object.keys(REQUESTS).map((type) => ({ who, type })))

async function whole(response: Response): Promise<unknown> {
  return [response.status, Object.fromEntries(response.headers), await response.text()]
}

describe('over the wire', () => {
  async function victim() {
    const chat = testChat(conformanceResponder)
    const thread_id = await chat.create('alice', 'title')
    const snapshot = async () => [
      await chat.json('alice', 'threads.list'),
      await chat.json('alice', 'threads.get_by_id', { thread_id }),
      await chat.store.items('["https://a.example",null,"alice"]', thread_id, {
        limit: 100,
        order: 'asc',
        hidden: true,
      }),
    ]
    return { chat, thread_id, snapshot }
  }

  it.each(matrix)(
    '$type of a foreign thread is to $who as one that does not exist',
    async ({ who, type }) => {
      const { chat, thread_id, snapshot } = await victim()
      const before = await snapshot()
      const foreign = await whole(await chat.send(who, type, REQUESTS[type]?.(thread_id)))
      const missing = await whole(
        await chat.send(who, type, REQUESTS[type]?.('thr_00000000000000000000000000000000')),
      )
      expect(foreign).toEqual(missing)
      expect(foreign).toMatchObject([
        404,
        { 'content-type': 'application/json' },
        refusalAnswer(NOT_FOUND).body,
      ])
      expect(await snapshot()).toEqual(before)
    },
  )

  it.each(STRANGERS)('threads.list of %s holds nothing of alice', async (who) => {
    const { chat, snapshot } = await victim()
    const before = await snapshot()
    expect(await chat.json(who, 'threads.list')).toEqual({ data: [], has_more: false })
    await chat.create(who)
    expect(await snapshot()).toEqual(before)
  })

  it.each([...Object.keys(REQUESTS), 'threads.create', 'threads.list', 'nonsense'])(
    "%s without a credential is the door's 401, before the body is looked at",
    async (type) => {
      const { chat, thread_id, snapshot } = await victim()
      const before = await snapshot()
      const params = REQUESTS[type]?.(thread_id) ?? { input: message('hello') }
      const response = await chat.send(undefined, type, params)
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
      expect((await chat.handler(request(undefined, '{'))).status).toBe(401)
      expect(await snapshot()).toEqual(before)
    },
  )

  it("the owner is the door's principal, whatever headers and metadata say", async () => {
    const { chat, thread_id } = await victim()
    const headers = {
      'content-type': 'application/json',
      authorization: 'Bearer bob',
      'x-user-id': 'alice',
    }
    const body = {
      type: 'threads.get_by_id',
      params: { thread_id },
      metadata: { user_id: 'alice', owner: 'alice' },
    }
    expect((await chat.handler(request('bob', body, { headers }))).status).toBe(404)
  })

  it('metadata goes on with a message, as it came, and with nothing else', async () => {
    const seen: unknown[] = []
    const chat = testChat(async function* (_thread, _message, context) {
      seen.push(context.metadata)
      yield* []
    })
    const metadata = { placement: 'session', deep: [{ user_id: 'alice' }] }
    const params = { input: message('hello') }
    const say = async (body: object) =>
      (await chat.handler(request('alice', { type: 'threads.create', params, ...body }))).text()
    await say({ metadata })
    await say({})
    expect(seen).toEqual([metadata, {}])
    // Nothing of it is kept, so that nobody reads it later as if the server had written it.
    expect(JSON.stringify(await chat.json('alice', 'threads.list', {}))).not.toContain('placement')
  })

  it('two people at once see their own only, in 200 interleaved turns', async () => {
    const chat = testChat(
      async function* (_thread, userMessage, context) {
        await new Promise((resolve) => setImmediate(resolve))
        const text = `${context.caller.principal.subject} ${userMessage?.content[0]?.text}`
        yield {
          type: 'thread.item.done',
          item: {
            ...context.newItem('message'),
            type: 'assistant_message',
            content: [{ type: 'output_text', text, annotations: [] }],
          },
        }
      },
      { limits: { runs: 100 } },
    )
    const people = ['alice', 'bob', 'alice-elsewhere', 'alice-tenant']
    const streams = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const who = people[n % people.length] ?? ''
        return {
          who,
          events: await chat.stream(who, 'threads.create', {
            input: message(`CANARY-${who}-${n}.`),
          }),
        }
      }),
    )
    for (const { who, events } of streams) {
      const other = people.filter((one) => one !== who)
      for (const one of other)
        expect(JSON.stringify(events)).not.toMatch(new RegExp(`CANARY-${one}-\\d`))
    }
    for (const who of people) {
      const { data } = await chat.json(who, 'threads.list', { limit: 100 })
      expect(data).toHaveLength(50)
      const own = streams.filter((one) => one.who === who).map(({ events }) => events[0].thread.id)
      expect(data.map(({ id }: Loose) => id).sort()).toEqual(own.sort())
    }
  })
})

describe('the wrapper', () => {
  const alice = { issuer: 'https://a.example', subject: 'alice' }
  const bob = { issuer: 'https://a.example', subject: 'bob' }
  const state = (id: string) =>
    ({
      id,
      created_at: '2026-01-01T00:00:00.000Z',
      status: { type: 'active' },
      metadata: {},
    }) as const

  /** An adapter that forgot the owner in every method. */
  function forgetful(): ThreadStore & { readonly changes: string[] } {
    const store = memoryThreadStore()
    const changes: string[] = []
    const owner = principalKey(alice)
    const noting =
      <P extends unknown[], R>(name: string, method: (...parameters: P) => R) =>
      (...parameters: P): R => {
        changes.push(name)
        return method(...parameters)
      }
    return {
      changes,
      createThread: noting('createThread', store.createThread),
      thread: (_owner, id) => store.thread(owner, id),
      threads: (_owner, query) => store.threads(owner, query),
      updateThread: noting('updateThread', (_owner, id, change) =>
        store.updateThread(owner, id, change),
      ),
      deleteThread: noting('deleteThread', (_owner, id) => store.deleteThread(owner, id)),
      items: noting('items', (_owner, id, query) => store.items(owner, id, query)),
      item: noting('item', (_owner, id, item) => store.item(owner, id, item)),
      changeItems: noting('changeItems', (_owner, id, change) =>
        store.changeItems(owner, id, change),
      ),
      attachment: (_owner, id) => store.attachment(owner, id),
      attachments: noting('attachments', (_owner, id) => store.attachments(owner, id)),
      saveAttachment: noting('saveAttachment', (_owner, record) =>
        store.saveAttachment(owner, record),
      ),
      deleteAttachment: noting('deleteAttachment', (_owner, id) =>
        store.deleteAttachment(owner, id),
      ),
    }
  }

  const attachment = (id: string) =>
    ({ id, type: 'file', name: 'a.txt', mime_type: 'text/plain', size: 1, metadata: {} }) as const

  it('the wrapper of a store keeps what is foreign from a principal even when the adapter forgets to', async () => {
    const store = forgetful()
    const of = ownedThreads(store, alice)
    expect(await of.saveAttachment(attachment('a1'))).toBe(true)
    expect(await of.create(state('t1'), { save: [said('t1', 'i1')], attach: ['a1'] })).toBe(true)
    store.changes.length = 0
    const threads = ownedThreads(store, bob)
    expect(await threads.get('t1')).toBeUndefined()
    await expect(threads.list({ limit: 5, order: 'asc' })).rejects.toThrow('another owner')
    expect(await threads.update('t1', { title: 'mine' })).toBeUndefined()
    expect(await threads.delete('t1')).toBe(false)
    expect(await threads.items('t1', { limit: 5, order: 'asc', hidden: true })).toBeUndefined()
    expect(await threads.item('t1', 'i1')).toBeUndefined()
    expect(await threads.change('t1', { save: [said('t1', 'i1', 'mine')], remove: ['i1'] })).toBe(
      false,
    )
    expect(await threads.attachment('a1')).toBeUndefined()
    expect(await threads.attachments('t1')).toEqual([])
    expect(await threads.deleteAttachment('a1')).toBe(false)
    expect(await threads.saveAttachment({ ...attachment('a1'), name: 'mine.txt' })).toBe(false)
    expect(await threads.create(state('t2'), { attach: ['a1'] })).toBe(false)
    expect(store.changes).toEqual([])
    // A thread of his own, and what is foreign in it.
    const own = ownedThreads(
      { ...store, thread: async () => ({ ...state('t2'), owner: principalKey(bob) }) },
      bob,
    )
    expect(await own.change('t2', { save: [said('t2', 'i1')], attach: ['a1'] })).toBe(false)
    expect(await own.attachments('t1')).toEqual([])
    expect(store.changes).toEqual([])
  })

  it('the wrapper of a store does not take a thread for somebody’s because they tried to create it', async () => {
    const store = forgetful()
    await ownedThreads(store, alice).create(state('t1'), { save: [said('t1', 'i1')] })
    const threads = ownedThreads({ ...store, createThread: async () => false }, bob)
    expect(await threads.create(state('t1'), {})).toBe(false)
    expect(await threads.items('t1', { limit: 5, order: 'asc', hidden: true })).toBeUndefined()
    expect(await threads.item('t1', 'i1')).toBeUndefined()
  })

  it('the wrapper of a store saves an attachment again, and has nothing after a place that is not there', async () => {
    const threads = ownedThreads(memoryThreadStore(), alice)
    expect(await threads.saveAttachment(attachment('a1'))).toBe(true)
    expect(await threads.saveAttachment({ ...attachment('a1'), name: 'b.txt' })).toBe(true)
    expect((await threads.attachment('a1'))?.name).toBe('b.txt')
    await threads.create(state('t1'), { save: [said('t1', 'i1')] })
    const nowhere = { limit: 5, order: 'asc', after: 'nowhere' } as const
    expect(await threads.list(nowhere)).toBeUndefined()
    expect(await threads.items('t1', { ...nowhere, hidden: true })).toBeUndefined()
  })

  it('the wrapper of a store asks once whose a thread or an attachment is', async () => {
    const store = memoryThreadStore()
    const asked: string[] = []
    const counting: ThreadStore = {
      ...store,
      thread: (owner, id) => {
        asked.push(id)
        return store.thread(owner, id)
      },
      attachment: (owner, id) => {
        asked.push(id)
        return store.attachment(owner, id)
      },
    }
    const made = ownedThreads(counting, alice)
    await made.create(state('t1'), { save: [said('t1', 'i1')] })
    await made.item('t1', 'i1')
    await made.items('t1', { limit: 5, order: 'asc', hidden: true })
    expect(asked).toEqual([])
    await store.saveAttachment(principalKey(alice), attachment('a1'))
    const later = ownedThreads(counting, alice)
    expect((await later.item('t1', 'i1'))?.id).toBe('i1')
    expect((await later.item('t1', 'i1'))?.id).toBe('i1')
    await later.attachment('a1')
    expect(await later.change('t1', { attach: ['a1'] })).toBe(true)
    expect(asked).toEqual(['t1', 'a1'])
  })

  it('the wrapper of a store does not believe an adapter that gives something else than it was asked for', async () => {
    const store = memoryThreadStore()
    const threads = ownedThreads(
      {
        ...store,
        attachment: (owner) => store.attachment(owner, 'a1'),
        item: (owner) => store.item(owner, 't2', 'i2'),
        attachments: async (owner) => [
          { ...attachment('a1'), owner },
          { ...attachment('a2'), owner: principalKey(bob) },
        ],
      },
      alice,
    )
    await threads.saveAttachment(attachment('a1'))
    await threads.create(state('t1'), { save: [said('t1', 'i1')] })
    await threads.create(state('t2'), { save: [said('t2', 'i2')] })
    expect(await threads.attachment('a1')).toEqual(attachment('a1'))
    expect(await threads.attachment('a2')).toBeUndefined()
    expect(await threads.item('t2', 'i2')).toEqual(said('t2', 'i2'))
    expect(await threads.item('t2', 'i1')).toBeUndefined()
    expect(await threads.item('t1', 'i2')).toBeUndefined()
    expect(await threads.attachments('t1')).toEqual([attachment('a1')])
  })

  it('proves again what it had proved before it was deleted', async () => {
    const store = memoryThreadStore()
    const threads = ownedThreads({ ...store, changeItems: async () => true }, alice)
    await threads.saveAttachment(attachment('a1'))
    await threads.create(state('t1'), { attach: ['a1'] })
    await threads.create(state('t2'), {})
    expect([await threads.delete('t2'), await threads.deleteAttachment('a1')]).toEqual([true, true])
    await ownedThreads(store, bob).create(state('t2'), {})
    await ownedThreads(store, bob).saveAttachment(attachment('a1'))
    expect(await threads.change('t2', {})).toBe(false)
    expect(await threads.change('t1', { attach: ['a1'] })).toBe(false)
    expect(await threads.change('t1', {})).toBe(true)
  })

  it('stamps the owner: issuer, tenant and subject, and nothing that the caller says', async () => {
    const stored: StoredThread[] = []
    const store: ThreadStore = {
      ...memoryThreadStore(),
      async createThread(thread) {
        stored.push(thread)
        return true
      },
    }
    const forged = { ...state('t1'), owner: 'somebody else' }
    await ownedThreads(store, { ...alice, tenant: 't', client: 'c' }).create(forged, {})
    expect(stored[0]?.owner).toBe(principalKey({ ...alice, tenant: 't' }))
  })

  it('the wrapper of a store refuses an answer for another thread than the one it asked for', async () => {
    const store = memoryThreadStore()
    const threads = ownedThreads({ ...store, thread: (owner) => store.thread(owner, 't2') }, alice)
    await threads.create(state('t2'), {})
    expect(
      await ownedThreads({ ...store, thread: (owner) => store.thread(owner, 't2') }, alice).get(
        't1',
      ),
    ).toBeUndefined()
  })

  it('the wrapper of a store refuses items of another thread, going in and coming out', async () => {
    const store = memoryThreadStore()
    const threads = ownedThreads(
      { ...store, items: async () => ({ data: [said('t2', 'i1')], has_more: false }) },
      alice,
    )
    await expect(threads.create(state('t1'), { save: [said('t2', 'i1')] })).rejects.toThrow(
      TypeError,
    )
    await threads.create(state('t1'), {})
    await expect(threads.change('t1', { save: [said('t2', 'i1')] })).rejects.toThrow(TypeError)
    await expect(threads.items('t1', { limit: 5, order: 'asc', hidden: true })).rejects.toThrow(
      TypeError,
    )
  })
})
