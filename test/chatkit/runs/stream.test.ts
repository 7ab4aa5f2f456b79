// A stream: the order of events, what is stored when, errors, stop, deadline, the end of the
// credential.

import { describe, expect, it, vi } from 'vitest'
import {
  type AnswerContext,
  type AnswerEvent,
  type AssistantMessageItem,
  ChatkitStreamError,
  memoryThreadStore,
  type Respond,
  type ThreadStore,
} from '../../../src/chatkit/index.ts'
import { errorText } from '../../../src/chatkit/protocol/named-text.ts'
import { AuthError } from '../../../src/core/errors.ts'
import { eventReader, type Loose, message, request, type TestCaller, testChat } from '../support.ts'

type Context = AnswerContext<TestCaller>

function answer(context: Context, text: string, id?: string): AssistantMessageItem {
  return {
    ...context.newItem('message'),
    ...(id ? { id } : {}),
    type: 'assistant_message',
    content: [{ type: 'output_text', text, annotations: [] }],
  }
}

function* partial(context: Context, text: string): Generator<AnswerEvent> {
  const item = answer(context, '')
  yield { type: 'thread.item.added', item }
  yield {
    type: 'thread.item.updated',
    item_id: item.id,
    update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: text },
  }
}

const types = (events: readonly Loose[]) => events.map(({ type }) => type)
const create = (text = 'hi') => ({ input: message(text) })
const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))

async function itemsOf(store: ThreadStore, who = 'alice') {
  const owner = JSON.stringify(['https://a.example', null, who])
  const [thread] = (await store.threads(owner, { limit: 1, order: 'desc' }))?.data ?? []
  return (
    (await store.items(owner, thread?.id ?? '', { limit: 100, order: 'asc', hidden: true }))
      ?.data ?? []
  )
}

/** A store that waits, before one method, for the test to let it go on. */
function gatedStore(method: 'changeItems') {
  const store = memoryThreadStore()
  let open = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const gated: ThreadStore = {
    ...store,
    async [method](...parameters: Parameters<ThreadStore['changeItems']>) {
      await gate
      return store[method](...parameters)
    },
  }
  return { store: gated, open }
}

