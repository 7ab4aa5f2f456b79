// The output of a tool that the page ran. It completes the newest call, if that waits, and nothing
// else.

import { describe, expect, it } from 'vitest'
import type { Respond } from '../../../src/chatkit/index.ts'
import { message, type TestCaller, testChat } from '../support.ts'
import {
  ALICE,
  addItems,
  idsOf,
  refusalOf,
  storedItems,
  threadWith,
  typesOf,
  type Written,
} from '../thread-of.ts'

const call = (id: string, more: object = {}): Written => ({
  id,
  type: 'client_tool_call',
  status: 'pending',
  call_id: `call_${id}`,
  name: 'select',
  arguments: { a: null },
  ...more,
})

function chatOf() {
  const seen: unknown[] = []
  const respond: Respond<TestCaller> = async function* (_thread, userMessage, context) {
    if (userMessage) return
    seen.push(userMessage, (await context.history()).at(-1))
    yield { type: 'progress_update', text: 'on' }
  }
  return { chat: testChat(respond), seen }
}

const output = (thread_id: string, result: unknown = { ok: true }) => ({ thread_id, result })

describe('the output of a client tool', () => {
  it('completes the newest call, which the answer then sees; no event says so', async () => {
    const { chat, seen } = chatOf()
    const thread_id = await threadWith(chat, [call('c1')])
    const events = await chat.stream(
      'alice',
      'threads.add_client_tool_output',
      output(thread_id, { n: null, deep: [1] }),
    )
    expect(typesOf(events)).toEqual(['stream_options', 'progress_update'])
    const [, completed] = await storedItems(chat, thread_id)
    expect(completed).toMatchObject({
      id: 'c1',
      status: 'completed',
      output: { n: null, deep: [1] },
      arguments: { a: null },
    })
    expect(seen).toEqual([undefined, completed])
  })

  it('that is null is left out', async () => {
    const { chat } = chatOf()
    const thread_id = await threadWith(chat, [call('c1')])
    await chat.stream('alice', 'threads.add_client_tool_output', output(thread_id, null))
    const [, completed] = await storedItems(chat, thread_id)
    expect(completed.status).toBe('completed')
    expect(completed).not.toHaveProperty('output')
  })

  it.each([false, 0, '', []])('that is %j is kept', async (result) => {
    const { chat } = chatOf()
    const thread_id = await threadWith(chat, [call('c1')])
    await chat.stream('alice', 'threads.add_client_tool_output', output(thread_id, result))
    expect((await storedItems(chat, thread_id))[1].output).toEqual(result)
  })

  it('the output of a client tool removes older calls that still wait, and no others', async () => {
    const { chat } = chatOf()
    const thread_id = await threadWith(chat, [
      call('old'),
      call('done', { status: 'completed', output: 1 }),
      call('older'),
      { id: 'text', type: 'end_of_turn' },
      call('new'),
    ])
    await chat.stream('alice', 'threads.add_client_tool_output', output(thread_id))
    expect(idsOf(await storedItems(chat, thread_id)).slice(1)).toEqual(['done', 'text', 'new'])
  })

  it('the output of a client tool is for the newest visible item: a hidden note after the call does not hide it', async () => {
    const { chat } = chatOf()
    const thread_id = await threadWith(chat, [
      call('c1'),
      { id: 'h', type: 'sdk_hidden_context', content: 'note' },
    ])
    expect(
      (await chat.send('alice', 'threads.add_client_tool_output', output(thread_id))).status,
    ).toBe(200)
  })

  it.each<[string, readonly Written[]]>([
    ['there is no call', []],
    ['the call is completed', [call('c1', { status: 'completed' })]],
    ['something came after it', [call('c1'), { id: 'e', type: 'end_of_turn' }]],
  ])(
    'the output of a client tool is refused when %s, and changes nothing',
    async (_when, items) => {
      const { chat, seen } = chatOf()
      const thread_id = await threadWith(chat, items)
      const before = await storedItems(chat, thread_id)
      expect(
        await refusalOf(
          await chat.send('alice', 'threads.add_client_tool_output', output(thread_id)),
        ),
      ).toEqual([409, 'no_pending_call'])
      expect(await storedItems(chat, thread_id)).toEqual(before)
      expect(seen).toEqual([])
      // And leaves the thread free.
      expect(
        (await chat.send('alice', 'threads.add_user_message', { thread_id, input: message('x') }))
          .status,
      ).toBe(200)
    },
  )

  it('the output of a client tool is taken once', async () => {
    const { chat } = chatOf()
    const thread_id = await threadWith(chat, [call('c1')])
    const both = await Promise.all(
      ['a', 'b'].map((result) =>
        chat.send('alice', 'threads.add_client_tool_output', output(thread_id, result)),
      ),
    )
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    for (const one of both) await one.text()
    await addItems(chat, thread_id, [{ id: 'x', type: 'end_of_turn' }])
    expect(
      (await chat.send('alice', 'threads.add_client_tool_output', output(thread_id, 'c'))).status,
    ).toBe(409)
  })

  it.each([
    ['is missing', {}],
    ['is too deep', { result: JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) }],
  ])('that %s is no request', async (_what, more) => {
    const { chat } = chatOf()
    const thread_id = await threadWith(chat, [call('c1')])
    expect(
      (await chat.send('alice', 'threads.add_client_tool_output', { thread_id, ...more })).status,
    ).toBe(400)
    expect(await chat.store.item(ALICE, thread_id, 'c1')).toMatchObject({ status: 'pending' })
  })

  it('that is larger than a request may be is refused unread', async () => {
    const chat = testChat(async function* () {}, { limits: { bodyBytes: 1000 } })
    const thread_id = await threadWith(chat, [call('c1')])
    expect(
      (
        await chat.send(
          'alice',
          'threads.add_client_tool_output',
          output(thread_id, 'x'.repeat(1000)),
        )
      ).status,
    ).toBe(413)
  })
})
