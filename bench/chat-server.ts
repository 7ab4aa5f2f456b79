// The servers that `bench/chat-stream.ts` measures, each in its own process: `bare`, which is only
// node:http, and `ours`. Both get the same requests and make the same events in the same way. So
// they differ only in the code between the generator of an answer and the socket.

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { type AnswerEvent, type ChatCaller, chatkitServer, type ItemBase } from 'onbehalf/chatkit'
import { openSqlite, sqliteThreadStore } from 'onbehalf/store'
import { z } from 'zod'

const asked = z.object({
  params: z.object({ input: z.object({ content: z.tuple([z.object({ text: z.string() })]) }) }),
})
const STREAM_HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }

/**
 * Makes an answer word by word, as a model does. Each event has its own turn of the event loop. The
 * message is the number of events. For the message `idle`, the answer waits after its first event.
 */
async function* answer(
  message: string,
  base: ItemBase,
  gone: AbortSignal,
): AsyncGenerator<AnswerEvent, void, undefined> {
  const events = Number(message)
  yield { type: 'thread.item.added', item: { ...base, type: 'assistant_message', content: [] } }
  for (let index = 0; index < events; index++) {
    await setImmediate()
    const update = {
      type: 'assistant_message.content_part.text_delta',
      content_index: 0,
      delta: ' another',
    } as const
    yield { type: 'thread.item.updated', item_id: base.id, update }
  }
  if (message === 'idle')
    await new Promise<void>((resolve) => gone.addEventListener('abort', () => resolve()))
}

async function bare(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const message = asked.parse(JSON.parse(await text(request))).params.input.content[0].text
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const base = {
    id: 'msg_0123456789abcdef0123456789abcdef',
    thread_id: 'thr_0123456789abcdef0123456789abcdef',
    created_at: '2026-11-27T00:00:00.000Z',
  }
  response.writeHead(200, STREAM_HEADERS)
  for await (const event of answer(message, base, gone.signal))
    response.write(`data: ${JSON.stringify(event)}\n\n`)
  response.end()
}

/**
 * Makes our server as an app does, with the embedded store and the default limits. It checks no
 * token, and each request is from another person.
 */
function ours(
  folder: string,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  let people = 0
  const chatkit = chatkitServer<ChatCaller>({
    admit: async () => {
      const principal = { issuer: 'https://issuer.example', subject: `person-${people++}` }
      return { ok: true, value: { principal, end: async () => {} } }
    },
    store: sqliteThreadStore(openSqlite(join(folder, 'chat.db'))),
    respond(_thread, message, { newItem, signal }) {
      const [part] = message?.content ?? []
      return answer(part?.text ?? '', newItem('message'), signal)
    },
    onError: (error) => console.error(error),
  })
  return chatkit.listener
}

const folder = mkdtempSync(join(tmpdir(), 'onbehalf-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
process.on('disconnect', () => process.exit(0))
const handler = process.argv[2] === 'ours' ? ours(folder) : bare
const server = createServer((request, response) => void handler(request, response))
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined })
})

// When asked, the process answers with its own figures.
process.on('message', async (which) => {
  const { user, system } = process.cpuUsage()
  if (which === 'memory') {
    // Finished work becomes garbage only after a turn of the event loop.
    for (let turn = 0; turn < 4; turn++) {
      await setImmediate()
      globalThis.gc?.()
    }
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  process.send?.({ cpu: user + system, rss, heap: heapUsed + external })
})
