// A call may take longer than its deadline while its server reports progress, and while the server
// waits for the answer to a request of its own; but not longer than the total.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { callOf, carrier, post } from './parts.ts'

const URL = 'http://127.0.0.1:9/mcp'
const DEADLINE_MS = 1_000
const TOTAL_MS = 10_000

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/** A call whose server says what the test says. */
async function calling(options: { readonly totalDeadline?: number } = {}) {
  let output: ReadableStreamDefaultController<Uint8Array> | undefined
  const posted: unknown[] = []
  const { fetch } = carrier(
    URL,
    {},
    {
      deadline: DEADLINE_MS,
      totalDeadline: TOTAL_MS,
      ...options,
      async fetch(_, init) {
        const message = JSON.parse(String(init?.body))
        posted.push(message)
        if (message.method === undefined) return new Response(null, { status: 202 })
        const signal = init?.signal
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            output = controller
            signal?.addEventListener('abort', () => controller.error(signal.reason))
          },
        })
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
      },
    },
  )
  const response = await fetch(URL, post(callOf('list')))
  const text = response.text()
  return {
    say: async (message: object) => {
      const event = `data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`
      output?.enqueue(new TextEncoder().encode(event))
      await passed(0)
    },
    answer: (id: string) =>
      fetch(URL, post({ jsonrpc: '2.0', id, result: { action: 'accept', content: {} } })),
    /** Whether the call has ended without its result. */
    async isLate() {
      const said = await Promise.race([text, passed(0).then(() => 'still open')])
      return said !== 'still open'
    },
    close: () => output?.close(),
    text,
  }
}

/** Lets so much time pass. */
async function passed(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

const progress = {
  method: 'notifications/progress',
  params: { progressToken: 1, progress: 1 },
}
const question = { id: 'q1', method: 'elicitation/create', params: { message: 'Where to?' } }
const result = { id: 'call-1', result: { content: [] } }

it('a call without progress ends at its deadline', async () => {
  const call = await calling()
  await passed(DEADLINE_MS + 10)
  expect(await call.isLate()).toBe(true)
})

it('progress extends the deadline, each time from then on', async () => {
  const call = await calling()
  for (let round = 0; round < 5; round++) {
    await passed(800)
    await call.say(progress)
    expect(await call.isLate()).toBe(false)
  }
  await call.say(result)
  call.close()
  expect(await call.text).toContain('"content":[]')
  const silent = await calling()
  await passed(800)
  await silent.say(progress)
  await passed(DEADLINE_MS + 10)
  expect(await silent.isLate()).toBe(true)
})

it('progress extends the deadline up to the total', async () => {
  const call = await calling()
  for (let ms = 0; ms < TOTAL_MS; ms += 500) {
    await passed(500)
    await call.say(progress).catch(() => {})
  }
  await passed(10)
  expect(await call.isLate()).toBe(true)
})

it('a question of the server stops the deadline until it is answered', async () => {
  const call = await calling()
  await call.say(question)
  await passed(6 * DEADLINE_MS)
  expect(await call.isLate()).toBe(false)
  await call.answer('q1')
  await passed(DEADLINE_MS - 100)
  expect(await call.isLate()).toBe(false)
  await passed(DEADLINE_MS + 1_100)
  expect(await call.isLate()).toBe(true)
})

it('a question of the server that nobody answers ends with the total', async () => {
  const call = await calling()
  await call.say(question)
  await passed(TOTAL_MS + 10)
  expect(await call.isLate()).toBe(true)
})

it('a total that is shorter than the deadline does not shorten it', async () => {
  const call = await calling({ totalDeadline: 1 })
  await passed(DEADLINE_MS - 100)
  expect(await call.isLate()).toBe(false)
})
