import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readFrames, type SseEvent } from '../../web/client/sse.ts'
import { script } from './support.ts'

async function read(
  chunks: readonly Uint8Array<ArrayBuffer>[],
  most?: number,
): Promise<SseEvent[]> {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
  const frames: SseEvent[] = []
  for await (const frame of readFrames(body, undefined, most)) frames.push(frame)
  return frames
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

const STREAM =
  ': hello\nid: run.1\ndata: {"a":"π 👩‍👩‍👧"}\n\nid: run.2\r\ndata: one\r\ndata:two\r\n\r\n:\n\nevent: x\ndata\n\ndata: last\n\ndata: broken off'
const FRAMES = [
  { id: 'run.1', data: '{"a":"π 👩‍👩‍👧"}' },
  { id: 'run.2', data: 'one\ntwo' },
  { data: '' },
  { data: 'last' },
]

it('events are read whole, with their ids, and comments are passed over', async () => {
  expect(await read([bytes(STREAM)])).toEqual(FRAMES)
})

it('a stream may be split at any byte', async () => {
  const whole = bytes(STREAM)
  const cuts = fc.array(fc.nat({ max: whole.length }), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(cuts, async (at) => {
      const ends = [0, ...at.toSorted((a, b) => a - b), whole.length]
      const chunks = ends.slice(1).map((end, index) => whole.slice(ends[index], end))
      expect(await read(chunks)).toEqual(FRAMES)
    }),
  )
  expect(await read(Array.from(whole, (one) => Uint8Array.of(one)))).toEqual(FRAMES)
})

it('an event that does not end makes the reader throw', async () => {
  await expect(
    read([bytes(`data: ${'x'.repeat(50)}`), bytes('x'.repeat(60))], 100),
  ).rejects.toThrow(RangeError)
  await expect(read([bytes('data: xxxxxxxxxx\n'.repeat(10))], 100)).rejects.toThrow(RangeError)
  expect(await read([bytes('data: x\n\n'.repeat(100))], 100)).toHaveLength(100)
})

it('leaving the loop closes the stream', async () => {
  const stream = script()
  stream.send({ one: 1 })
  for await (const frame of readFrames(stream.body)) {
    expect(frame.data).toBe('{"one":1}')
    break
  }
  expect(stream.cancelled).toBe(true)
})
