// The titles of conversations: the first words, or the model's; never a person's that is overwritten.

import { describe, expect, it } from 'vitest'
import { agentChat } from '../../../src/chatkit/index.ts'
import { APIS, modelServer } from '../../openai-agents/model-server.ts'
import { rawServer } from '../../openai-agents/raw-server.ts'
import { describeStores } from '../stores.ts'
import { eventReader, type Loose, message, type TestCaller } from '../support.ts'
import { modelHouse, toldIn } from './model-house.ts'

const titleOf = agentChat<TestCaller>({ run: async function* () {} }).titleOf
const base = { id: 'm', thread_id: 't', created_at: '2026-01-01T00:00:00.000Z' }
const titleFor = (text: string, names: readonly string[] = []) =>
  titleOf({
    ...base,
    type: 'user_message',
    content: [{ type: 'input_text', text }],
    inference_options: {},
    attachments: names.map((name) => ({ type: 'file', id: 'a', name, mime_type: 'text/plain' })),
  })

describe('the first words', () => {
  it.each<[string, string]>([
    ['What is pending?', 'What is pending?'],
    ['  two\n lines\twith   space ', 'two lines with space'],
    ['x'.repeat(80), `${'x'.repeat(60)}…`],
    [
      'Please add a task to buy groceries, and then remind me of it on Friday at noon',
      'Please add a task to buy groceries, and then remind me of it…',
    ],
    ['日'.repeat(80), `${'日'.repeat(60)}…`],
    ['👨‍👩‍👧'.repeat(61), `${'👨‍👩‍👧'.repeat(60)}…`],
    ['\u202eevil\u2066 words', 'evil words'],
    ['می‌خواهم', 'می‌خواهم'],
    ['Is eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2lnbmF0dXJl good?', 'Is … good?'],
    ['Use Bearer abcdefghijklmnop now', 'Use … now'],
    ['My key sk-proj-Ab3dEf9hIjKlMnOp fails', 'My key … fails'],
    ['password: hunter2 is mine', 'password: … is mine'],
    ['ghp_16C7e42F292c6912E7710c838347Ae178B4a', ''],
    ['', ''],
    [' \n ', ''],
    ['?!', ''],
    ['👍', '👍'],
  ])('of %j are %j', (text, title) => {
    expect(titleFor(text) ?? '').toBe(title)
  })

  it('of a message without text are the name of its file', () => {
    expect(titleFor('', ['plan.pdf'])).toBe('plan.pdf')
  })

  it('are found in a long text in little time', () => {
    const began = performance.now()
    for (const text of ['eyJ'.repeat(100_000), 'a '.repeat(200_000), '…'.repeat(300_000)])
      expect((titleFor(text) ?? '').length).toBeLessThan(70)
    expect(performance.now() - began).toBeLessThan(1000)
  })
})

it.each(['last', true, null])('titles: %j is a TypeError', (titles) => {
  const run = async function* () {}
  expect(() => agentChat<TestCaller>({ run, titles: titles as 'model' })).toThrow(/titles/)
})

const TITLED = { agent: { titles: 'model' } } as const
const silent = rawServer([], () => ({})).fetch

describeStores('the title', (open) => {
  it('is stored and sent with the new thread, and a person’s own stays', async () => {
    const [stores] = await open()
    const { model } = await modelServer('chat', [{ text: 'Yes.' }])
    const chat = modelHouse({ model, fetch: silent, server: { ...stores } })
    const { threadId, events } = await chat.say('What is pending?')
    expect(events[0]).toMatchObject({
      type: 'thread.created',
      thread: { title: 'What is pending?' },
    })
    expect((await chat.json('alice', 'threads.list')).data[0].title).toBe('What is pending?')
    await chat.json('alice', 'threads.update', { thread_id: threadId, title: 'Mine' })
    await chat.say('And now?', threadId)
    expect((await chat.json('alice', 'threads.list')).data[0].title).toBe('Mine')
  })

  it('of the model is not given to a thread that a person named meanwhile', async () => {
    const [stores] = await open()
    let threadId = ''
    let rename = async () => {}
    const provider = await modelServer('chat', ({ body }) =>
      toldIn({ path: '', body })[0]?.[1]?.includes('"person"')
        ? { text: 'Of the model', before: () => rename() }
        : { text: 'Yes.' },
    )
    const chat = modelHouse({
      model: provider.model,
      fetch: silent,
      ...TITLED,
      server: { ...stores },
    })
    rename = async () => {
      const [thread] = (await chat.json('alice', 'threads.list')).data
      threadId = thread.id
      await chat.json('alice', 'threads.update', { thread_id: threadId, title: 'Mine' })
    }
    await chat.say('What is pending?')
    expect(threadId).not.toBe('')
    expect((await chat.json('alice', 'threads.list')).data[0].title).toBe('Mine')
  })
})

describe.each(APIS)('a title by the model, over %s', (api) => {
  const house = async (script: Parameters<typeof modelServer>[1]) => {
    const provider = await modelServer(api, script)
    return { provider, chat: modelHouse({ model: provider.model, fetch: silent, ...TITLED }) }
  }
  const titles = (events: readonly Loose[]) =>
    events.flatMap(({ type, thread }) => (type === 'thread.updated' ? [thread.title] : []))

  it('is asked for once, after the first answer, and sent', async () => {
    const { chat, provider } = await house([
      { text: 'You have three.' },
      { text: '**"Pending tasks of the week."**\nMore.' },
      { text: 'Yes.' },
    ])
    const { threadId, events } = await chat.say('What is pending?')
    expect(events[0].thread.title).toBe('What is pending?')
    expect(titles(events)).toEqual(['Pending tasks of the week'])
    expect(events.at(-1).type).toBe('thread.updated')
    const told = JSON.stringify(provider.requests[1]?.body)
    expect(told).toContain('What is pending?')
    expect(told).toContain('You have three.')
    const more = await chat.say('Sure?', threadId)
    expect(titles(more.events)).toEqual([])
    expect(provider.requests).toHaveLength(3)
  })

  it.each<[string, Parameters<typeof modelServer>[1]]>([
    ['fails', [{ text: 'Yes.' }, { status: 400 }]],
    ['says nothing', [{ text: 'Yes.' }, {}]],
    ['says a credential', [{ text: 'Yes.' }, { text: 'ghp_16C7e42F292c6912E7710c838347Ae178B4a' }]],
  ])('that %s leaves the first words, and the answer as it is', async (_what, script) => {
    const { chat } = await house(script)
    const { events } = await chat.say('What is pending?')
    expect(titles(events)).toEqual([])
    expect(events.filter(({ type }) => type === 'error')).toEqual([])
    expect(chat.errors).toEqual([])
    expect((await chat.json('alice', 'threads.list')).data[0].title).toBe('What is pending?')
  })

  it('is not asked for when the answer failed or was stopped', async () => {
    const failed = await house([{ status: 400 }])
    await failed.chat.say('What?')
    expect(failed.provider.requests).toHaveLength(1)
    const stopped = await house([{ text: 'one two three four', before: async () => {} }])
    const reader = eventReader(
      await stopped.chat.send('alice', 'threads.create', { input: message('What?') }),
    )
    await reader.until('assistant_message.content_part.text_delta')
    await reader.stop()
    expect(stopped.provider.requests).toHaveLength(1)
  })
})
