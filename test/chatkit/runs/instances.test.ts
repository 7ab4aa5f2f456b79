// Several instances over one store. One writes, and another shows, stops and takes over. One dies,
// and can write nothing when it wakes up.

import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type ChatkitServerOptions,
  memoryRunStore,
  memoryThreadStore,
  type ThreadStore,
} from '../../../src/chatkit/index.ts'
import {
  answer,
  begin,
  delta,
  frameReader,
  GONE,
  INTERRUPTED,
  RESUMABLE,
  resume,
  steps,
} from '../resumable.ts'
import { describeStores, type OpenStores } from '../stores.ts'
import { type Loose, message, type TestCaller, type TestChat, testChat } from '../support.ts'

const ALICE = JSON.stringify(['https://a.example', null, 'alice'])
const LEASE = 15_000

async function itemsOf(store: ThreadStore, thread: string): Promise<Loose[]> {
  return [
    ...((await store.items(ALICE, thread, { limit: 100, order: 'asc', hidden: true }))?.data ?? []),
  ]
}

const typesOf = (items: readonly Loose[]) => items.map(({ type }) => type)

/** Two instances, whose one clock the test sets. The first one answers as it is told. */
async function twoInstances(
  open: OpenStores,
  options: Partial<ChatkitServerOptions<TestCaller>> = {},
) {
  const clock = { now: Date.now() }
  const [one, other] = await open(2)
  const told = steps()
  const common = { now: () => clock.now, lease: LEASE, ...options }
  const a = testChat(told.respond, { ...one, ...common })
  const retold = steps()
  const b = testChat(retold.respond, { ...(other ?? one), ...common })
  return { a, b, told, retold, clock }
}

describeStores('a run on another instance', (open) => {
  it('a run on another instance is followed live, from any event', async () => {
    const { a, b, told } = await twoInstances(open)
    const { reader, first, thread, run } = await begin(a)
    told.say(1)
    const seen = [first, ...(await reader.until('assistant_message.content_part.text_delta'))]
    const there = await resume(b, thread)
    expect(await there.take(seen.length)).toEqual(seen)
    const later = await resume(b, thread, `${run}.${seen.length}`)
    told.say(1)
    expect((await there.next())?.event.update.delta).toBe('w1 ')
    expect((await later.next())?.event.update.delta).toBe('w1 ')
    told.finish()
    const rest = await reader.take()
    expect(await there.take()).toEqual(rest.slice(1))
    expect(await later.take()).toEqual(rest.slice(1))
    expect([...a.errors, ...b.errors]).toEqual([])
  })

  it('a run keeps its thread on every instance until it is over', async () => {
    const { a, b, told, retold } = await twoInstances(open)
    const { reader, thread } = await begin(a)
    const again = () =>
      b.send('alice', 'threads.add_user_message', { thread_id: thread, input: message('noop') })
    const refused = await again()
    expect([refused.status, await refused.json()]).toMatchObject([409, { code: 'thread_busy' }])
    expect(await b.json('alice', 'threads.get_by_id', { thread_id: thread })).toMatchObject({
      onbehalf_run: { state: 'running' },
    })
    told.finish()
    retold.finish()
    await reader.take()
    expect((await again()).status).toBe(200)
  })

  it.each([RESUMABLE, {}])(
    'a run is stopped from another instance and keeps its text (%j)',
    async (more) => {
      const { a, b, told } = await twoInstances(open)
      const reader = await frameReader(
        await a.send('alice', 'threads.create', { input: message('hi') }, more),
      )
      const thread = (await reader.next())?.event.thread.id
      told.say(2)
      await reader.until('assistant_message.content_part.text_delta')
      await reader.take(1)
      // A run that is not resumable goes no further than its client reads. So the client must wait
      // for the next event.
      const rest = reader.take()
      expect(await b.json('alice', 'onbehalf.runs.stop', { thread_id: thread })).toEqual({})
      expect(await rest).toEqual([])
      expect(typesOf(await itemsOf(a.store, thread))).toEqual([
        'user_message',
        'assistant_message',
        'sdk_hidden_context',
      ])
      expect((await itemsOf(a.store, thread))[1].content[0].text).toBe('w0 w1 ')
      expect(a.callers[0]?.ended).toBe(1)
      expect([...a.errors, ...b.errors]).toEqual([])
    },
  )

  it.each([RESUMABLE, {}])(
    'a run ends when its thread is deleted on another instance (%j)',
    async (more) => {
      const { a, b, told } = await twoInstances(open)
      const reader = await frameReader(
        await a.send('alice', 'threads.create', { input: message('hi') }, more),
      )
      const thread = (await reader.next())?.event.thread.id
      told.say(1)
      await reader.until('assistant_message.content_part.text_delta')
      const rest = reader.take()
      expect(await b.json('alice', 'threads.delete', { thread_id: thread })).toEqual({})
      expect(await rest).toEqual([GONE])
      await vi.waitFor(() => expect(a.callers[0]?.ended).toBe(1))
      expect(told.signal()?.aborted).toBe(true)
      expect((await b.json('alice', 'threads.list')).data).toEqual([])
      expect([...a.errors, ...b.errors]).toEqual([])
    },
  )
})

