// An answer in events whose messages are changed: event by event, wherever it is cut.

import { expect, it } from 'vitest'
import { rewriteMessages } from '../../src/openai-agents/servers/rewrite-messages.ts'

const message = (id: number, word: string) =>
  JSON.stringify({ jsonrpc: '2.0', id, result: { word } })

async function read(chunks: readonly string[]): Promise<string> {
  const body = ReadableStream.from(chunks.map((chunk) => new TextEncoder().encode(chunk)))
  return (await changed(new Response(body, { headers: EVENTS }))).text()
}

const EVENTS = { 'content-type': 'text/event-stream; charset=utf-8' }
const changed = (response: Response) =>
  rewriteMessages(response, (one) => ('result' in one ? { ...one, seen: true } : one))

it.each(['\n', '\r\n', '\r'])(
  'events are changed one by one, cut anywhere (line end %j)',
  async (end) => {
    const lines = [': hello', '', 'id: 1', `data: ${message(1, 'one')}`, '', '', 'data: x', '']
    const text = [...lines, `data: ${message(2, 'two')}`, '', ''].join(end)
    for (const size of [1, 7, text.length]) {
      const out = await read(text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [])
      expect(out).toContain(': hello')
      expect(out).toContain('id: 1')
      expect(out).toContain('data: x')
      expect(out.match(/"seen":true/g)).toHaveLength(2)
    }
  },
)

it('an event is given on when it is complete, not when the stream ends', async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const reader = (await changed(new Response(readable, { headers: EVENTS }))).body?.getReader()
  const writer = writable.getWriter()
  void writer.write(new TextEncoder().encode(`data: ${message(1, 'one')}\n\n`))
  const { value } = (await reader?.read()) ?? {}
  expect(new TextDecoder().decode(value)).toContain('"seen":true')
  await writer.close()
})

it('a message that stays as it is stays byte for byte', async () => {
  const text = 'data: {"jsonrpc":"2.0",\ndata:  "method":"x"}\n\n'
  expect(await read([text])).toBe(text)
})
