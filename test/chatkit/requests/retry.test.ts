// Trying an answer again: what came after the message goes, and the answer is written anew.

import { expect, it } from 'vitest'
import { begin, RESUMABLE, steps } from '../resumable.ts'
import { describeStores } from '../stores.ts'
import { type Loose, testChat } from '../support.ts'
import {
  addItems,
  idsOf,
  refusalOf,
  storedItems,
  threadWith,
  typesOf,
  type Written,
} from '../thread-of.ts'

const said = (id: string): Written => ({
  id,
  type: 'assistant_message',
  content: [{ type: 'output_text', text: id, annotations: [] }],
})

describeStores('a retry', (open) => {
  async function chatOf() {
    const seen: Loose[] = []
    const [stores] = await open()
    const chat = testChat(async function* (_thread, userMessage, context) {
      if (userMessage) seen.push([userMessage.id, idsOf(await context.history())])
      yield { type: 'progress_update', text: 'on' }
    }, stores)
    return { chat, seen }
  }

  it('a retry answers the message again and deletes everything newer, hidden items and later messages too', async () => {
    const { chat, seen } = await chatOf()
    const thread_id = await threadWith(chat, [
      said('a1'),
      { id: 'h1', type: 'hidden_context_item', content: 'note' },
      { id: 'u2', type: 'user_message', content: [], attachments: [], inference_options: {} },
      said('a2'),
      { id: 'h2', type: 'sdk_hidden_context', content: 'note' },
    ])
    const [first] = idsOf(await storedItems(chat, thread_id))
    const events = await chat.stream('alice', 'threads.retry_after_item', {
      thread_id,
      item_id: 'u2',
    })
    expect(typesOf(events)).toEqual(['stream_options', 'progress_update'])
    expect(idsOf(await storedItems(chat, thread_id))).toEqual([first, 'a1', 'h1', 'u2'])
    await chat.stream('alice', 'threads.retry_after_item', { thread_id, item_id: first })
    expect(idsOf(await storedItems(chat, thread_id))).toEqual([first])
    expect(seen.slice(1)).toEqual([
      ['u2', [first, 'a1', 'h1', 'u2']],
      [first, [first]],
    ])
  })

  it('a retry deletes more than one page of items', async () => {
    const { chat } = await chatOf()
    const thread_id = await threadWith(chat)
    const [first] = idsOf(await storedItems(chat, thread_id))
    await addItems(
      chat,
      thread_id,
      Array.from({ length: 250 }, (_, n) =>
        n % 3 === 0 ? { id: `h${n}`, type: 'hidden_context_item', content: n } : said(`a${n}`),
      ),
    )
    await chat.stream('alice', 'threads.retry_after_item', { thread_id, item_id: first })
    expect(idsOf(await storedItems(chat, thread_id))).toEqual([first])
  })

  it('a retry of a missing or hidden item is refused as an id of somebody else is, and deletes nothing', async () => {
    const { chat, seen } = await chatOf()
    const thread_id = await threadWith(chat, [
      said('a1'),
      { id: 'h1', type: 'hidden_context_item', content: 'note' },
    ])
    const other = await threadWith(chat, [said('b1')])
    const before = await storedItems(chat, thread_id)
    const answerTo = async (who: string, item_id: string) => {
      const response = await chat.send(who, 'threads.retry_after_item', { thread_id, item_id })
      return [response.status, Object.fromEntries(response.headers), await response.text()]
    }
    const [first = ''] = idsOf(before)
    const foreign = await answerTo('bob', first)
    expect(foreign[0]).toBe(404)
    for (const item_id of ['none', 'b1', idsOf(await storedItems(chat, other))[0] ?? '', 'h1'])
      expect(await answerTo('alice', item_id)).toEqual(foreign)
    expect(await storedItems(chat, thread_id)).toEqual(before)
    expect(seen).toHaveLength(2)
    // The thread is free: nothing was begun.
    await chat.stream('alice', 'threads.retry_after_item', { thread_id, item_id: first })
    expect(chat.callers.every(({ ended }) => ended === 1)).toBe(true)
  })

  it('a retry of an item that is not a message is refused', async () => {
    const { chat } = await chatOf()
    const thread_id = await threadWith(chat, [said('a1')])
    const before = await storedItems(chat, thread_id)
    expect(
      await refusalOf(
        await chat.send('alice', 'threads.retry_after_item', { thread_id, item_id: 'a1' }),
      ),
    ).toEqual([409, 'not_a_message'])
    expect(await storedItems(chat, thread_id)).toEqual(before)
  })

  it('a retry is refused while an answer is being written, and deletes nothing', async () => {
    const [stores] = await open()
    const told = steps()
    const chat = testChat(told.respond, stores)
    const { reader, thread: thread_id } = await begin(chat)
    const [first] = idsOf(await storedItems(chat, thread_id))
    const refused = await chat.send(
      'alice',
      'threads.retry_after_item',
      { thread_id, item_id: first },
      RESUMABLE,
    )
    expect(await refusalOf(refused)).toEqual([409, 'thread_busy'])
    told.finish()
    expect((await reader.take()).at(-1)?.event.type).toBe('thread.item.done')
  })
})
