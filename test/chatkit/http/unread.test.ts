// Clients that stop reading and stay: they keep their place, and what they were sent, until the
// deadline of an answer is over, and no longer.

import { createServer } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { begin, delta, RESUMABLE, resume } from '../resumable.ts'
import { message, type TestChat, testChat } from '../support.ts'

const DEADLINE = 60_000
const MEBIBYTE = 1024 * 1024

/** A person has one stream. Answers are larger than any buffer on the way, and never end. */
function chatOf(): { readonly chat: TestChat; readonly said: () => number } {
  let said = 0
  const chat = testChat(
    async function* (_thread, _message, context) {
      const item = {
        ...context.newItem('message'),
        type: 'assistant_message',
        content: [],
      } as const
      yield { type: 'thread.item.added', item }
      while (!context.signal.aborted) {
        said += 1
        yield delta(item.id, 'x'.repeat(MEBIBYTE))
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
    { deadline: DEADLINE, limits: { streams: 1, logLength: 8 * MEBIBYTE } },
  )
  return { chat, said: () => said }
}

/** A client over a real connection that sends a request and reads nothing of the answer. */
async function unread(chat: TestChat, body: object): Promise<{ readonly gone: () => boolean }> {
  let open = 0
  const server = createServer((request, response) => {
    open += 1
    response.on('close', () => {
      open -= 1
    })
    void chat.server.listener(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  const text = JSON.stringify(body)
  const socket = connect(address.port, '127.0.0.1', () => {
    socket.write(
      `POST /chatkit HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer alice\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    )
  })
  socket.pause()
  socket.on('error', () => {})
  onTestFinished(async () => {
    socket.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { gone: () => open === 0 }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Lets work go on until the answer is no longer asked for more. */
async function untilStill(said: () => number): Promise<void> {
  for (let before = -1, still = 0; still < 200; ) {
    still = said() > 0 && said() === before ? still + 1 : 0
    before = said()
    await turn()
  }
}

const ASKED = { type: 'threads.create', params: { input: message('hi') } }

describe.each([
  ['plain', {}],
  ['resumable', RESUMABLE],
])('a client that stops reading a %s answer', (_kind, more) => {
  it.each(['node:http', 'fetch'])(
    'has no place and no memory after the deadline (%s)',
    async (way) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      onTestFinished(() => void vi.useRealTimers())
      const { chat, said } = chatOf()
      let gone = () => true
      if (way === 'node:http') ({ gone } = await unread(chat, { ...ASKED, ...more }))
      else {
        const response = await chat.send('alice', ASKED.type, ASKED.params, more)
        const reader = response.body?.getReader()
        while (said() === 0) await reader?.read()
      }
      await untilStill(said)
      const list = () => chat.send('alice', 'threads.create', { input: message('second') })
      expect((await list()).status).toBe(429)
      // The clock of the answer and that of its stream began in two moments.
      await vi.advanceTimersByTimeAsync(DEADLINE + 1000)
      while (!gone() || chat.callers[0]?.ended !== 1) await turn()
      const next = await list()
      expect(next.status).toBe(200)
      await next.body?.cancel()
      await vi.advanceTimersByTimeAsync(DEADLINE)
    },
  )
})

it('a client that reads slowly goes on after the deadline, to the end of what was written', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { chat, said } = chatOf()
  const first = await begin(chat)
  await first.reader.cancel()
  await untilStill(said)
  const reader = await resume(chat, first.thread, `${first.run}.0`)
  await vi.advanceTimersByTimeAsync(DEADLINE - 100)
  const events = []
  for (let frame = await reader.next(); frame; frame = await reader.next()) {
    events.push(frame)
    await vi.advanceTimersByTimeAsync(900)
  }
  expect(events.length).toBeGreaterThan(8)
  expect(events.at(-1)?.event.type).toBe('error')
})
