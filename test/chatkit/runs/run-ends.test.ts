// How runs end that do not end by themselves: the server closes, the deadline is over, the run
// store fails. Nothing is left behind.

import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  memoryRunStore,
  memoryThreadStore,
  type Respond,
  type RunStore,
  type ThreadStore,
} from '../../../src/chatkit/index.ts'
import { errorText } from '../../../src/chatkit/protocol/named-text.ts'
import {
  answer,
  begin,
  delta,
  frameReader,
  INTERRUPTED,
  RESUMABLE,
  resume,
  steps,
} from '../resumable.ts'
import { describeStores } from '../stores.ts'
import { type Loose, message, type TestCaller, testChat } from '../support.ts'

const ALICE = JSON.stringify(['https://a.example', null, 'alice'])

async function itemsOf(store: ThreadStore, thread: string): Promise<Loose[]> {
  return [
    ...((await store.items(ALICE, thread, { limit: 100, order: 'asc', hidden: true }))?.data ?? []),
  ]
}

const typesOf = (items: readonly Loose[]) => items.map(({ type }) => type)

const turns = async (count = 20) => {
  for (let n = 0; n < count; n += 1) await new Promise((resolve) => setImmediate(resolve))
}

describeStores('a server that closes', (open) => {
  it('a server that closes ends its runs as interrupted, keeps their text, and another instance can try again', async () => {
    const [one, other] = await open(2)
    const told = steps()
    const closing = testChat(told.respond, one)
    const retold = steps()
    const next = testChat(retold.respond, other ?? one)
    const { reader, first, thread, run } = await begin(closing)
    told.say(2)
    const seen = [
      first,
      ...(await reader.until('assistant_message.content_part.text_delta')),
      await reader.next(),
    ]
    const there = await resume(next, thread, `${run}.${seen.length}`)
    await closing.server.close()
    expect(await reader.take()).toEqual([INTERRUPTED])
    expect(await there.take()).toEqual([INTERRUPTED])
    expect(told.signal()?.aborted).toBe(true)
    expect(closing.callers[0]?.ended).toBe(1)
    expect(typesOf(await itemsOf(next.store, thread))).toEqual([
      'user_message',
      'assistant_message',
      'sdk_hidden_context',
    ])
    const shown = await next.json('alice', 'threads.get_by_id', { thread_id: thread })
    expect(shown).toMatchObject({
      onbehalf_run: { state: 'interrupted' },
      items: { data: [{}, { content: [{ text: 'w0 w1 ' }] }] },
    })
    expect(await (await resume(next, thread)).take()).toEqual([...seen, INTERRUPTED])
    expect(typesOf(await itemsOf(next.store, thread))).toEqual([
      'user_message',
      'assistant_message',
      'sdk_hidden_context',
    ])
    retold.finish()
    const params = { thread_id: thread, item_id: shown.items.data[0].id }
    await (
      await frameReader(await next.send('alice', 'threads.retry_after_item', params, RESUMABLE))
    ).take()
    expect(await next.json('alice', 'threads.get_by_id', { thread_id: thread })).not.toHaveProperty(
      'onbehalf_run',
    )
    expect([...closing.errors, ...next.errors]).toEqual([])
  })

  it('a server that closes ends runs that are not resumable with the same error, and begins no more', async () => {
    const [one] = await open()
    const told = steps()
    const chat = testChat(told.respond, one)
    const reader = await frameReader(
      await chat.send('alice', 'threads.create', { input: message('hi') }),
    )
    const thread = (await reader.next())?.event.thread.id
    told.say(1)
    await reader.until('assistant_message.content_part.text_delta')
    const rest = reader.take()
    await chat.server.close()
    expect(await rest).toEqual([INTERRUPTED])
    expect(typesOf(await itemsOf(chat.store, thread))).toEqual([
      'user_message',
      'assistant_message',
      'sdk_hidden_context',
    ])
    const late = await chat.send('alice', 'threads.create', { input: message('noop') })
    expect([late.status, late.headers.get('retry-after')]).toEqual([503, '5'])
    expect((await chat.json('alice', 'threads.list')).data).toHaveLength(1)
  })
})

describe('an answer that is begun while the server closes', () => {
  it('an answer that begins while the server closes is ended at once', async () => {
    const store = memoryThreadStore()
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const slow: ThreadStore = {
      ...store,
      async createThread(...args) {
        await gate
        return store.createThread(...args)
      },
    }
    const told = steps()
    const chat = testChat(told.respond, { store: slow })
    const answer = chat.send('alice', 'threads.create', { input: message('hi') }, RESUMABLE)
    await turns()
    await chat.server.close()
    open()
    const frames = await (await frameReader(await answer)).take()
    expect(frames.at(-1)).toEqual(INTERRUPTED)
    expect(chat.callers[0]?.ended).toBe(1)
  })
})

