// The answers to a form in the conversation.

import { describe, expect, it } from 'vitest'
import type { Respond } from '../../../src/chatkit/index.ts'
import { request, type TestCaller, testChat } from '../support.ts'
import { refusalOf, storedItems, threadWith, typesOf, type Written } from '../thread-of.ts'

const form = (more: object = {}): Written => ({
  id: 'form',
  type: 'structured_input',
  status: 'pending',
  inputs: [
    {
      id: 'one',
      question: '?',
      type: 'multiple_choice',
      options: [{ value: 'a' }, { value: 'b' }],
      multiple: false,
    },
    {
      id: 'many',
      question: '?',
      type: 'multiple_choice',
      options: [{ value: 'a' }],
      multiple: true,
    },
    { id: 'free', question: '?', type: 'freeform' },
    { id: '__proto__', question: '?', type: 'freeform' },
    { id: 'constructor', question: '?', type: 'freeform' },
  ],
  ...more,
})

const noop: Respond<TestCaller> = async function* () {}

/** Sends answers as they are written, and gives the form as it is stored then. */
async function answered(input: string): Promise<Readonly<Record<string, unknown>>> {
  const chat = testChat(noop)
  const thread_id = await threadWith(chat, [form()])
  const body = `{"type":"threads.add_structured_input","params":{"thread_id":"${thread_id}","item_id":"form","input":${input}}}`
  const response = await chat.handler(request('alice', body))
  if (response.status !== 200) throw new Error(await response.text())
  const [options, replaced] = (await response.text())
    .split('\n\n')
    .map((frame) => frame && JSON.parse(frame.slice(6)))
  const [, stored] = await storedItems(chat, thread_id)
  expect([options.type, replaced.type]).toEqual(['stream_options', 'thread.item.replaced'])
  expect(replaced.item).toEqual(stored)
  expect(Object.getPrototypeOf({})).toBe(Object.prototype)
  return Object.fromEntries([
    ['status', stored.status],
    ...stored.inputs.map(({ id, answer }: { id: string; answer: unknown }) => [`-${id}`, answer]),
  ])
}

const SKIPPED = { values: [], skipped: true }
const ALL_SKIPPED = {
  '-one': SKIPPED,
  '-many': SKIPPED,
  '-free': SKIPPED,
  '-__proto__': SKIPPED,
  '-constructor': SKIPPED,
}

describe('a form', () => {
  it('a form keeps one value or several, as it asks, free answers too, and missing answers are skipped', async () => {
    const input = {
      answers: {
        one: { values: ['b', 'a'] },
        many: { values: ['a', 'other'] },
        free: { values: ['why', 'and why'] },
      },
    }
    expect(await answered(JSON.stringify(input))).toEqual({
      ...ALL_SKIPPED,
      status: 'answered',
      '-one': { values: ['b'], skipped: false },
      '-many': { values: ['a', 'other'], skipped: false },
      '-free': { values: ['why', 'and why'], skipped: false },
    })
  })

  it.each([
    ['all of it', '{"status":"skipped","answers":{"one":{"values":["a"]}}}', 'skipped'],
    [
      'each question',
      '{"answers":{"one":{"values":["a"],"skipped":true},"many":{"values":[]},"free":{"skipped":false}}}',
      'answered',
    ],
    ['nothing said', '{}', 'answered'],
    [
      'unknown questions answered',
      '{"answers":{"none":{"values":["a"]},"toString":{"values":["a"]}}}',
      'answered',
    ],
  ])('a form can be skipped: %s', async (_what, input, status) => {
    expect(await answered(input)).toEqual({ ...ALL_SKIPPED, status })
  })

  it('a form takes answers to questions whose ids are names like `constructor`', async () => {
    const answers = await answered(
      '{"answers":{"__proto__":{"values":["p"]},"constructor":{"values":["c"]}}}',
    )
    expect(answers['-constructor']).toEqual({ values: ['c'], skipped: false })
    // The parser leaves this one name out: no answer, and nobody's prototype.
    expect(answers['-__proto__']).toEqual(SKIPPED)
  })

  it('a form can be answered once', async () => {
    const chat = testChat(noop)
    const thread_id = await threadWith(chat, [form()])
    const params = {
      thread_id,
      item_id: 'form',
      input: { answers: { free: { values: ['first'] } } },
    }
    expect(typesOf(await chat.stream('alice', 'threads.add_structured_input', params))).toEqual([
      'stream_options',
      'thread.item.replaced',
    ])
    const before = await storedItems(chat, thread_id)
    const again = { ...params, input: { answers: { free: { values: ['second'] } } } }
    expect(
      await refusalOf(await chat.send('alice', 'threads.add_structured_input', again)),
    ).toEqual([409, 'not_pending'])
    expect(await storedItems(chat, thread_id)).toEqual(before)
  })

  it.each<[string, string, readonly Written[], unknown]>([
    ['is none', 'e', [{ id: 'e', type: 'end_of_turn' }], [409, 'not_pending']],
    ['was skipped', 'form', [form({ status: 'skipped' })], [409, 'not_pending']],
    ['is not there', 'none', [], [404, 'not_found']],
  ])('that %s is refused', async (_what, item_id, items, refusal) => {
    const chat = testChat(noop)
    const thread_id = await threadWith(chat, items)
    const params = { thread_id, item_id, input: {} }
    expect(
      await refusalOf(await chat.send('alice', 'threads.add_structured_input', params)),
    ).toEqual(refusal)
  })

  it('a hidden form is refused like one that does not exist', async () => {
    const chat = testChat(noop)
    const thread_id = await threadWith(chat, [{ id: 'h', type: 'hidden_context_item', content: 1 }])
    const params = { thread_id, item_id: 'h', input: {} }
    expect(
      await refusalOf(await chat.send('alice', 'threads.add_structured_input', params)),
    ).toEqual([404, 'not_found'])
  })

  it.each([
    [
      'too many answers',
      {
        answers: Object.fromEntries(
          Array.from({ length: 101 }, (_, n) => [`q${n}`, { values: ['x'] }]),
        ),
      },
    ],
    ['too many values', { answers: { many: { values: Array(101).fill('x') } } }],
    ['too much text', { answers: { many: { values: ['x'.repeat(60_000), 'x'.repeat(60_000)] } } }],
    ['an unknown status', { status: 'pending' }],
    ['a value that is no text', { answers: { one: { values: [1] } } }],
  ])('a form with %s is no request', async (_what, input) => {
    const chat = testChat(noop)
    const thread_id = await threadWith(chat, [form()])
    const params = { thread_id, item_id: 'form', input }
    expect((await chat.send('alice', 'threads.add_structured_input', params)).status).toBe(400)
    expect((await storedItems(chat, thread_id))[1].status).toBe('pending')
  })
})
