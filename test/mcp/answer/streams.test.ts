// Answers as streams, and what does not end, breaks off, or names nobody. Deadlines here are real
// and short: they are the platform's timers.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toSentence } from '../../../src/core/sentences.ts'
import { eventLines } from '../../../src/mcp/answer/event-lines.ts'
import { loopback } from '../loopback.ts'
import {
  CALL_ID,
  callOf,
  carrier,
  LIST,
  messagesOf,
  OLD,
  post,
  SECRET,
  toldBy,
  tool,
} from '../parts.ts'

const URL = 'https://tasks.example/mcp'
const UNAVAILABLE = toSentence({ reason: 'server_unavailable', server: 'tasks' })
const TOO_LARGE = toSentence({ reason: 'answer_too_large', server: 'tasks' })
const bytes = (text: string) => new TextEncoder().encode(text)
const RESULT = {
  jsonrpc: '2.0',
  id: CALL_ID,
  result: { content: [{ type: 'text', text: 'done' }] },
}
const event = (message: unknown, before = '') => `${before}data: ${JSON.stringify(message)}\n\n`

/** Answers with these chunks; then ends, or what `after` does. */
function answering(
  chunks: readonly Uint8Array<ArrayBuffer>[],
  type = 'text/event-stream',
  after: (output: ReadableStreamDefaultController) => void = (output) => output.close(),
): typeof globalThis.fetch {
  return async () => {
    const body = new ReadableStream({
      start(output) {
        for (const chunk of chunks) output.enqueue(chunk)
        after(output)
      },
    })
    return new Response(body, { headers: { 'content-type': type } })
  }
}

const CALL = post(callOf('hello'))

/** Tests with much work may take this long on a busy machine. */
const BUSY_MACHINE_MS = 120_000

describe('an answer that is cut anywhere', () => {
  const messages = [
    {
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 1, message: `half of ${SECRET}, ü€😀` },
    },
    { jsonrpc: '2.0', id: 'other', result: { tools: [OLD, tool('hello', {})] } },
    {
      jsonrpc: '2.0',
      id: 's',
      method: 'sampling/createMessage',
      params: { text: btoa(`x${SECRET}y`) },
    },
    RESULT,
  ]
  const ends = ['\n', '\r\n', '\r']
  const stream = (end: string) =>
    `: ${SECRET}${end}${end}id: 1${end}data:${end}${end}${messages.map((one) => `event: message${end}data: ${JSON.stringify(one)}${end}${end}`).join('')}`

  async function passed(type: string, chunks: readonly Uint8Array<ArrayBuffer>[]) {
    const { fetch } = carrier(
      URL,
      { placement: { type: 'argument', parameters: 'everywhere' } },
      { fetch: answering(chunks, type) },
    )
    return (await fetch(URL, post(LIST))).text()
  }

  it.each(ends)(
    'comes out the same for every cut in two, and byte by byte (line end %j)',
    async (end) => {
      const whole = bytes(stream(end))
      const expected = await passed('text/event-stream', [whole])
      expect(expected).toContain('notifications/progress')
      expect(expected).not.toMatch(/access_token/)
      for (let at = 1; at < whole.length; at += 1)
        expect(await passed('text/event-stream', [whole.slice(0, at), whole.slice(at)])).toBe(
          expected,
        )
      expect(
        await passed(
          'text/event-stream',
          Array.from(whole, (byte) => Uint8Array.of(byte)),
        ),
      ).toBe(expected)
    },
    BUSY_MACHINE_MS,
  )

  it(
    'comes out the same wherever it is cut, as JSON and as events',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...ends, 'json'),
          fc.array(fc.nat(2000)),
          async (end, at) => {
            const [whole, type] =
              end === 'json'
                ? [bytes(JSON.stringify(messages)), 'application/json']
                : [bytes(stream(end)), 'text/event-stream']
            const cuts = [0, ...at.map((one) => one % whole.length), whole.length].sort(
              (a, b) => a - b,
            )
            const chunks = cuts.slice(1).map((to, index) => whole.slice(cuts[index], to))
            expect(await passed(type, chunks)).toBe(await passed(type, [whole]))
          },
        ),
        { numRuns: 300 },
      )
    },
    BUSY_MACHINE_MS,
  )

  it('loses every form of the credential, in every message', async () => {
    const { fetch, reasons } = carrier(
      URL,
      {},
      { fetch: answering([...bytes(stream('\n'))].map((byte) => Uint8Array.of(byte))) },
    )
    const text = await (await fetch(URL, CALL)).text()
    expect(text).not.toContain('canary')
    expect(text).not.toContain(btoa(`x${SECRET}y`).slice(4, 24))
    expect(reasons().filter((reason) => reason === 'credential_reflected')).toHaveLength(2)
  })
})

