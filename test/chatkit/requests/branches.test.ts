// Versions of a message and of its answer: one is in the thread, the others are kept beside it, in
// every store. A client that knows nothing of them sees a plain thread.
import { expect, it } from 'vitest'
import { describeStores } from '../stores.ts'
import { type Loose, message, type TestChat, testChat } from '../support.ts'
import { refusalOf } from '../thread-of.ts'

/** An app that answers with a count, and hides a note beside each answer. */
function countingChat(stores: object): TestChat & { readonly heard: string[] } {
  let count = 0
  const heard: string[] = []
  const chat = testChat(async function* (_thread, _message, { newItem, history }) {
    heard.push((await history()).map(textOf).join(' | '))
    const note = { ...newItem('message'), type: 'hidden_context_item', content: 'note' } as const
    yield { type: 'thread.item.done', item: note }
    const text = `answer ${++count}`
    yield {
      type: 'thread.item.done',
      item: {
        ...newItem('message'),
        type: 'assistant_message',
        content: [{ type: 'output_text', text, annotations: [] }],
      },
    }
  }, stores)
  return { ...chat, heard }
}

function textOf(item: Loose): string {
  return item.type === 'hidden_context_item' ? String(item.content) : item.content[0].text
}

async function shown(chat: TestChat, thread_id: string): Promise<readonly Loose[]> {
  return (await chat.json('alice', 'items.list', { thread_id, order: 'asc', limit: 100 })).data
}

const textsOf = (items: readonly Loose[]) => items.map(textOf)
const branches = (item: Loose) => item.onbehalf_branches

describeStores('versions', (open) => {
  it('another answer is written, and the one before can be taken back', async () => {
    const [stores] = await open()
    const chat = countingChat(stores)
    const thread_id = await chat.create('alice', 'question')
    const [question] = await shown(chat, thread_id)
    const ask = { thread_id, item_id: question.id, onbehalf_keep: true }
    const events = await chat.stream('alice', 'threads.retry_after_item', ask)
    expect(events[0]).toMatchObject({
      type: 'thread.item.replaced',
      item: { id: question.id, onbehalf_branches: { answer: { number: 2, total: 2 } } },
    })
    await chat.stream('alice', 'threads.retry_after_item', ask)
    expect(textsOf(await shown(chat, thread_id))).toEqual(['question', 'answer 3'])
    const choose = { thread_id, item_id: question.id, of: 'answer' }
    for (const number of [1, 2, 3, 1]) {
      expect(await chat.stream('alice', 'onbehalf.branches.choose', { ...choose, number })).toEqual(
        [],
      )
      const items = await shown(chat, thread_id)
      expect(textsOf(items)).toEqual(['question', `answer ${number}`])
      expect(branches(items[0])).toEqual({ answer: { number, total: 3 } })
    }
    // The agent sees the branch that the person sees, and nothing of the others.
    await chat.stream('alice', 'threads.add_user_message', { thread_id, input: message('more') })
    expect(chat.heard.at(-1)).toBe('question | note | answer 1 | more')
  })

  it('another version of a message leaves all that followed, with its own versions, to come back to', async () => {
    const [stores] = await open()
    const chat = countingChat(stores)
    const thread_id = await chat.create('alice', 'one')
    await chat.stream('alice', 'threads.add_user_message', { thread_id, input: message('two') })
    const two = (await shown(chat, thread_id))[2]
    await chat.stream('alice', 'threads.retry_after_item', {
      thread_id,
      item_id: two.id,
      onbehalf_keep: true,
    })
    const one = (await shown(chat, thread_id))[0]
    const edit = { thread_id, item_id: one.id, input: message('ONE') }
    const [done] = await chat.stream('alice', 'onbehalf.branches.edit', edit)
    expect([done.type, branches(done.item)]).toEqual([
      'thread.item.done',
      { message: { number: 2, total: 2 } },
    ])
    expect(textsOf(await shown(chat, thread_id))).toEqual(['ONE', 'answer 4'])
    expect(chat.heard.at(-1)).toBe('ONE')
    const choose = { thread_id, of: 'message', number: 1 }
    await chat.stream('alice', 'onbehalf.branches.choose', { ...choose, item_id: done.item.id })
    const back = await shown(chat, thread_id)
    expect(textsOf(back)).toEqual(['one', 'answer 1', 'two', 'answer 3'])
    expect(back.map(branches).filter(Boolean)).toEqual([
      { message: { number: 1, total: 2 } },
      { answer: { number: 2, total: 2 } },
    ])
    await chat.stream('alice', 'onbehalf.branches.choose', {
      thread_id,
      of: 'answer',
      number: 1,
      item_id: two.id,
    })
    expect(textsOf(await shown(chat, thread_id))).toEqual(['one', 'answer 1', 'two', 'answer 2'])
    await chat.stream('alice', 'onbehalf.branches.choose', {
      thread_id,
      of: 'message',
      number: 2,
      item_id: one.id,
    })
    expect(textsOf(await shown(chat, thread_id))).toEqual(['ONE', 'answer 4'])
  })

  it('versions are refused to others, and where there is none; a plain retry removes no version', async () => {
    const [stores] = await open()
    const chat = countingChat(stores)
    const thread_id = await chat.create('alice', 'question')
    const [question, answer] = await shown(chat, thread_id)
    const of = { thread_id, item_id: question.id }
    await chat.stream('alice', 'threads.retry_after_item', { ...of, onbehalf_keep: true })
    const wrong: readonly (readonly [string, string, object])[] = [
      ['bob', 'onbehalf.branches.choose', { ...of, of: 'answer', number: 1 }],
      ['bob', 'onbehalf.branches.edit', { ...of, input: message('mine') }],
      ['alice', 'onbehalf.branches.choose', { ...of, of: 'answer', number: 3 }],
      ['alice', 'onbehalf.branches.choose', { ...of, of: 'message', number: 1 }],
      [
        'alice',
        'onbehalf.branches.edit',
        { thread_id, item_id: answer.id, input: message('mine') },
      ],
    ]
    for (const [who, type, params] of wrong)
      expect((await chat.send(who, type, params)).status).toBe(404)
    expect(
      await refusalOf(await chat.send('alice', 'onbehalf.branches.choose', { ...of, of: 'x' })),
    ).toEqual([400, 'invalid_request'])
    await chat.stream('alice', 'threads.retry_after_item', of)
    await chat.stream('alice', 'onbehalf.branches.choose', { ...of, of: 'answer', number: 1 })
    expect(textsOf(await shown(chat, thread_id))).toEqual(['question', 'answer 1'])
  })
})