describe('order', () => {
  it('an item is stored before its done event is sent, and a pending one is not stored', async () => {
    const seen: number[] = []
    const chat = testChat(async function* (_thread, _message, context) {
      yield { type: 'thread.item.added', item: answer(context, 'x', 'm1') }
      yield { type: 'thread.item.done', item: answer(context, 'x', 'm1') }
    })
    const reader = eventReader(await chat.send('alice', 'threads.create', create()))
    for (let event = await reader.next(); event; event = await reader.next())
      seen.push((await itemsOf(chat.store)).length)
    // created, user done and options come together, after both were stored.
    expect(seen).toEqual([1, 1, 1, 1, 2])
  })

  it('a change of the thread is sent after the next event, with empty metadata', async () => {
    const chat = testChat(async function* (_thread, _message, context) {
      context.updateThread({ title: 'One' })
      context.updateThread({ metadata: { secret: 's' } })
      yield { type: 'thread.item.done', item: answer(context, 'a') }
      context.updateThread({ title: 'One' })
      yield { type: 'thread.item.done', item: answer(context, 'b') }
      context.updateThread({ status: { type: 'closed', reason: 'done' } })
    })
    const events = await chat.stream('alice', 'threads.create', create())
    expect(types(events).slice(3)).toEqual([
      'thread.item.done',
      'thread.updated',
      'thread.item.done',
      'thread.updated',
    ])
    expect(events[4].thread).toMatchObject({
      title: 'One',
      status: { type: 'active' },
      metadata: {},
      items: { data: [], has_more: false },
    })
    expect(events[6].thread.status).toEqual({ type: 'closed', reason: 'done' })
    expect(JSON.stringify(events)).not.toContain('secret')
  })

  it('a title that the person gives meanwhile is not undone by another change', async () => {
    const chat = testChat(async function* (thread, _message, context) {
      await chat.json('alice', 'threads.update', { thread_id: thread.id, title: 'Mine' })
      context.updateThread({ metadata: { n: 1 } })
      yield { type: 'progress_update', text: 'x' }
    })
    const events = await chat.stream('alice', 'threads.create', create())
    expect(events.at(-1)).toMatchObject({ type: 'thread.updated', thread: { title: 'Mine' } })
  })

  it('two done events for one id are one item, in its first place', async () => {
    const chat = testChat(async function* (_thread, _message, context) {
      yield { type: 'thread.item.done', item: answer(context, 'one', 'm1') }
      yield { type: 'thread.item.done', item: answer(context, 'other', 'm2') }
      yield { type: 'thread.item.done', item: answer(context, 'two', 'm1') }
    })
    await chat.stream('alice', 'threads.create', create())
    expect((await itemsOf(chat.store)).slice(1)).toMatchObject([
      { id: 'm1', content: [{ text: 'two' }] },
      { id: 'm2', content: [{ text: 'other' }] },
    ])
  })

  it('a replaced event overwrites the stored item, and a removed event deletes it', async () => {
    const chat = testChat(async function* (_thread, _message, context) {
      yield { type: 'thread.item.done', item: answer(context, 'one', 'm1') }
      yield { type: 'thread.item.replaced', item: answer(context, 'two', 'm1') }
      yield { type: 'thread.item.done', item: answer(context, 'x', 'm2') }
      yield { type: 'thread.item.removed', item_id: 'm2' }
    })
    await chat.stream('alice', 'threads.create', create())
    expect((await itemsOf(chat.store)).slice(1)).toMatchObject([
      { id: 'm1', content: [{ text: 'two' }] },
    ])
  })

  it.each(['added', 'done'])(
    'an item of another thread is refused when it is %s: nothing of it is stored or sent',
    async (how) => {
      const chat = testChat(async function* (_thread, userMessage, context) {
        const [part] = userMessage?.content ?? []
        if (part?.text === 'noop') return
        const [type, thread_id = ''] = part?.text.split(' ') ?? []
        yield {
          type: type === 'added' ? 'thread.item.added' : 'thread.item.done',
          item: { ...answer(context, 'CANARY'), thread_id },
        }
      })
      const other = await chat.create('alice')
      const events = await chat.stream('alice', 'threads.create', create(`${how} ${other}`))
      expect(JSON.stringify(events)).not.toContain('CANARY')
      expect(events.at(-1)).toEqual({ type: 'error', code: 'stream.error', allow_retry: true })
      expect(await itemsOf(chat.store)).toHaveLength(1)
      expect((await chat.json('alice', 'items.list', { thread_id: other })).data).toHaveLength(1)
    },
  )

  it('nulls vanish from widgets at every depth, and stay in free-form values', async () => {
    const chat = testChat(async function* (_thread, _message, context) {
      const widget = {
        type: 'Card',
        a: null,
        children: [null, { type: 'Text', b: { n: null } }],
      } as const
      const item = context.newItem('message')
      yield { type: 'thread.item.added', item: { ...item, type: 'widget', widget } }
      yield {
        type: 'thread.item.updated',
        item_id: item.id,
        update: { type: 'widget.root.updated', widget },
      }
      yield { type: 'thread.item.done', item: { ...item, type: 'widget', widget } }
      yield { type: 'client_effect', name: 'go', data: { n: null } }
    })
    const [added, updated, done, effect] = (
      await chat.stream('alice', 'threads.create', create())
    ).slice(3)
    const clean = { type: 'Card', children: [{ type: 'Text', b: {} }] }
    expect([added.item.widget, updated.update.widget, done.item.widget]).toEqual([
      clean,
      clean,
      clean,
    ])
    expect(effect.data).toEqual({ n: null })
    expect((await itemsOf(chat.store))[1]).toMatchObject({ widget: clean })
  })

  it('the answer sees the person, the thread, and the history with hidden items', async () => {
    let seen: Loose
    const chat = testChat(async function* (thread, userMessage, context) {
      yield {
        type: 'thread.item.done',
        item: { ...context.newItem('hidden'), type: 'hidden_context_item', content: 'note' },
      }
      seen = {
        thread,
        userMessage,
        history: await context.history(),
        last: await context.history(1),
        who: context.caller.principal,
      }
    })
    await chat.stream('alice', 'threads.create', create('hello'))
    expect(seen.who).toEqual({ issuer: 'https://a.example', subject: 'alice' })
    expect(seen.thread).not.toHaveProperty('owner')
    expect(seen.history.map(({ type }: Loose) => type)).toEqual([
      'user_message',
      'hidden_context_item',
    ])
    expect(seen.history[0]).toEqual(seen.userMessage)
    expect(seen.last).toEqual(seen.history.slice(1))
  })
})