describeStores('an instance that dies', (open) => {
  /** An answer that has said two words, whose instance is silent from then on. */
  async function dead(options: Partial<ChatkitServerOptions<TestCaller>> = {}) {
    const instances = await twoInstances(open, options)
    const { a, told, clock } = instances
    const { reader, first, thread, run } = await begin(a)
    told.say(2)
    const seen = [
      first,
      ...(await reader.until('assistant_message.content_part.text_delta')),
      await reader.next(),
    ]
    clock.now += LEASE
    return { ...instances, reader, seen, thread, run }
  }

  it("a dead instance's run is interrupted for others, and its text is stored once with a note", async () => {
    const { b, thread } = await dead()
    const shown = await Promise.all([
      b.json('alice', 'threads.get_by_id', { thread_id: thread }),
      b.json('alice', 'threads.get_by_id', { thread_id: thread }),
    ])
    for (const one of [
      ...shown,
      await b.json('alice', 'threads.get_by_id', { thread_id: thread }),
    ]) {
      expect(one.onbehalf_run).toEqual({ state: 'interrupted' })
      expect(one.items.data.map(({ type }: Loose) => type)).toEqual([
        'user_message',
        'assistant_message',
      ])
      expect(one.items.data[1].content[0].text).toBe('w0 w1 ')
    }
    expect(typesOf(await itemsOf(b.store, thread))).toEqual([
      'user_message',
      'assistant_message',
      'sdk_hidden_context',
    ])
    expect(b.errors).toEqual([])
  })

  it("a dead instance's stream ends with the error for it, from wherever it is joined", async () => {
    const { b, seen, thread, run } = await dead()
    expect(await (await resume(b, thread)).take()).toEqual([...seen, INTERRUPTED])
    for (let at = 0; at <= seen.length; at += 1) {
      expect(await (await resume(b, thread, `${run}.${at}`)).take()).toEqual([
        ...seen.slice(at),
        INTERRUPTED,
      ])
    }
    expect(typesOf(await itemsOf(b.store, thread))).toEqual([
      'user_message',
      'assistant_message',
      'sdk_hidden_context',
    ])
  })

  it("a dead instance's run can be tried again, and its text is kept until then", async () => {
    const { b, retold, thread } = await dead()
    const shown = await b.json('alice', 'threads.get_by_id', { thread_id: thread })
    retold.say(1)
    retold.finish()
    const params = { thread_id: thread, item_id: shown.items.data[0].id }
    const again = await (
      await frameReader(await b.send('alice', 'threads.retry_after_item', params, RESUMABLE))
    ).take()
    expect(again.at(-1)?.event).toMatchObject({
      type: 'thread.item.done',
      item: { content: [{ text: 'w0 ' }] },
    })
    const after = await b.json('alice', 'threads.get_by_id', { thread_id: thread })
    expect(after).not.toHaveProperty('onbehalf_run')
    expect(typesOf(await itemsOf(b.store, thread))).toEqual(['user_message', 'assistant_message'])
    expect(after.items.data[1].content[0].text).toBe('w0 ')
  })

  it("a dead instance's text is there for the next message, also when nobody looked before", async () => {
    const { b, retold, thread } = await dead()
    retold.finish()
    await (
      await frameReader(
        await b.send(
          'alice',
          'threads.add_user_message',
          { thread_id: thread, input: message('go on') },
          RESUMABLE,
        ),
      )
    ).take()
    expect(typesOf(await itemsOf(b.store, thread))).toEqual([
      'user_message',
      'assistant_message',
      'sdk_hidden_context',
      'user_message',
      'assistant_message',
    ])
  })

  it("a retry that is not resumable of a dead instance's run leaves no interrupted run", async () => {
    const { b, retold, thread } = await dead()
    const shown = await b.json('alice', 'threads.get_by_id', { thread_id: thread })
    retold.finish()
    await b.stream('alice', 'threads.retry_after_item', {
      thread_id: thread,
      item_id: shown.items.data[0].id,
    })
    expect(await b.json('alice', 'threads.get_by_id', { thread_id: thread })).not.toHaveProperty(
      'onbehalf_run',
    )
  })

  it("a dead instance's run can be stopped at once, and its thread can be deleted", async () => {
    const { b, thread } = await dead()
    expect(await b.json('alice', 'onbehalf.runs.stop', { thread_id: thread })).toEqual({})
    expect(await b.json('alice', 'threads.delete', { thread_id: thread })).toEqual({})
    expect((await b.json('alice', 'threads.list')).data).toEqual([])
  })
})

