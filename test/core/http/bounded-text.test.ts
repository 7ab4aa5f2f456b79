// Bodies read up to a limit, by each of the ways there are.

import { describe, expect, it } from 'vitest'
import { boundedText } from '../../../src/core/http/bounded-text.ts'
import { LazyResponse, textBody } from '../../../src/core/http/lazy-response.ts'

const TEXT = 'héllo, wörld 🙂'

function chunked(
  bytes: Uint8Array,
  size: number,
  onCancel: () => void = () => {},
): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(output) {
      if (at >= bytes.length) return output.close()
      output.enqueue(bytes.slice(at, at + size))
      at += size
    },
    cancel: onCancel,
  })
}

const WAYS: Readonly<Record<string, (text: string) => Response>> = {
  'a stream, a byte at a time': (text) => new Response(chunked(new TextEncoder().encode(text), 1)),
  'a body that is no stream yet': (text) =>
    new LazyResponse(textBody(text), {}, 'https://a.example/'),
  'a body that was asked for as a stream': (text) => {
    const response = new LazyResponse(textBody(text), {}, 'https://a.example/')
    void response.body
    return response
  },
}

describe.each(Object.entries(WAYS))('%s', (way, answer) => {
  it(`${way} is given whole up to the limit, in characters`, async () => {
    expect(await boundedText(answer(TEXT), TEXT.length)).toBe(TEXT)
  })

  it(`${way} is nothing beyond the limit`, async () => {
    expect(await boundedText(answer(TEXT), TEXT.length - 1)).toBeUndefined()
  })

  it(`${way} may be empty`, async () => {
    expect(await boundedText(answer(''), 0)).toBe('')
  })
})

it('gives up the connection of an answer that is too long', async () => {
  let cancelled = false
  const endless = new Response(chunked(new Uint8Array(1_000_000), 10, () => (cancelled = true)))
  expect(await boundedText(endless, 25)).toBeUndefined()
  expect(cancelled).toBe(true)
})

it('believes no length that is told', async () => {
  const headers = { 'content-length': '5' }
  expect(
    await boundedText(new Response('unpacked to more than that', { headers }), 10),
  ).toBeUndefined()
})

it('has no text without a body', async () => {
  expect(await boundedText(new Response(null, { status: 204 }), 10)).toBe('')
})