describe('hidden items', () => {
  it('hidden items are stored, but no event and no page has them', async () => {
    const chat = testChat(async function* (_thread, _message, context) {
      const hidden = {
        ...context.newItem('hidden'),
        type: 'hidden_context_item',
        content: 'HIDDEN',
      } as const
      const sdk = {
        ...context.newItem('hidden'),
        type: 'sdk_hidden_context',
        content: 'HIDDEN',
      } as const
      yield { type: 'thread.item.added', item: hidden }
      yield { type: 'thread.item.done', item: hidden }
      yield { type: 'thread.item.replaced', item: hidden }
      yield {
        type: 'thread.item.updated',
        item_id: hidden.id,
        update: { type: 'widget.root.updated', widget: { type: 'Card', t: 'HIDDEN' } },
      }
      yield { type: 'thread.item.done', item: sdk }
      yield { type: 'thread.item.done', item: answer(context, 'shown') }
      yield { type: 'thread.item.removed', item_id: hidden.id }
    })
    const events = await chat.stream('alice', 'threads.create', create())
    expect(types(events).slice(3)).toEqual(['thread.item.done'])
    const thread_id = events[0].thread.id
    const answers = [
      events,
      await chat.json('alice', 'threads.get_by_id', { thread_id }),
      await chat.json('alice', 'items.list', { thread_id }),
      await chat.json('alice', 'threads.list'),
    ]
    expect(JSON.stringify(answers)).not.toMatch(/HIDDEN|hidden/)
    expect((await itemsOf(chat.store)).map(({ type }) => type)).toEqual([
      'user_message',
      'sdk_hidden_context',
      'assistant_message',
    ])
  })
})

describe('errors', () => {
  it.each([
    [
      'a custom text',
      new ChatkitStreamError({ text: 'Nope' }),
      { code: 'custom', message: 'Nope', allow_retry: false },
    ],
    [
      'a custom text with retry',
      new ChatkitStreamError({ text: 'Nope', allowRetry: true }),
      { code: 'custom', message: 'Nope', allow_retry: true },
    ],
    [
      'a code',
      new ChatkitStreamError({ code: 'stream.error' }),
      { code: 'stream.error', allow_retry: true },
    ],
    [
      'a code without retry',
      new ChatkitStreamError({ code: 'stream.error', allowRetry: false }),
      { code: 'stream.error', allow_retry: false },
    ],
    [
      'anything else',
      new Error('db password is hunter2'),
      { code: 'stream.error', allow_retry: true },
    ],
    ['no error at all', 'hunter2', { code: 'stream.error', allow_retry: true }],
    [
      'a refused credential',
      new AuthError({ reason: 'token_expired', server: 'tasks' }, 'inner hunter2'),
      { code: 'signed_out', ...errorText('signed_out'), allow_retry: true },
    ],
  ])('%s becomes its event, and inner texts never leave', async (_name, thrown, event) => {
    const chat = testChat(async function* (_thread, _message, context) {
      yield* partial(context, 'half')
      throw thrown
    })
    const events = await chat.stream('alice', 'threads.create', create())
    expect(events.at(-1)).toEqual({ type: 'error', ...event })
    expect(JSON.stringify(events)).not.toContain('hunter2')
    // Pending items are not kept after an error.
    expect(await itemsOf(chat.store)).toHaveLength(1)
    expect(chat.errors).toHaveLength(thrown instanceof ChatkitStreamError ? 0 : 1)
    expect(chat.callers.map(({ ended }) => ended)).toEqual([1])
  })

  it('an error that the app throws before its first event is an error event too', async () => {
    const chat = testChat(() => {
      throw new Error('at once')
    })
    expect(types(await chat.stream('alice', 'threads.create', create())).at(-1)).toBe('error')
    expect(chat.errors[0]?.place).toMatchObject({
      type: 'threads.create',
      principal: { subject: 'alice' },
      threadId: expect.stringMatching(/^thr_/),
    })
  })

  it('a changed thread is stored and sent after the error', async () => {
    const chat = testChat(async function* (_thread, _message, context) {
      context.updateThread({ title: 'X' })
      yield* []
      throw new ChatkitStreamError({ text: 'Nope' })
    })
    const events = await chat.stream('alice', 'threads.create', create())
    expect(types(events).slice(-2)).toEqual(['error', 'thread.updated'])
    expect((await chat.json('alice', 'threads.list')).data[0].title).toBe('X')
  })

  it('an error event of the answer does not end the stream', async () => {
    const chat = testChat(async function* () {
      yield { type: 'error', code: 'custom', message: 'first', allow_retry: false }
      yield { type: 'progress_update', text: 'on' }
    })
    expect(types(await chat.stream('alice', 'threads.create', create())).slice(3)).toEqual([
      'error',
      'progress_update',
    ])
  })

  it('a title that is too long makes the answer fail', async () => {
    const chat = testChat(
      async function* (_thread, _message, context): AsyncGenerator<AnswerEvent> {
        context.updateThread({ title: 'x'.repeat(201) })
        yield { type: 'progress_update', text: 'x' }
      },
    )
    expect((await chat.stream('alice', 'threads.create', create())).at(-1)).toMatchObject({
      type: 'error',
      code: 'stream.error',
    })
  })

  it('a store that fails in mid-stream ends it with an error, and the answer is told to end', async () => {
    const store = memoryThreadStore()
    let signal: AbortSignal | undefined
    let finished = false
    const chat = testChat(
      async function* (_thread, _message, context) {
        signal = context.signal
        try {
          yield { type: 'thread.item.done', item: answer(context, 'x') }
          yield { type: 'progress_update', text: 'never' }
        } finally {
          finished = true
        }
      },
      {
        store: {
          ...store,
          changeItems: () => Promise.reject(new Error('disk full at /secret/place')),
        },
      },
    )
    const events = await chat.stream('alice', 'threads.create', create())
    expect(types(events).slice(3)).toEqual(['error'])
    expect(JSON.stringify(events)).not.toContain('disk')
    expect([signal?.aborted, finished, chat.callers[0]?.ended]).toEqual([true, true, 1])
  })
})