describe('an instance that dies', () => {
  it('after an instance dies only unfinished messages are recovered, and completed or removed ones stay as they were', async () => {
    const clock = { now: Date.now() }
    const [stores] = [{ store: memoryThreadStore(), runs: memoryRunStore() }]
    const a = testChat(
      async function* (_thread, _message, context) {
        const [complete, replaced, removed, half] = ['a', 'b', 'c', 'd'].map(() =>
          answer(context, ''),
        )
        for (const item of [complete, replaced, removed, half]) {
          if (!item) continue
          yield { type: 'thread.item.added', item }
          yield delta(item.id, 'partial')
        }
        if (complete)
          yield {
            type: 'thread.item.done',
            item: {
              ...complete,
              content: [{ type: 'output_text', text: 'whole', annotations: [] }],
            },
          }
        if (replaced)
          yield {
            type: 'thread.item.replaced',
            item: { ...replaced, content: [{ type: 'output_text', text: 'new', annotations: [] }] },
          }
        if (removed) yield { type: 'thread.item.removed', item_id: removed.id }
        yield { type: 'progress_update', text: 'silent from here on' }
        await new Promise(() => {})
      },
      { ...stores, now: () => clock.now },
    )
    const { reader, thread } = await begin(a)
    await reader.until('progress_update')
    clock.now += LEASE
    const b = testChat(async function* () {}, { ...stores, now: () => clock.now })
    await b.json('alice', 'threads.get_by_id', { thread_id: thread })
    const items = await itemsOf(b.store, thread)
    expect(items.slice(1).map(({ type, content }) => [type, content[0].text ?? 'note'])).toEqual([
      ['assistant_message', 'whole'],
      ['assistant_message', 'new'],
      ['assistant_message', 'partial'],
      ['sdk_hidden_context', 'note'],
    ])
  })

  it('after an instance dies the steps that were done stay, and none is shown as running', async () => {
    const clock = { now: Date.now() }
    const stores = { store: memoryThreadStore(), runs: memoryRunStore() }
    const step = (title: string, status_indicator: 'loading' | 'complete') =>
      ({ type: 'custom', title, status_indicator }) as const
    const a = testChat(
      async function* (_thread, _message, { newItem }) {
        const done = newItem('workflow')
        const begun = newItem('workflow')
        const workflow = { type: 'custom', tasks: [], expanded: true } as const
        for (const { id, ...base } of [done, begun]) {
          yield { type: 'thread.item.added', item: { id, ...base, type: 'workflow', workflow } }
          const task = step('Add a task', 'loading')
          const update = { type: 'workflow.task.added', task_index: 0, task } as const
          yield { type: 'thread.item.updated', item_id: id, update }
        }
        const complete = { type: 'workflow.task.updated', task_index: 0 } as const
        const more = { type: 'workflow.task.added', task_index: 1 } as const
        const item_id = done.id
        for (const update of [
          { ...complete, task: step('Add a task', 'complete') },
          { ...more, task: step('List tasks', 'loading') },
        ])
          yield { type: 'thread.item.updated', item_id, update }
        yield { type: 'progress_update', text: 'silent from here on' }
        await new Promise(() => {})
      },
      { ...stores, now: () => clock.now },
    )
    const { reader, thread } = await begin(a)
    await reader.until('progress_update')
    clock.now += LEASE
    const b = testChat(async function* () {}, { ...stores, now: () => clock.now })
    await b.json('alice', 'threads.get_by_id', { thread_id: thread })
    const items = await itemsOf(b.store, thread)
    expect(items.slice(1).map(({ type }) => type)).toEqual(['workflow', 'sdk_hidden_context'])
    const { tasks } = items[1].workflow
    expect(
      tasks.map((task: Record<string, unknown>) => [task.title, task.status_indicator]),
    ).toEqual([
      ['Add a task', 'complete'],
      ['List tasks', 'none'],
    ])
  })

  it('an instance that dies leaves no note for a run that has no log', async () => {
    const { a, b, thread } = await (async () => {
      const clock = { now: Date.now() }
      const stores = { store: memoryThreadStore(), runs: memoryRunStore(), now: () => clock.now }
      const told = steps()
      const one = testChat(told.respond, stores)
      const reader = await frameReader(
        await one.send('alice', 'threads.create', { input: message('hi') }),
      )
      const id = (await reader.next())?.event.thread.id
      clock.now += LEASE
      return { a: one, b: testChat(told.respond, stores), thread: id }
    })()
    await b.stream('alice', 'threads.add_user_message', {
      thread_id: thread,
      input: message('noop'),
    })
    expect(typesOf(await itemsOf(a.store, thread))).toEqual(['user_message', 'user_message'])
  })

  it('readers on other instances see that an instance died, also when nothing wakes them', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const clock = { now: Date.now() }
    const runs = memoryRunStore()
    // It writes no more, and nobody hears anything.
    const silent = { ...runs, append: async () => 'running' as const }
    const common = { store: memoryThreadStore(), now: () => clock.now, lease: LEASE }
    const a = testChat(steps().respond, { ...common, runs: silent })
    const b = testChat(steps().respond, { ...common, runs })
    const response = a.send('alice', 'threads.create', { input: message('hi') }, RESUMABLE)
    await response
    const thread = (await b.json('alice', 'threads.list')).data[0].id
    const reading = (await resume(b, thread)).take()
    await new Promise((resolve) => setImmediate(resolve))
    clock.now += LEASE
    await vi.advanceTimersByTimeAsync(LEASE)
    expect(await reading).toEqual([INTERRUPTED])
  })
})