describe('events', () => {
  const cut = (...chunks: string[]) => {
    const take = eventLines(100, 'tasks')
    return chunks.flatMap((chunk) => [...take(bytes(chunk))])
  }
  it.each<[string[], string[][]]>([
    [['a\n\nb\n\n'], [['a'], ['b']]],
    [
      ['a\r\n', '\r\nb\r', '\r'],
      [['a'], ['b']],
    ],
    [
      ['a\r', '\n', 'b\r', '\r', '\n', 'c\n', '\n'],
      [['a', 'b'], ['c']],
    ],
    [['\n\n\r\r\n\n'], []],
    [['a\nb'], []],
    [['\ufeffa\n\n'], [['a']]],
  ])('in the chunks %j are read as %j', (chunks, expected) =>
    expect(cut(...chunks)).toEqual(expected),
  )

  it('have a limit each, not together', () => {
    expect(cut(...Array<string>(50).fill(`${'x'.repeat(90)}\n\n`))).toHaveLength(50)
    for (const chunks of [
      [`${'x'.repeat(101)}\n\n`],
      Array<string>(101).fill('x'),
      Array<string>(60).fill('x\n'),
    ])
      expect(() => cut(...chunks)).toThrow(expect.objectContaining({ code: 'answer_too_large' }))
  })
})

describe('a tool call whose answer does not come', () => {
  it.each<[string, string, string]>([
    ['a stream that ends without it', '', 'text/event-stream'],
    ['a stream that is cut in its result', event(RESULT).slice(0, -1), 'text/event-stream'],
    [
      'a stream with an answer to somebody else',
      event({ ...RESULT, id: 'other' }),
      'text/event-stream',
    ],
    [
      'a stream of what is no JSON',
      `data: {"jsonrpc":"2.0","id":"call-1","result":${SECRET}\n\n`,
      'text/event-stream',
    ],
    [
      'a JSON answer to somebody else',
      JSON.stringify({ ...RESULT, id: 'other' }),
      'application/json',
    ],
    [
      'a JSON answer to nobody',
      JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: 1, message: SECRET } }),
      'application/json',
    ],
    ['JSON that is none', `{"canary": ${SECRET}`, 'application/json'],
    ['JSON of 100,000 levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'application/json'],
    ['nothing', '', 'application/json'],
    ['a page', `<h1>${SECRET}</h1>`, 'text/html'],
    ['a text', JSON.stringify(RESULT), 'text/plain'],
    ['a download', SECRET, 'application/octet-stream'],
    ['another kind of stream', event(RESULT), 'text/event-stream-of-mine'],
  ])('gets the sentence: %s', async (_, body, type) => {
    const { fetch } = carrier(URL, {}, { fetch: answering([bytes(body)], type) })
    expect(await toldBy(fetch(URL, CALL))).toBe(UNAVAILABLE)
  })

  it.each([202, 204, 205])('gets the sentence: status %d', async (status) => {
    const { fetch } = carrier(URL, {}, { fetch: async () => new Response(null, { status }) })
    expect(await toldBy(fetch(URL, CALL))).toBe(UNAVAILABLE)
  })

  it.each(['text/event-stream', 'application/json'])(
    'gets the sentence when a real server never ends (%s), at the deadline',
    async (type) => {
      await using server = await loopback((_, response) => {
        response.writeHead(200, { 'content-type': type })
        response.write(
          type.startsWith('text')
            ? `id: 1\n${event({ jsonrpc: '2.0', method: 'notifications/message', params: {} })}`
            : '{"jsonrpc":',
        )
      })
      const { fetch } = carrier(server.url, {}, { deadline: 2_000 })
      expect(await toldBy(fetch(server.url, CALL))).toBe(UNAVAILABLE)
    },
  )

  it('gets the sentence when a real server breaks off', async () => {
    await using server = await loopback((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(event({ jsonrpc: '2.0', method: 'notifications/message', params: {} }), () =>
        response.destroy(),
      )
    })
    const { fetch } = carrier(server.url)
    expect(await toldBy(fetch(server.url, CALL))).toBe(UNAVAILABLE)
  })

  it('is left to the client when the stream can be resumed by the id of an event', async () => {
    const resumable = event(
      { jsonrpc: '2.0', method: 'notifications/message', params: {} },
      'id: 7\n',
    )
    const { fetch } = carrier(URL, {}, { fetch: answering([bytes(resumable)]) })
    expect(await (await fetch(URL, CALL)).text()).toBe(resumable)
    const broken = answering([bytes(resumable)], 'text/event-stream', (output) =>
      setImmediate(() => output.error(new Error(SECRET))),
    )
    const response = await carrier(URL, {}, { fetch: broken }).fetch(URL, CALL)
    await expect(response.text()).rejects.toMatchObject({
      code: 'server_unavailable',
      message: UNAVAILABLE,
    })
    // An empty id resumes nothing.
    const empty = carrier(URL, {}, { fetch: answering([bytes('id:\ndata:\n\n')]) })
    expect(await toldBy(empty.fetch(URL, CALL))).toBe(UNAVAILABLE)
  })

  it('has its result, and no sentence, when the stream breaks off after the result', async () => {
    const broken = answering([bytes(event(RESULT))], 'text/event-stream', (output) =>
      setImmediate(() => output.error(new Error(SECRET))),
    )
    const response = await carrier(URL, {}, { fetch: broken }).fetch(URL, CALL)
    const { value } = (await response.body?.getReader().read()) ?? {}
    expect(new TextDecoder().decode(value)).toBe(event(RESULT))
  })

  it('gives other requests an error without text from the server', async () => {
    const broken = answering([], 'text/event-stream', (output) =>
      setImmediate(() => output.error(new Error(SECRET))),
    )
    const response = await carrier(URL, {}, { fetch: broken }).fetch(URL)
    await expect(response.text()).rejects.toMatchObject({ name: 'AuthError', message: UNAVAILABLE })
  })
})