describe('stop', () => {
  const writing: Respond<TestCaller> = async function* (_thread, _message, context) {
    yield* partial(context, 'Half an ans')
    await aborted(context.signal)
    yield { type: 'thread.item.done', item: answer(context, 'LATE') }
  }

  it('a stop keeps the text so far, leaves a note for the model, and nothing else is stored after it', async () => {
    const chat = testChat(writing)
    const reader = eventReader(await chat.send('alice', 'threads.create', create()))
    await reader.until('assistant_message.content_part.text_delta')
    await reader.stop()
    const items = await itemsOf(chat.store)
    expect(items.map(({ type }) => type)).toEqual([
      'user_message',
      'assistant_message',
      'sdk_hidden_context',
    ])
    expect(items[1]).toMatchObject({
      content: [{ type: 'output_text', text: 'Half an ans', annotations: [] }],
    })
    expect(chat.callers[0]?.ended).toBe(1)
    await vi.waitFor(() => expect(chat.errors).toEqual([]))
    expect(await itemsOf(chat.store)).toEqual(items)
  })

  it('a stop before any text keeps only the note', async () => {
    const chat = testChat(async function* (_thread, _message, context) {
      yield { type: 'thread.item.added', item: answer(context, ' ') }
      await aborted(context.signal)
    })
    const reader = eventReader(await chat.send('alice', 'threads.create', create()))
    await reader.until('thread.item.added')
    await reader.stop()
    expect((await itemsOf(chat.store)).map(({ type }) => type)).toEqual([
      'user_message',
      'sdk_hidden_context',
    ])
  })

  it('an aborted request stops the answer too, for servers that do not cancel the body', async () => {
    const chat = testChat(writing)
    const gone = new AbortController()
    const response = await chat.handler(
      request('alice', { type: 'threads.create', params: create() }, { signal: gone.signal }),
    )
    const reader = eventReader(response)
    await reader.until('assistant_message.content_part.text_delta')
    gone.abort()
    expect(await reader.next()).toBeUndefined()
    expect(await itemsOf(chat.store)).toHaveLength(3)
    expect(chat.callers[0]?.ended).toBe(1)
  })

  it('a body that is cancelled unread discards the credential', async () => {
    const chat = testChat(writing)
    const response = await chat.send('alice', 'threads.create', create())
    await response.body?.cancel()
    expect(chat.callers[0]?.ended).toBe(1)
    expect(await itemsOf(chat.store)).toHaveLength(2)
  })

  it('a stop does not wait for an answer that ignores its signal', async () => {
    const chat = testChat(async function* (_thread, _message, context) {
      yield* partial(context, 'x')
      await new Promise(() => {})
    })
    const reader = eventReader(await chat.send('alice', 'threads.create', create()))
    await reader.until('assistant_message.content_part.text_delta')
    await reader.stop()
    expect(chat.callers[0]?.ended).toBe(1)
  })

  it('a stop that comes while the complete message is stored does not overwrite it with partial text', async () => {
    const { store, open } = gatedStore('changeItems')
    const chat = testChat(
      async function* (_thread, _message, context) {
        const item = answer(context, 'Half')
        yield { type: 'thread.item.added', item }
        yield { type: 'thread.item.done', item: answer(context, 'Whole', item.id) }
      },
      { store },
    )
    const response = await chat.send('alice', 'threads.create', create())
    const reader = eventReader(response)
    await reader.until('thread.item.added')
    const next = reader.next()
    await new Promise((resolve) => setImmediate(resolve))
    const stopping = reader.stop()
    open()
    await Promise.all([next, stopping])
    expect(
      (await itemsOf(store)).map((item) => ('content' in item ? item.content : '')),
    ).toMatchObject([[{ text: 'hi' }], [{ text: 'Whole' }], expect.any(String)])
  })

  it('a stop drops a change of the thread that was not stored yet', async () => {
    const { store, open } = gatedStore('changeItems')
    const chat = testChat(
      async function* (_thread, _message, context) {
        yield { type: 'progress_update', text: 'x' }
        context.updateThread({ title: 'LATE' })
        yield { type: 'thread.item.done', item: answer(context, 'Whole') }
      },
      { store },
    )
    const reader = eventReader(await chat.send('alice', 'threads.create', create()))
    await reader.until('progress_update')
    const next = reader.next()
    await new Promise((resolve) => setImmediate(resolve))
    const stopping = reader.stop()
    open()
    await Promise.all([next, stopping])
    await new Promise((resolve) => setImmediate(resolve))
    expect((await chat.json('alice', 'threads.list')).data[0]).not.toHaveProperty('title')
  })

  it('the next message waits while a stop is being stored', async () => {
    const { store, open } = gatedStore('changeItems')
    const chat = testChat(
      async function* (_thread, userMessage, context) {
        if (userMessage?.content[0]?.text === 'again') return
        yield* partial(context, 'Half')
        await aborted(context.signal)
      },
      { store },
    )
    const reader = eventReader(await chat.send('alice', 'threads.create', create()))
    const created = await reader.next()
    await reader.until('assistant_message.content_part.text_delta')
    const stopping = reader.stop()
    const again = chat.stream('alice', 'threads.add_user_message', {
      thread_id: created.thread.id,
      input: message('again'),
    })
    // Long enough for the follow-up to come as far as it can while the stop is still to be stored.
    for (let n = 0; n < 20; n += 1) await new Promise((resolve) => setImmediate(resolve))
    open()
    await stopping
    expect(types(await again)).toEqual(['thread.item.done', 'stream_options'])
    expect((await itemsOf(store)).map(({ type }) => type)).toEqual([
      'user_message',
      'assistant_message',
      'sdk_hidden_context',
      'user_message',
    ])
  })
})