describe('the deadline of a resumable run', () => {
  it('the deadline ends a resumable run with its text and an error that is in its log', async () => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
    })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const told = steps()
    const chat = testChat(told.respond)
    const { reader, thread, run } = await begin(chat)
    told.say(1)
    await reader.until('assistant_message.content_part.text_delta')
    const rest = reader.take()
    await vi.advanceTimersByTimeAsync(300_000)
    const tooLong = {
      type: 'error',
      code: 'custom',
      ...errorText('too_long'),
      allow_retry: true,
    }
    expect(await rest).toEqual([{ id: `${run}.6`, event: tooLong }])
    expect(await (await resume(chat, thread, `${run}.5`)).take()).toEqual([
      { id: `${run}.6`, event: tooLong },
    ])
    expect(typesOf(await itemsOf(chat.store, thread))).toEqual([
      'user_message',
      'assistant_message',
      'sdk_hidden_context',
    ])
    expect(vi.getTimerCount()).toBe(0)
    expect(chat.callers[0]?.ended).toBe(1)
  })
})

describe('a resumable run that says more than is kept', () => {
  it('a run whose log is full is stopped with an error in its log, keeps its text, and asks the app for no more', async () => {
    let asked = 0
    const respond: Respond<TestCaller> = async function* (_thread, _message, context) {
      const item = answer(context, '')
      yield { type: 'thread.item.added', item }
      for (; asked < 10_000; asked += 1) yield delta(item.id, 'x'.repeat(1000))
    }
    const chat = testChat(respond, { limits: { logLength: 20_000 } })
    const { reader, thread, run } = await begin(chat)
    const frames = await reader.take()
    expect(frames.at(-1)?.event).toEqual({
      type: 'error',
      code: 'custom',
      ...errorText('too_much'),
      allow_retry: false,
    })
    expect(asked).toBeLessThan(25)
    const logged = await (await resume(chat, thread, `${run}.1`)).take()
    expect(logged.at(-1)).toEqual(frames.at(-1))
    expect(JSON.stringify(logged).length).toBeLessThan(30_000)
    const items = await itemsOf(chat.store, thread)
    expect(typesOf(items)).toEqual(['user_message', 'assistant_message', 'sdk_hidden_context'])
    expect(items[1]?.content[0].text.length).toBeGreaterThan(15_000)
    expect(chat.callers[0]?.ended).toBe(1)
  })
})

describe('when nothing runs any more', () => {
  it.each<
    [
      string,
      (chat: ReturnType<typeof testChat>, told: ReturnType<typeof steps>) => Promise<unknown>,
    ]
  >([
    [
      'after a resumable run',
      async (chat, told) => {
        told.finish()
        await (await begin(chat)).reader.take()
      },
    ],
    [
      'after a run whose client left',
      async (chat, told) => {
        const { reader } = await begin(chat)
        await reader.cancel()
        told.finish()
        await turns()
      },
    ],
    [
      'after a run that cannot be joined was stopped by its client',
      async (chat, told) => {
        const reader = await frameReader(
          await chat.send('alice', 'threads.create', { input: message('hi') }),
        )
        told.say(1)
        await reader.until('assistant_message.content_part.text_delta')
        await reader.cancel()
      },
    ],
    [
      'after a stop',
      async (chat) => {
        const { reader, thread } = await begin(chat)
        await reader.take(2)
        await chat.json('alice', 'onbehalf.runs.stop', { thread_id: thread })
        await reader.take()
      },
    ],
    [
      'after a deletion',
      async (chat) => {
        const { reader, thread } = await begin(chat)
        await chat.json('alice', 'threads.delete', { thread_id: thread })
        await reader.take()
      },
    ],
    [
      'after readers that waited and left',
      async (chat, told) => {
        const { reader, thread } = await begin(chat)
        const waiting = await resume(chat, thread)
        await waiting.take(4)
        const next = waiting.next()
        await turns()
        await waiting.cancel()
        await next
        told.finish()
        await reader.take()
      },
    ],
    [
      'after refusals',
      async (chat) => {
        await chat.send(
          'alice',
          'threads.create',
          { input: message('x', { attachments: ['none'] }) },
          RESUMABLE,
        )
        await chat.send('alice', 'threads.add_user_message', {
          thread_id: 'none',
          input: message('x'),
        })
        await chat.send('alice', 'nonsense')
      },
    ],
    [
      'after an unknown retry',
      async (chat, told) => {
        told.finish()
        const { reader, thread } = await begin(chat)
        await reader.take()
        await chat.send('alice', 'threads.retry_after_item', {
          thread_id: thread,
          item_id: 'none',
        })
      },
    ],
    [
      'after the close of a server',
      async (chat) => {
        const { reader } = await begin(chat)
        await chat.server.close()
        await reader.take()
      },
    ],
  ])('no timer is left %s', async (_when, act) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const told = steps()
    const chat = testChat(told.respond, { heartbeat: 1000 })
    await act(chat, told)
    await turns()
    expect(vi.getTimerCount()).toBe(0)
    expect(chat.callers.every(({ ended }) => ended === 1)).toBe(true)
    expect(chat.errors).toEqual([])
  })
})

