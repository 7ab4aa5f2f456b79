// Hidden items that may wait are stored with the next item, or at the end; no client sees them.

import { expect, it } from 'vitest'
import type { AnswerEvent, HiddenItem, Respond } from '../../../src/chatkit/index.ts'
import { describeStores } from '../stores.ts'
import { eventReader, message, type TestCaller, testChat } from '../support.ts'

type Context = Parameters<Respond<TestCaller>>[2]

const noted = (context: Context, content: string, id?: string): AnswerEvent => {
  const base = context.newItem('hidden')
  const item: HiddenItem = { ...base, ...(id ? { id } : {}), type: 'sdk_hidden_context', content }
  return { type: 'thread.item.noted', item }
}
const said = (context: Context, text: string): AnswerEvent => ({
  type: 'thread.item.done',
  item: {
    ...context.newItem('message'),
    type: 'assistant_message',
    content: [{ type: 'output_text', text, annotations: [] }],
  },
})

describeStores('a noted item', (open) => {
  const respond = (events: (context: Context) => AsyncGenerator<AnswerEvent>) =>
    open().then(([stores]) =>
      testChat((_thread, _message, context) => events(context), { ...stores }),
    )
  const stored = async (chat: ReturnType<typeof testChat>) => {
    const [thread] = (await chat.json('alice', 'threads.list')).data
    const owner = '["https://a.example",null,"alice"]'
    const page = await chat.store.items(owner, thread.id, {
      limit: 100,
      order: 'asc',
      hidden: true,
    })
    return page?.data.map((item) => (item.type === 'sdk_hidden_context' ? item.content : item.type))
  }

  it('is stored before the next item, the newest one of each id', async () => {
    const chat = await respond(async function* (context) {
      yield noted(context, 'one', 'hid_1')
      yield noted(context, 'two', 'hid_1')
      yield noted(context, 'three')
      yield said(context, 'Yes')
    })
    const events = await chat.stream('alice', 'threads.create', { input: message('1') })
    expect(JSON.stringify(events)).not.toMatch(/noted|hid_1|three/)
    expect(await stored(chat)).toEqual(['user_message', 'two', 'three', 'assistant_message'])
  })

  it('is stored at the end of an answer, also of one that fails, and keeps its place', async () => {
    const chat = await respond(async function* (context) {
      yield noted(context, 'one', 'hid_1')
      yield said(context, 'Yes')
      yield noted(context, 'changed', 'hid_1')
      yield noted(context, 'last')
      throw new Error('no')
    })
    await chat.stream('alice', 'threads.create', { input: message('1') })
    expect(await stored(chat)).toEqual(['user_message', 'changed', 'assistant_message', 'last'])
  })

  it('is stored when the answer is stopped', async () => {
    const chat = await respond(async function* (context) {
      yield noted(context, 'one')
      yield { type: 'progress_update', text: 'Wait' }
      await new Promise(() => undefined)
    })
    const reader = eventReader(await chat.send('alice', 'threads.create', { input: message('1') }))
    await reader.until('progress_update')
    await reader.stop()
    expect(await stored(chat)).toEqual([
      'user_message',
      'one',
      expect.stringContaining('The person stopped'),
    ])
  })

  it('is not stored when it is removed first, and no client hears of that', async () => {
    const chat = await respond(async function* (context) {
      yield noted(context, 'one', 'hid_1')
      yield { type: 'thread.item.removed', item_id: 'hid_1' }
      yield said(context, 'Yes')
    })
    const events = await chat.stream('alice', 'threads.create', { input: message('1') })
    expect(JSON.stringify(events)).not.toContain('hid_1')
    expect(await stored(chat)).toEqual(['user_message', 'assistant_message'])
  })
})
