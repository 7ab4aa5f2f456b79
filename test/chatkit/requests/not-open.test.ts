// Threads that are locked or closed. No request writes to them. They can be read, renamed and
// deleted.

import { describe, expect, it } from 'vitest'
import { begin, RESUMABLE, resume, steps } from '../resumable.ts'
import { message, testChat } from '../support.ts'
import { ALICE, idsOf, refusalOf, storedItems, threadWith } from '../thread-of.ts'

const REQUESTS: Readonly<Record<string, object>> = {
  'threads.add_user_message': { input: message('more') },
  'threads.add_client_tool_output': { result: 1 },
  'threads.add_structured_input': { item_id: 'form', input: {} },
  'threads.retry_after_item': { item_id: 'u' },
  'threads.custom_action': { item_id: 'w', action: { type: 'a' } },
  'threads.sync_custom_action': { item_id: 'w', action: { type: 'a' } },
}

describe.each(['locked', 'closed'] as const)('a thread that is %s', (type) => {
  async function closedThread() {
    const acted: string[] = []
    const chat = testChat(
      async function* (_thread, userMessage) {
        if (userMessage?.content[0]?.text !== 'noop') acted.push('respond')
        yield* []
      },
      {
        async *action() {
          acted.push('action')
          yield* []
        },
        async syncAction() {
          acted.push('sync')
          return undefined
        },
      },
    )
    const thread_id = await threadWith(chat, [
      { id: 'u', type: 'user_message', content: [], attachments: [], inference_options: {} },
      { id: 'w', type: 'widget', widget: { type: 'Card' } },
      { id: 'form', type: 'structured_input', status: 'pending', inputs: [] },
      {
        id: 'c',
        type: 'client_tool_call',
        status: 'pending',
        call_id: 'c',
        name: 'n',
        arguments: {},
      },
    ])
    await chat.store.updateThread(ALICE, thread_id, { status: { type, reason: 'quota' } })
    return { chat, thread_id, acted }
  }

  it.each(Object.keys(REQUESTS))(
    'a thread that is not open refuses %s and stays as it was',
    async (request) => {
      const { chat, thread_id, acted } = await closedThread()
      const before = await storedItems(chat, thread_id)
      for (const more of [{}, RESUMABLE]) {
        const refused = await chat.send('alice', request, { thread_id, ...REQUESTS[request] }, more)
        expect(await refusalOf(refused)).toEqual([409, `thread_${type}`])
      }
      expect(await storedItems(chat, thread_id)).toEqual(before)
      expect(acted).toEqual([])
      expect(await chat.json('alice', 'threads.get_by_id', { thread_id })).not.toHaveProperty(
        'onbehalf_run',
      )
      // Whose it is comes first.
      expect(
        await refusalOf(await chat.send('bob', request, { thread_id, ...REQUESTS[request] })),
      ).toEqual([404, 'not_found'])
      // And takes them again when it is open again.
      await chat.store.updateThread(ALICE, thread_id, { status: { type: 'active' } })
      const taken = await chat.send('alice', request, { thread_id, ...REQUESTS[request] })
      expect([taken.status, await taken.text()]).toEqual([
        200,
        expect.not.stringContaining('error'),
      ])
    },
  )

  it('a thread that is not open can be read, renamed, judged and deleted', async () => {
    const { chat, thread_id } = await closedThread()
    expect(await chat.json('alice', 'threads.get_by_id', { thread_id })).toMatchObject({
      status: { type, reason: 'quota' },
    })
    expect(await chat.json('alice', 'threads.update', { thread_id, title: 'T' })).toMatchObject({
      title: 'T',
      status: { type },
    })
    const item_ids = idsOf((await chat.json('alice', 'items.list', { thread_id })).data)
    expect(item_ids).toHaveLength(5)
    expect(
      await chat.json('alice', 'items.feedback', { thread_id, item_ids, kind: 'positive' }),
    ).toEqual({})
    expect(await chat.json('alice', 'threads.delete', { thread_id })).toEqual({})
  })

  it('a thread that is locked or closed during an answer lets it end, be followed and be stopped', async () => {
    const told = steps()
    const chat = testChat(told.respond)
    const { reader, thread: thread_id } = await begin(chat)
    await chat.store.updateThread(ALICE, thread_id, { status: { type } })
    told.say(1)
    const again = await resume(chat, thread_id)
    await again.until('assistant_message.content_part.text_delta')
    expect(await chat.json('alice', 'onbehalf.runs.stop', { thread_id })).toEqual({})
    await reader.take()
    expect(idsOf(await storedItems(chat, thread_id))).toHaveLength(3)
  })
})
