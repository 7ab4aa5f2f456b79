// The page's reader of event streams: whole events, however the bytes are cut.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventData } from '../../../../examples/taskflow/page/sse.ts'

function streamOf(chunks: readonly Uint8Array[], onCancel = () => {}): ReadableStream<Uint8Array<ArrayBuffer>> {
  const rest = chunks.map((chunk) => new Uint8Array(chunk))
  return new ReadableStream({
    pull(controller) {
      const chunk = rest.shift()
      if (chunk) controller.enqueue(chunk)
      else controller.close()
    },
    cancel: onCancel,
  })
}

async function read(chunks: readonly Uint8Array[]): Promise<readonly string[]> {
  const events: string[] = []
  for await (const data of eventData(streamOf(chunks))) events.push(data)
  return events
}

const bytes = (text: string) => new TextEncoder().encode(text)

test.each([
  ['events', 'data: {"a":1}\n\ndata: {"b":2}\n\n', ['{"a":1}', '{"b":2}']],
  ['several data lines as one event', 'data: one\ndata: two\n\n', ['one\ntwo']],
  ['comments and other fields as nothing', ': ping\n\nevent: x\nid: 1\ndata:y\nretry: 9\n\n', ['y']],
  ['every kind of line end', 'data: a\r\n\r\ndata: b\r\rdata: c\n\n', ['a', 'b', 'c']],
  ['an event that breaks off as none', 'data: whole\n\ndata: half', ['whole']],
])('it reads %s', async (_, text, expected) => {
  expect(await read([bytes(text)])).toEqual(expected)
})

test('a stream cut at any bytes, inside a character and inside CRLF too, gives the same events', async () => {
  const cuts = fc.array(fc.nat({ max: 200 }), { maxLength: 30 })
  const ends = fc.constantFrom('\n', '\r\n', '\r')
  const words = fc.array(
    fc.string({ unit: 'grapheme', minLength: 1 }).map((word) => JSON.stringify(word)),
    { minLength: 1, maxLength: 5 },
  )
  await fc.assert(
    fc.asyncProperty(words, cuts, ends, async (events, places, end) => {
      // The last line end must be complete before the stream closes: a lone CR waits for what may follow.
      const all = bytes(`${events.map((event) => `data: ${event}${end}${end}`).join('')}:${'\n'}`)
      const sorted = [...new Set(places.map((place) => place % all.length))].sort((a, b) => a - b)
      const chunks = [0, ...sorted].map((from, index) => all.slice(from, sorted[index] ?? all.length))
      expect(await read(chunks)).toEqual(events)
    }),
  )
})

test('leaving the loop closes the stream, so that the server stops', async () => {
  let cancelled = false
  const stream = streamOf([bytes('data: 1\n\n'), bytes('data: 2\n\n'), bytes('data: 3\n\n')], () => {
    cancelled = true
  })
  for await (const data of eventData(stream)) {
    expect(data).toBe('1')
    break
  }
  expect(cancelled).toBe(true)
})