describe('a run that is alive', () => {
  it('a live run renews its lease every third of it, and stores without asking', async () => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
    })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const runs = memoryRunStore()
    let said = 0
    const counted: typeof runs = {
      ...runs,
      append: (...args) => {
        said += 1
        return runs.append(...args)
      },
    }
    const told = steps()
    const chat = testChat(told.respond, { runs: counted, lease: LEASE })
    const reader = await frameReader(
      await chat.send('alice', 'threads.create', { input: message('hi') }),
    )
    const thread = (await reader.next())?.event.thread.id
    await reader.until('thread.item.added')
    const next = reader.next()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(said).toBe(12)
    expect(await runs.latest(ALICE, thread, Date.now())).toMatchObject({ state: 'running' })
    told.say(1)
    told.finish()
    await next
    expect((await reader.take()).at(-1)?.event.type).toBe('thread.item.done')
    expect(said).toBe(12)
  })

  it('a live run keeps its thread when its own instance has slept and looks first', async () => {
    const clock = { now: Date.now() }
    const told = steps()
    const chat = testChat(told.respond, { now: () => clock.now, lease: LEASE })
    const { reader, thread } = await begin(chat)
    clock.now += LEASE
    const refused = await chat.send('alice', 'threads.add_user_message', {
      thread_id: thread,
      input: message('noop'),
    })
    expect(refused.status).toBe(409)
    told.finish()
    expect((await reader.take()).at(-1)?.event.type).toBe('thread.item.done')
  })

  it('a live run stays when the lost run before it in the thread ends at last', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const clock = { now: Date.now() }
    const runs = memoryRunStore()
    const common = { runs, store: memoryThreadStore(), now: () => clock.now, lease: LEASE }
    const told = steps()
    const a = testChat(told.respond, common)
    const b = testChat(told.respond, common)
    const { reader, thread } = await begin(a)
    await reader.until('thread.item.added')
    clock.now += LEASE
    await b.stream('alice', 'threads.add_user_message', {
      thread_id: thread,
      input: message('noop'),
    })
    const again = await frameReader(
      await a.send(
        'alice',
        'threads.add_user_message',
        { thread_id: thread, input: message('hi') },
        RESUMABLE,
      ),
    )
    await again.until('thread.item.added')
    const lost = reader.take()
    told.say(1)
    await again.until('assistant_message.content_part.text_delta')
    // Its first word is refused, so it ends.
    await lost
    clock.now += LEASE - 1
    await vi.advanceTimersByTimeAsync(LEASE - 1)
    clock.now += LEASE - 1
    await vi.advanceTimersByTimeAsync(LEASE - 1)
    expect(await runs.latest(ALICE, thread, clock.now)).toMatchObject({ state: 'running' })
    told.finish()
    expect((await again.take()).at(-1)?.event.type).toBe('thread.item.done')
  })
})