describe('a run store that fails', () => {
  /** A store of which one method fails once a test has said so. */
  function failing(method: Exclude<keyof RunStore, 'joint'>) {
    const runs = memoryRunStore()
    const state = { fails: false, hangs: false }
    const broken: RunStore = {
      ...runs,
      [method]: (...args: Loose[]) => {
        if (state.fails) return Promise.reject(new Error('the database at /secret/place is gone'))
        if (state.hangs) return new Promise(() => {})
        return Reflect.apply(runs[method], runs, args)
      },
    }
    return { runs: broken, state, honest: runs }
  }

  it.each([
    ['append', 'here'],
    ['events', 'on another instance'],
    ['latest', 'on another instance'],
  ] as const)(
    'a run store that fails in %s in mid-run ends the stream of a reader %s with an error',
    async (method, place) => {
      const { runs, state } = failing(method)
      const told = steps()
      const chat = testChat(told.respond, { runs })
      const elsewhere = testChat(told.respond, { runs, store: chat.store })
      const { reader: first, thread } = await begin(chat)
      const reader = place === 'here' ? first : await resume(elsewhere, thread)
      told.say(1)
      await reader.until('assistant_message.content_part.text_delta')
      state.fails = true
      told.say(1)
      const rest = await reader.take()
      expect(rest.at(-1)?.event).toMatchObject({ type: 'error', allow_retry: true })
      expect(JSON.stringify(rest)).not.toContain('secret')
      told.finish()
      await vi.waitFor(() => expect(chat.callers[0]?.ended).toBe(1))
      const { errors } = place === 'here' ? chat : elsewhere
      expect(errors[0]?.error).toMatchObject({ message: expect.stringContaining('is gone') })
    },
  )

  it('when the log cannot be written, the text is kept, the log has no gap, and the run is interrupted', async () => {
    const { runs, state, honest } = failing('append')
    const told = steps()
    const chat = testChat(told.respond, { runs })
    const { reader, thread, run } = await begin(chat)
    told.say(1)
    await reader.until('assistant_message.content_part.text_delta')
    state.fails = true
    told.say(1)
    expect(await reader.take()).toEqual([INTERRUPTED])
    state.fails = false
    told.say(1)
    await turns()
    expect(told.signal()?.aborted).toBe(true)
    expect(await honest.events(run, 0, 100)).toHaveLength(5)
    const shown = await chat.json('alice', 'threads.get_by_id', { thread_id: thread })
    expect(shown.onbehalf_run).toEqual({ state: 'interrupted' })
    expect(shown.items.data[1].content[0].text).toBe('w0 w1 ')
    expect(typesOf(await itemsOf(chat.store, thread))).toEqual([
      'user_message',
      'assistant_message',
      'sdk_hidden_context',
    ])
  })

  it('when one write of the log fails while more events come, nothing is written after the gap', async () => {
    const runs = memoryRunStore()
    let fail = () => {}
    const pending = new Promise<never>((_, reject) => {
      fail = () => reject(new Error('gone'))
    })
    let appends = 0
    const broken: RunStore = {
      ...runs,
      append(id, first, events, until) {
        if (events.length > 0) appends += 1
        return appends === 4 && events.length > 0 ? pending : runs.append(id, first, events, until)
      },
    }
    const told = steps()
    const chat = testChat(told.respond, { runs: broken })
    const { reader, run } = await begin(chat)
    told.say(1)
    await reader.until('assistant_message.content_part.text_delta')
    // The next one hangs, with others waiting behind it; then it fails.
    told.say(3)
    await turns()
    fail()
    expect(await reader.take()).toEqual([INTERRUPTED])
    await turns()
    const log = await runs.events(run, 0, 100)
    expect(log.map((event) => JSON.parse(event).update?.delta)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      'w0 ',
    ])
  })

  it('no event is lost to a store that is slow, at the end of the run either', async () => {
    const runs = memoryRunStore()
    const slow: RunStore = {
      ...runs,
      async append(...args) {
        await turns(3)
        return runs.append(...args)
      },
    }
    const told = steps()
    const chat = testChat(told.respond, { runs: slow })
    const { reader } = await begin(chat)
    told.say(3)
    told.finish()
    const frames = await reader.take()
    expect(frames.at(-1)?.event).toMatchObject({
      type: 'thread.item.done',
      item: { content: [{ text: 'w0 w1 w2 ' }] },
    })
  })

  it('a run outlives a run store that fails only when it renews its lease', async () => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
    })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const { runs, state } = failing('append')
    const told = steps()
    const chat = testChat(told.respond, { runs })
    const { reader } = await begin(chat)
    await reader.until('thread.item.added')
    state.fails = true
    await vi.advanceTimersByTimeAsync(6000)
    expect(chat.errors.length).toBeGreaterThan(0)
    state.fails = false
    // Longer than the lease: it was silent, and nobody has taken its thread.
    await vi.advanceTimersByTimeAsync(20_000)
    told.say(1)
    told.finish()
    expect((await reader.take()).at(-1)?.event).toMatchObject({
      type: 'thread.item.done',
      item: { content: [{ text: 'w0 ' }] },
    })
  })

  it('when the run store fails at the end, the stream still ends, and the thread is free after the lease', async () => {
    const clock = { now: Date.now() }
    const { runs, state } = failing('end')
    const told = steps()
    const chat = testChat(told.respond, { runs, now: () => clock.now })
    state.fails = true
    const reader = await frameReader(
      await chat.send('alice', 'threads.create', { input: message('noop') }),
    )
    const thread_id = (await reader.next())?.event.thread.id
    expect((await reader.take()).at(-1)?.event.type).toBe('stream_options')
    state.fails = false
    const again = { thread_id, input: message('noop') }
    expect((await chat.send('alice', 'threads.add_user_message', again)).status).toBe(409)
    clock.now += 15_000
    expect((await chat.send('alice', 'threads.add_user_message', again)).status).toBe(200)
    expect(chat.callers[0]?.ended).toBe(1)
  })

  it.each(['begin', 'latest'] as const)(
    'a run store that fails in %s before anything is stored gives a 503',
    async (method) => {
      const { runs, state } = failing(method)
      const chat = testChat(steps().respond, { runs })
      const thread_id = await chat.create('alice')
      state.fails = true
      const [type, params] =
        method === 'begin'
          ? ['threads.create', { input: message('x') }]
          : ['threads.get_by_id', { thread_id }]
      const refused = await chat.send('alice', type, params)
      expect([refused.status, await refused.text()]).toEqual([
        503,
        expect.not.stringContaining('secret'),
      ])
      expect((await chat.json('alice', 'threads.list')).data).toHaveLength(1)
    },
  )

  it('a run store that fails while a thread is deleted does not make the deletion fail', async () => {
    const { runs, state } = failing('forget')
    const chat = testChat(steps().respond, { runs })
    const thread_id = await chat.create('alice')
    state.fails = true
    expect(await chat.json('alice', 'threads.delete', { thread_id })).toEqual({})
    expect(chat.errors).toHaveLength(1)
  })

  it.each(['drop', 'end'] as const)(
    'a run store that fails in %s after a refusal does not change the refusal',
    async (method) => {
      const { runs, state } = failing(method)
      const chat = testChat(steps().respond, { runs })
      state.fails = true
      const input = message('x', { attachments: ['none'] })
      expect((await chat.send('alice', 'threads.create', { input })).status).toBe(404)
      expect(chat.errors).toHaveLength(method === 'drop' ? 1 : 0)
    },
  )

  it('a run store that hangs does not hold up a stop, a deletion or the close of the server', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    for (const act of ['onbehalf.runs.stop', 'threads.delete', 'close']) {
      const { runs, state } = failing('end')
      const told = steps()
      const chat = testChat(told.respond, { runs })
      const { reader, thread } = await begin(chat)
      await reader.until('thread.item.added')
      state.hangs = true
      const answered =
        act === 'close' ? chat.server.close() : chat.json('alice', act, { thread_id: thread })
      await vi.advanceTimersByTimeAsync(2000)
      await answered
      await reader.cancel()
    }
  })
})
