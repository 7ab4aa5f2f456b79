// What one answer may cost: its bytes, its steps, and the turns of everybody else. Nothing here
// reads a clock.

import { expect, it } from 'vitest'
import { toSentence } from '../../../src/core/sentences.ts'
import { CALL_ID, callOf, carrier, messagesOf, post, SECRET, toldBy } from '../parts.ts'

const URL = 'https://tasks.example/mcp'
const CALL = post(callOf('hello'))
const WITHHELD = '[content withheld: too much to search]'
const bytes = (text: string) => new TextEncoder().encode(text)
const event = (message: unknown) => bytes(`data: ${JSON.stringify(message)}\n\n`)
const note = (data: string) => ({
  jsonrpc: '2.0',
  method: 'notifications/message',
  params: { data },
})
const result = (text: string) => ({
  jsonrpc: '2.0',
  id: CALL_ID,
  result: { content: [{ type: 'text', text }] },
})

/** Answers with these chunks; the stream goes on as long as it is read when `isEndless`. */
function answering(
  chunks: readonly Uint8Array<ArrayBuffer>[],
  { isEndless = false, type = 'text/event-stream' } = {},
): typeof globalThis.fetch {
  return async () => {
    let at = 0
    const body = new ReadableStream({
      pull(output) {
        const chunk = chunks[isEndless ? at % chunks.length : at]
        at++
        if (chunk) output.enqueue(chunk)
        else output.close()
      },
    })
    return new Response(body, { headers: { 'content-type': type } })
  }
}