describe('an instance that was taken for dead and wakes up', () => {
  beforeEach(() => {
    // It hears of nothing by its own timers: they slept, too.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
  })

  /** Answers in turn, each begun by the test. */
  function gated(
    more: (
      context: Parameters<typeof answer>[0] & { updateThread(change: { title: string }): void },
    ) => AsyncIterable<Loose>,
  ) {
    let go = () => {}
    const gate = new Promise<void>((resolve) => {
      go = resolve
    })
    return {
      go: () => go(),
      async *respond(_thread: unknown, userMessage: Loose, context: Loose) {
        if (userMessage?.content[0]?.text === 'noop') return
        const item = answer(context, '')
        yield { type: 'thread.item.added', item }
        yield delta(item.id, 'Half')
        await gate
        yield* more(context)
      },
    }
  }

  async function asleep(open: OpenStores, respond: Loose, more: object) {
    const clock = { now: Date.now() }
    const [one, other] = await open(2)
    const a: TestChat = testChat(respond, { ...one, now: () => clock.now, lease: LEASE })
    const b: TestChat = testChat(respond, { ...(other ?? one), now: () => clock.now, lease: LEASE })
    const reader = await frameReader(
      await a.send('alice', 'threads.create', { input: message('hi') }, more),
    )
    const thread = (await reader.next())?.event.thread.id
    await reader.until('assistant_message.content_part.text_delta')
    return { a, b, reader, thread, clock }
  }

  const late: readonly (readonly [string, (context: Loose) => AsyncIterable<Loose>])[] = [
    [
      'item',
      async function* (context) {
        yield { type: 'thread.item.done', item: answer(context, 'LATE') }
      },
    ],
    [
      'replaced item',
      async function* (context) {
        yield { type: 'thread.item.replaced', item: answer(context, 'LATE') }
      },
    ],
    [
      'removal',
      async function* (context) {
        const [first] = await context.history()
        yield { type: 'thread.item.removed', item_id: first.id }
      },
    ],
    [
      'title',
      async function* (context) {
        context.updateThread({ title: 'LATE' })
        yield { type: 'progress_update', text: 'x' }
      },
    ],
    [
      'last title',
      // biome-ignore lint/correctness/useYield: it ends with the change
      async function* (context) {
        context.updateThread({ title: 'LATE' })
      },
    ],
  ]

  describeStores(
    'over one store',
    (open) => {
      describe.each([RESUMABLE, {}])('in a run with %j', (more) => {
        it.each(late)('an instance that was taken for dead stores no %s', async (_what, rest) => {
          const { go, respond } = gated(rest)
          const { b, a, reader, thread, clock } = await asleep(open, respond, more)
          clock.now += LEASE
          await b.stream('alice', 'threads.add_user_message', {
            thread_id: thread,
            input: message('noop'),
          })
          const before = [await b.json('alice', 'threads.list'), await itemsOf(b.store, thread)]
          go()
          const frames = await reader.take()
          expect(
            frames.filter(({ event }) => !['error', 'progress_update'].includes(event.type)),
          ).toEqual([])
          expect([await b.json('alice', 'threads.list'), await itemsOf(b.store, thread)]).toEqual(
            before,
          )
          await vi.waitFor(() => expect(a.callers[0]?.ended).toBe(1))
          expect(a.errors).toEqual([])
        })

        it('an instance that wakes up stores its text when nobody has taken its thread', async () => {
          const { go, respond } = gated(async function* (context) {
            yield { type: 'thread.item.done', item: answer(context, 'LATE') }
          })
          const { a, reader, thread, clock } = await asleep(open, respond, more)
          clock.now += LEASE
          go()
          expect((await reader.take()).at(-1)?.event).toMatchObject({ type: 'thread.item.done' })
          expect((await itemsOf(a.store, thread)).at(-1).content[0].text).toBe('LATE')
        })

        it('an instance that was taken for dead stores no partial text when it closes', async () => {
          const { respond } = gated(async function* () {})
          const { a, b, reader, thread, clock } = await asleep(open, respond, more)
          clock.now += LEASE
          await b.stream('alice', 'threads.add_user_message', {
            thread_id: thread,
            input: message('noop'),
          })
          const before = await itemsOf(b.store, thread)
          await Promise.all([a.server.close(), reader.take()])
          expect(await itemsOf(b.store, thread)).toEqual(before)
        })
      })
    },
    ['memory', 'sqlite'],
  )
})