describe('the deadline', () => {
  it('the deadline ends the answer with its own error, keeps the text, and discards the credential', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const chat = testChat(async function* (_thread, _message, context) {
        yield* partial(context, 'so far')
        await new Promise(() => {})
      })
      const reader = eventReader(await chat.send('alice', 'threads.create', create()))
      await reader.until('assistant_message.content_part.text_delta')
      const last = reader.next()
      await vi.advanceTimersByTimeAsync(299_999)
      expect(chat.callers[0]?.ended).toBe(0)
      await vi.advanceTimersByTimeAsync(1)
      expect(await last).toEqual({
        type: 'error',
        code: 'custom',
        ...errorText('too_long'),
        allow_retry: true,
      })
      expect(await reader.next()).toBeUndefined()
      expect((await itemsOf(chat.store)).map(({ type }) => type)).toEqual([
        'user_message',
        'assistant_message',
        'sdk_hidden_context',
      ])
      expect(chat.callers[0]?.ended).toBe(1)
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('one answer a thread', () => {
  it('a second message gets a 409 while the first is being answered, and is accepted after it', async () => {
    let finish = () => {}
    const chat = testChat(async function* ({ id }, userMessage, context) {
      if (userMessage?.content[0]?.text !== 'slow') return
      yield { type: 'progress_update', text: id }
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      yield { type: 'thread.item.done', item: answer(context, 'done') }
    })
    const reader = eventReader(await chat.send('alice', 'threads.create', create('slow')))
    const { thread } = await reader.next()
    await reader.until('progress_update')
    const again = { thread_id: thread.id, input: message('again') }
    const refused = await chat.send('alice', 'threads.add_user_message', again)
    expect(refused.status).toBe(409)
    expect(await refused.json()).toMatchObject({ code: 'thread_busy' })
    expect((await chat.send('bob', 'threads.add_user_message', again)).status).toBe(404)
    expect(await itemsOf(chat.store)).toHaveLength(1)
    expect((await chat.send('alice', 'threads.create', create())).status).toBe(200)
    const rest = reader.until('thread.item.done')
    await new Promise((resolve) => setImmediate(resolve))
    finish()
    await rest
    expect(await reader.next()).toBeUndefined()
    expect(types(await chat.stream('alice', 'threads.add_user_message', again))).toEqual([
      'thread.item.done',
      'stream_options',
    ])
  })

  it('somebody else who names the thread does not keep it busy', async () => {
    const store = memoryThreadStore()
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const slowForBob: ThreadStore = {
      ...store,
      async thread(owner, id) {
        if (owner.includes('bob')) await gate
        return store.thread(owner, id)
      },
    }
    const chat = testChat(async function* () {}, { store: slowForBob })
    const thread_id = await chat.create('alice')
    const params = { thread_id, input: message('x') }
    const foreign = chat.send('bob', 'threads.add_user_message', params)
    await new Promise((resolve) => setImmediate(resolve))
    expect((await chat.send('alice', 'threads.add_user_message', params)).status).toBe(200)
    open()
    expect((await foreign).status).toBe(404)
  })

  it('of two messages at the same moment one is answered and one refused', async () => {
    const chat = testChat(async function* () {})
    const thread_id = await chat.create('alice')
    const answers = await Promise.all(
      ['a', 'b'].map((text) =>
        chat.send('alice', 'threads.add_user_message', { thread_id, input: message(text) }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    expect(await itemsOf(chat.store)).toHaveLength(2)
    for (const one of answers) await one.text()
  })

  it('a thread that is deleted during an answer ends the stream and stays deleted', async () => {
    const chat = testChat(async function* (_thread, _message, context) {
      yield* partial(context, 'x')
      await aborted(context.signal)
      yield { type: 'thread.item.done', item: answer(context, 'LATE') }
    })
    const reader = eventReader(await chat.send('alice', 'threads.create', create()))
    const { thread } = await reader.next()
    await reader.until('assistant_message.content_part.text_delta')
    expect(await chat.json('alice', 'threads.delete', { thread_id: thread.id })).toEqual({})
    expect(await reader.next()).toEqual({ type: 'error', code: 'stream.error', allow_retry: false })
    expect(await reader.next()).toBeUndefined()
    expect((await chat.send('alice', 'threads.get_by_id', { thread_id: thread.id })).status).toBe(
      404,
    )
    expect(chat.callers[0]?.ended).toBe(1)
    expect(chat.errors).toEqual([])
  })
})

it('an answer that is complete leaves no timer behind', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const chat = testChat(async function* () {})
    await chat.create('alice')
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

it('the answer advances only as fast as the client reads', async () => {
  let made = 0
  const chat = testChat(async function* () {
    for (;;) {
      made += 1
      yield { type: 'progress_update', text: String(made) }
    }
  })
  const reader = (await chat.send('alice', 'threads.create', create())).body?.getReader()
  await reader?.read()
  expect(made).toBe(0)
  for (let n = 0; n < 3; n += 1) await reader?.read()
  expect(made).toBe(3)
  await reader?.cancel()
})