/** Counts the turns that the event loop makes until work is done. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0
  let isDone = false
  const count = () => {
    turns++
    if (!isDone) setImmediate(count)
  }
  setImmediate(count)
  await work
  isDone = true
  return turns
}

it('the events of one call have a limit together', async () => {
  const fetch = answering([event(note('x'.repeat(800)))], { isEndless: true })
  const { fetch: carried } = carrier(URL, {}, { fetch, maxAnswer: 1000 })
  expect(await toldBy(carried(URL, CALL))).toBe(
    toSentence({ reason: 'answer_too_large', server: 'tasks' }),
  )
})

it("the stream of the server's own messages goes on, however much was sent", async () => {
  const fetch = answering([event(note('x'.repeat(800)))], { isEndless: true })
  const { fetch: carried } = carrier(URL, {}, { fetch, maxAnswer: 1000 })
  const reader = (await carried(URL)).body?.getReader()
  for (let read = 0; read < 100; read++) expect((await reader?.read())?.done).toBe(false)
  await reader?.cancel()
})

it('the work of all events of a call is counted together, and past it what looks encoded is withheld', async () => {
  const coded = '%41'.repeat(250)
  const events = [...Array.from({ length: 6 }, () => event(note(coded))), event(result('done'))]
  const { fetch } = carrier(URL, {}, { fetch: answering(events), maxAnswer: 1000 })
  const messages = await messagesOf(await fetch(URL, CALL))
  const texts = messages.map((message) => JSON.stringify(message))
  expect(texts[0]).toContain(coded)
  expect(texts[5]).toContain(WITHHELD)
  expect(messages.at(-1)).toEqual(result('done'))
})

it('the work of all parts of an answer is counted together', async () => {
  const coded = '%41'.repeat(250)
  const answer = { ...result(coded), more: [coded, coded, coded, coded, 'plain words', SECRET] }
  const { fetch } = carrier(
    URL,
    {},
    {
      fetch: answering([bytes(JSON.stringify(answer))], { type: 'application/json' }),
      maxAnswer: 5000,
    },
  )
  const text = await (await fetch(URL, CALL)).text()
  expect(text).not.toContain(SECRET)
  expect(text).toContain('plain words')
})

it.each(['application/json', 'text/event-stream'])(
  'a long answer lets others have their turns (%s)',
  async (type) => {
    const short = JSON.stringify(result('done'))
    const long = JSON.stringify(result('%41'.repeat(600_000)))
    const turnsFor = (text: string) => {
      const chunk = bytes(type.startsWith('text') ? `data: ${text}\n\n` : text)
      const { fetch } = carrier(URL, {}, { fetch: answering([chunk], { type }) })
      return turnsDuring(fetch(URL, CALL).then((response) => response.text()))
    }
    const usual = await turnsFor(short)
    expect(await turnsFor(long)).toBeGreaterThan(usual + 15)
  },
)

it('a deadline that passes while an event is searched ends the call', async () => {
  const chunk = event(result('%41'.repeat(300_000)))
  const fetch: typeof globalThis.fetch = async () => {
    let pulls = 0
    const body = new ReadableStream({
      pull(output) {
        pulls++
        if (pulls === 1) output.enqueue(chunk)
        else output.error(new DOMException('canary', 'TimeoutError'))
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
  const { fetch: carried } = carrier(URL, {}, { fetch })
  expect(await toldBy(carried(URL, CALL))).toBe(
    toSentence({ reason: 'server_unavailable', server: 'tasks' }),
  )
})

it('fields of an event that are long, repeated or unknown do not go on', async () => {
  const lines = [
    ': one',
    ': two',
    'id: 1',
    'id: 2',
    `event: ${'x'.repeat(2000)}`,
    'foreign: field',
    `data: ${JSON.stringify(result('done'))}`,
  ]
  const { fetch } = carrier(URL, {}, { fetch: answering([bytes(`${lines.join('\n')}\n\n`)]) })
  expect(await (await fetch(URL, CALL)).text()).toBe(
    `:\nid: 2\ndata: ${JSON.stringify(result('done'))}\n\n`,
  )
})

const TOO_LARGE = toSentence({ reason: 'answer_too_large', server: 'tasks' })
const many = (part: string) => Array.from({ length: 250_002 }, () => part).join(',')

it.each([
  ['numbers', `[${many('1')}]`],
  ['empty objects', `[${many('{}')}]`],
  ['members', `{${many('"a":1')}}`],
])('an answer of more than 250,000 %s is refused before it is parsed', async (_, value) => {
  const text = `{"jsonrpc":"2.0","id":${JSON.stringify(CALL_ID)},"result":{"content":[],"structuredContent":{"a":${value}}}}`
  for (const [type, body] of [
    ['application/json', text],
    ['text/event-stream', `data: ${text}\n\n`],
  ] as const) {
    const { fetch: carried } = carrier(URL, {}, { fetch: answering([bytes(body)], { type }) })
    expect(await toldBy(carried(URL, CALL))).toBe(TOO_LARGE)
  }
})

it('an answer of more than 50,000 different names is refused before it is parsed, and one of rows is not', async () => {
  const answer = (value: string) =>
    `{"jsonrpc":"2.0","id":${JSON.stringify(CALL_ID)},"result":{"content":[],"structuredContent":{"a":${value}}}}`
  const names = (count: number) =>
    `{${Array.from({ length: count }, (_, name) => `"k${name}" :1`).join(',')}}`
  const told = (text: string) => {
    const fetch = answering([bytes(text)], { type: 'application/json' })
    return toldBy(carrier(URL, {}, { fetch }).fetch(URL, CALL))
  }
  expect(await told(answer(names(60_000)))).toBe(TOO_LARGE)
  expect(await told(answer(`[${names(30_000)},${names(60_000).replace('{', '{"k":1,')}]`))).toBe(
    TOO_LARGE,
  )
  const row = '{"id":1,"name":"a \\" b","k:":"c"}'
  for (const text of [names(40_000), `[${Array.from({ length: 60_000 }, () => row).join(',')}]`]) {
    const fetch = answering([bytes(answer(text))], { type: 'application/json' })
    const passed = await carrier(URL, {}, { fetch }).fetch(URL, CALL)
    expect(await passed.json()).toEqual(JSON.parse(answer(text)))
  }
})

it('commas and escaped quotes in strings are no values', async () => {
  const long = 'a,\\"b,\\\\'.repeat(150_000)
  const fetch = answering([bytes(JSON.stringify(result(long)))], { type: 'application/json' })
  const { fetch: carried } = carrier(URL, {}, { fetch })
  expect(await messagesOf(await carried(URL, CALL))).toEqual([result(long)])
})

it('an event of very many lines is refused', async () => {
  const fetch = answering([bytes(`${'data: \n'.repeat(10_001)}\n`), event(result('done'))])
  const { fetch: carried } = carrier(URL, {}, { fetch })
  expect(await toldBy(carried(URL, CALL))).toBe(TOO_LARGE)
})

it('very many small events leave others their turn', async () => {
  const fetch = answering([bytes('id: 1\n\n'.repeat(20_000)), event(result('done'))])
  const { fetch: carried } = carrier(URL, {}, { fetch })
  const turns = await turnsDuring(carried(URL, CALL).then((answer) => answer.text()))
  expect(turns).toBeGreaterThan(20)
})
