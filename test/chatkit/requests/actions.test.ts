// Actions of widgets and of the page, streamed and in one answer: what the app is told, and what is
// refused before.

import { describe, expect, it } from 'vitest'
import {
  type Act,
  type ChatkitServerOptions,
  ChatkitStreamError,
  memoryThreadStore,
} from '../../../src/chatkit/index.ts'
import { errorText } from '../../../src/chatkit/protocol/named-text.ts'
import { AuthError } from '../../../src/core/errors.ts'
import { answer } from '../resumable.ts'
import { type Loose, type TestCaller, testChat } from '../support.ts'
import { refusalOf, storedItems, threadWith, typesOf, type Written } from '../thread-of.ts'

const BOTH = ['threads.custom_action', 'threads.sync_custom_action'] as const
const widget: Written = { id: 'w', type: 'widget', widget: { type: 'Card', children: [] } }
const text: Written = { id: 't', type: 'assistant_message', content: [] }
const hidden: Written = { id: 'h', type: 'hidden_context_item', content: 'note' }

function chatOf(options: Partial<ChatkitServerOptions<TestCaller>> = {}) {
  const seen: Loose[] = []
  const action: Act<TestCaller> = async function* (thread, asked, sender, context) {
    seen.push({
      thread: thread.id,
      asked,
      sender,
      who: context.caller.principal.subject,
      metadata: context.metadata,
    })
    yield { type: 'thread.item.done', item: answer(context, 'done') }
  }
  const chat = testChat(async function* () {}, {
    action,
    async syncAction(thread, asked, sender, context) {
      seen.push({
        thread: thread.id,
        asked,
        sender,
        who: context.caller.principal.subject,
        metadata: context.metadata,
      })
      return (
        sender && { ...sender, widget: { type: 'Card', n: null, children: [null, { a: null }] } }
      )
    },
    ...options,
  })
  return { chat, seen }
}