describe('100 MB', () => {
  /** Gives it piece by piece, as it is asked for; how much was taken. */
  function flood(first: string, type: string) {
    const piece = bytes('x'.repeat(65_536))
    let given = 0
    let cancelled = false
    const fetch: typeof globalThis.fetch = async () =>
      new Response(
        new ReadableStream({
          start: (output) => output.enqueue(bytes(first)),
          pull(output) {
            given += piece.length
            if (given > 100_000_000) output.close()
            else output.enqueue(piece)
          },
          cancel: () => {
            cancelled = true
          },
        }),
        { headers: { 'content-type': type } },
      )
    return { fetch, state: () => ({ given, cancelled }) }
  }

  it.each([
    ['{"jsonrpc":"2.0","id":"call-1","result":"', 'application/json'],
    ['data: {"jsonrpc":"2.0","id":"call-1","result":"', 'text/event-stream'],
    ['id: 1\n: ', 'text/event-stream'],
  ])('becomes a sentence after %s, and no more than the limit is read', async (first, type) => {
    const { fetch, state } = flood(first, type)
    expect(await toldBy(carrier(URL, {}, { fetch }).fetch(URL, CALL))).toBe(TOO_LARGE)
    expect(state().given).toBeLessThan(5_000_000)
    expect(state().cancelled).toBe(true)
  })

  it('is not read when it is a page or an error', async () => {
    const page = flood('<html>', 'text/html')
    expect(await toldBy(carrier(URL, {}, { fetch: page.fetch }).fetch(URL, CALL))).toBe(UNAVAILABLE)
    expect(page.state().given).toBeLessThan(1_000_000)
    const error = flood('{', 'application/json')
    const failing: typeof globalThis.fetch = async (...args) =>
      new Response((await error.fetch(...args)).body, { status: 400 })
    expect((await carrier(URL, {}, { fetch: failing }).fetch(URL, CALL)).status).toBe(400)
    expect(error.state().given).toBeLessThan(1_000_000)
  })

  it('passes as fast as it is read when it comes in small events', async () => {
    const note = bytes(
      event({
        jsonrpc: '2.0',
        method: 'notifications/message',
        params: { data: 'x'.repeat(60_000) },
      }),
    )
    let given = 0
    const fetch: typeof globalThis.fetch = async () =>
      new Response(
        new ReadableStream({
          pull(output) {
            given++
            output.enqueue(note)
          },
        }),
        { headers: { 'content-type': 'text/event-stream' } },
      )
    const reader = (await carrier(URL, {}, { fetch }).fetch(URL, CALL)).body?.getReader()
    for (let read = 0; read < 20; read++) await reader?.read()
    expect(given).toBeLessThan(30)
    await reader?.cancel()
  })

  it(
    'costs no more than its length when it comes byte by byte',
    async () => {
      const take = eventLines(4_000_000, 'tasks')
      const one = bytes('x')
      const began = performance.now()
      for (let count = 0; count < 300_000; count++)
        for (const _ of take(one)) expect.unreachable('an event')
      // Quadratic work would take hours.
      expect(performance.now() - began).toBeLessThan(100_000)
    },
    BUSY_MACHINE_MS,
  )
})

it('an answer of 10,000 levels is withheld, and never causes a runtime error', async () => {
  const deep = `${'{"a":'.repeat(10_000)}"${SECRET}"${'}'.repeat(10_000)}`
  for (const type of ['application/json', 'text/event-stream']) {
    const body = `{"jsonrpc":"2.0","id":"call-1","result":{"content":[],"structuredContent":${deep}}}`
    const { fetch } = carrier(
      URL,
      {},
      { fetch: answering([bytes(type.startsWith('text') ? `data: ${body}\n\n` : body)], type) },
    )
    const text = await (await fetch(URL, CALL)).text()
    expect(text).not.toContain('canary')
    expect(text.length).toBeLessThan(2_000)
  }
  // In a list without any credential to look for, beside a tool that is hidden.
  const list = `{"jsonrpc":"2.0","id":"list-1","result":{"tools":[${JSON.stringify(OLD)},{"name":"deep","inputSchema":{"type":"object"},"x":${deep}}]}}`
  const { fetch } = carrier(
    URL,
    { placement: { type: 'argument', parameters: 'everywhere' } },
    { fetch: answering([bytes(list)], 'application/json') },
  )
  const outcome = await fetch(URL, post(LIST)).then(
    (response) => messagesOf(response).then(() => 'listed'),
    ({ name }) => name,
  )
  expect(['listed', 'AuthError']).toContain(outcome)
})