describe.each(BOTH)('%s', (type) => {
  it('the app gets the caller, the action and the stored widget, whatever the client says', async () => {
    const { chat, seen } = chatOf()
    const thread_id = await threadWith(chat, [widget])
    const action = {
      type: 'save',
      payload: { n: null, deep: [{ a: 1 }] },
      widget: 'CANARY',
      extra: 1,
    }
    const response = await chat.send(
      'alice',
      type,
      { thread_id, item_id: 'w', action, sender: 'CANARY' },
      { metadata: { m: 1 } },
    )
    expect(response.status).toBe(200)
    await response.text()
    expect(seen).toEqual([
      {
        thread: thread_id,
        asked: { type: 'save', payload: { n: null, deep: [{ a: 1 }] } },
        sender: expect.objectContaining({ id: 'w', widget: { type: 'Card', children: [] } }),
        who: 'alice',
        metadata: { m: 1 },
      },
    ])
    expect(chat.callers.every(({ ended }) => ended === 1)).toBe(true)
  })

  it.each([[{ type: 'a' }], [{ type: 'a', payload: null }]])(
    'an action of the page has no sender: %j',
    async (action) => {
      const { chat, seen } = chatOf()
      const thread_id = await threadWith(chat)
      await (await chat.send('alice', type, { thread_id, action })).text()
      await (await chat.send('alice', type, { thread_id, action, item_id: null })).text()
      expect(seen.map(({ asked, sender }) => [asked, sender])).toEqual([
        [{ type: 'a' }, undefined],
        [{ type: 'a' }, undefined],
      ])
    },
  )

  it.each(['none', 'h'])(
    'an action of an item that cannot be found is refused: %s',
    async (item_id) => {
      const { chat, seen } = chatOf()
      const thread_id = await threadWith(chat, [hidden])
      expect(
        await refusalOf(
          await chat.send('alice', type, { thread_id, item_id, action: { type: 'a' } }),
        ),
      ).toEqual([404, 'not_found'])
      expect(seen).toEqual([])
    },
  )

  it.each([
    ['no type', {}],
    ['an empty type', { type: '' }],
    ['a type that is too long', { type: 'x'.repeat(257) }],
    ['a type that is no text', { type: 1 }],
    [
      'a payload that is too deep',
      { type: 'a', payload: JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`) },
    ],
  ])(`an action of ${type} with %s is no request`, async (_what, action) => {
    const { chat, seen } = chatOf()
    const thread_id = await threadWith(chat, [widget])
    expect((await chat.send('alice', type, { thread_id, item_id: 'w', action })).status).toBe(400)
    expect((await chat.send('alice', type, { thread_id, item_id: 'w' })).status).toBe(400)
    expect(seen).toEqual([])
  })

  it('an action is refused when the app has no handler', async () => {
    const chat = testChat(async function* () {})
    const thread_id = await threadWith(chat, [widget])
    const params = { thread_id, item_id: 'w', action: { type: 'a' } }
    expect(await refusalOf(await chat.send('alice', type, params))).toEqual([400, 'unknown_type'])
    // But not before it is known whose thread it is.
    expect(await refusalOf(await chat.send('bob', type, params))).toEqual([404, 'not_found'])
  })
})

describe('a streamed action', () => {
  it('a streamed action sends the stream options and then the events of the app', async () => {
    const { chat } = chatOf()
    const thread_id = await threadWith(chat, [widget])
    const events = await chat.stream('alice', 'threads.custom_action', {
      thread_id,
      item_id: 'w',
      action: { type: 'a' },
    })
    expect(typesOf(events)).toEqual(['stream_options', 'thread.item.done'])
    expect(await storedItems(chat, thread_id)).toHaveLength(3)
  })

  it('a streamed action of an item that is not a widget gets one error, and the thread is free', async () => {
    const { chat, seen } = chatOf()
    const thread_id = await threadWith(chat, [text])
    for (let n = 0; n < 2; n += 1) {
      expect(
        await chat.stream('alice', 'threads.custom_action', {
          thread_id,
          item_id: 't',
          action: { type: 'a' },
        }),
      ).toEqual([{ type: 'error', code: 'stream.error', allow_retry: false }])
    }
    expect(seen).toEqual([])
    expect(chat.callers.every(({ ended }) => ended === 1)).toBe(true)
  })
})

describe('an action that is answered at once', () => {
  const act = (thread_id: string, item_id = 'w') => ({ thread_id, item_id, action: { type: 'a' } })

  it('a synchronous action stores and gives the changed item, without nulls in a widget', async () => {
    const { chat } = chatOf()
    const thread_id = await threadWith(chat, [widget])
    const { updated_item } = await chat.json('alice', 'threads.sync_custom_action', act(thread_id))
    expect(updated_item).toMatchObject({ id: 'w', widget: { type: 'Card', children: [{}] } })
    expect(updated_item.widget).toEqual({ type: 'Card', children: [{}] })
    expect((await storedItems(chat, thread_id))[1]).toEqual(updated_item)
  })

  it('a synchronous action gives nothing when nothing changed, and never a hidden item', async () => {
    const nothing = chatOf({ syncAction: async () => undefined })
    expect(
      await nothing.chat.json(
        'alice',
        'threads.sync_custom_action',
        act(await threadWith(nothing.chat, [widget])),
      ),
    ).toEqual({})
    const hiding = chatOf({
      syncAction: async (_thread, _action, _sender, context) => ({
        ...context.newItem('hidden'),
        type: 'hidden_context_item',
        content: 'HIDDEN',
      }),
    })
    const thread_id = await threadWith(hiding.chat, [widget])
    expect(await hiding.chat.json('alice', 'threads.sync_custom_action', act(thread_id))).toEqual(
      {},
    )
    expect(typesOf(await storedItems(hiding.chat, thread_id))).toContain('hidden_context_item')
  })

  it('a synchronous action of an item that is not a widget is refused', async () => {
    const { chat, seen } = chatOf()
    const thread_id = await threadWith(chat, [text])
    expect(
      await refusalOf(await chat.send('alice', 'threads.sync_custom_action', act(thread_id, 't'))),
    ).toEqual([409, 'not_a_widget'])
    expect(seen).toEqual([])
  })

  it('a synchronous action works while an answer is being written in the thread', async () => {
    let finish = () => {}
    const { chat } = chatOf({
      async *action() {
        yield { type: 'progress_update', text: 'x' }
        await new Promise<void>((resolve) => {
          finish = resolve
        })
      },
    })
    const thread_id = await threadWith(chat, [widget])
    const running = await chat.send('alice', 'threads.custom_action', act(thread_id), {
      metadata: { 'onbehalf/resumable': true },
    })
    expect(await chat.json('alice', 'threads.sync_custom_action', act(thread_id))).toHaveProperty(
      'updated_item',
    )
    finish()
    await running.text()
  })

  it.each<[string, unknown, unknown]>([
    [
      'a text for the person',
      new ChatkitStreamError({ text: 'Full' }),
      [400, { code: 'invalid_request', message: 'Full' }],
    ],
    [
      'a refused credential',
      new AuthError({ reason: 'token_expired', server: 'tasks' }, 'inner hunter2'),
      [400, { code: 'invalid_request', ...errorText('signed_out') }],
    ],
    ['anything else', new Error('hunter2'), [409, { code: 'failed', message: expect.any(String) }]],
    [
      'a code without a text',
      new ChatkitStreamError({ code: 'stream.error' }),
      [409, { code: 'failed' }],
    ],
  ])(
    'that throws %s is answered so that no client repeats it',
    async (_what, thrown, [status, body]: Loose) => {
      const { chat } = chatOf({ syncAction: () => Promise.reject(thrown) })
      const thread_id = await threadWith(chat, [widget])
      const response = await chat.send('alice', 'threads.sync_custom_action', act(thread_id))
      const got = await response.text()
      expect([response.status, JSON.parse(got)]).toMatchObject([status, body])
      expect(got).not.toContain('hunter2')
      expect(chat.errors).toHaveLength(status === 409 ? 1 : 0)
    },
  )

  it('a synchronous action whose item cannot be stored was done, so its answer makes no client repeat it', async () => {
    const store = memoryThreadStore()
    let full = false
    const { chat, seen } = chatOf({
      store: {
        ...store,
        changeItems: (...args) =>
          full ? Promise.reject(new Error('disk full')) : store.changeItems(...args),
      },
    })
    const thread_id = await threadWith(chat, [widget])
    full = true
    expect(
      await refusalOf(await chat.send('alice', 'threads.sync_custom_action', act(thread_id))),
    ).toEqual([409, 'failed'])
    expect(seen).toHaveLength(1)
    const stray = chatOf({
      syncAction: async (_thread, _action, sender) =>
        sender && { ...sender, thread_id: 'thr_other' },
    })
    const other = await threadWith(stray.chat, [widget])
    expect(
      await refusalOf(await stray.chat.send('alice', 'threads.sync_custom_action', act(other))),
    ).toEqual([409, 'failed'])
  })
})
