// The servers that `bench/people.ts` measures, each in its own process: `bare`, which is only
// node:http, and ours without a log (`plain`), with a log in SQLite (`resumable`) and with a log in
// PostgreSQL (`postgres`). All make the same events in the same way.

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { type AnswerEvent, type ChatCaller, chatkitServer, type ItemBase } from 'onbehalf/chatkit'
import { openSqlite, sqliteRunStore, sqliteThreadStore } from 'onbehalf/store'
import { openPostgres, postgresRunStore, postgresThreadStore } from 'onbehalf/store/postgres'
import { z } from 'zod'

const settings = z.object({
  kind: z.enum(['bare', 'plain', 'resumable', 'postgres']),
  postgres: z.object({ host: z.string(), port: z.number(), user: z.string() }).optional(),
  database: z.string().optional(),
})
const wanted = z.object({ events: z.number(), everyMs: z.number(), idle: z.boolean() })
const asked = z.object({
  params: z.object({ input: z.object({ content: z.tuple([z.object({ text: z.string() })]) }) }),
})

/**
 * Makes an answer word by word, as a model does. Each delta holds the time at which it was made, in
 * microseconds of the clock that all processes of the machine share. Without a pace, each event has
 * its own turn of the event loop.
 */
async function* answer(
  message: string,
  base: ItemBase,
  gone: AbortSignal,
): AsyncGenerator<AnswerEvent, void, undefined> {
  const { events, everyMs, idle } = wanted.parse(JSON.parse(message))
  yield { type: 'thread.item.added', item: { ...base, type: 'assistant_message', content: [] } }
  const startedAt = performance.now()
  for (let index = 1; index <= events && !gone.aborted; index++) {
    const waitMs = startedAt + index * everyMs - performance.now()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    else await setImmediate()
    const update = {
      type: 'assistant_message.content_part.text_delta',
      content_index: 0,
      delta: `@${process.hrtime.bigint() / 1000n} `,
    } as const
    yield { type: 'thread.item.updated', item_id: base.id, update }
  }
  if (idle && !gone.aborted)
    await new Promise<void>((resolve) => gone.addEventListener('abort', () => resolve()))
}

async function bare(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const message = asked.parse(JSON.parse(await text(request))).params.input.content[0].text
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const base = {
    id: 'msg_0123456789abcdef0123456789abcdef',
    thread_id: 'thr_0123456789abcdef0123456789abcdef',
    created_at: '2026-11-30T00:00:00.000Z',
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  for await (const event of answer(message, base, gone.signal))
    response.write(`data: ${JSON.stringify(event)}\n\n`)
  response.end()
}

/** Our server as an app has it, with durable stores. The header `x-person` says who asks. */
async function ours(given: z.output<typeof settings>, folder: string) {
  const chatkit = chatkitServer<ChatCaller>({
    admit: async (request) => {
      const subject = request.headers.get('x-person') ?? 'nobody'
      const principal = { issuer: 'https://issuer.example', subject }
      return { ok: true, value: { principal, end: async () => {} } }
    },
    ...(await storesFor(given, folder)),
    respond(_thread, message, { newItem, signal }) {
      const [part] = message?.content ?? []
      return answer(part?.text ?? '', newItem('message'), signal)
    },
    onError: (error) => console.error(error),
  })
  return chatkit.listener
}

async function storesFor(
  { kind, postgres, database = 'postgres' }: z.output<typeof settings>,
  folder: string,
) {
  if (kind === 'postgres' && postgres) {
    const open = await openPostgres({ ...postgres, database })
    return { store: postgresThreadStore(open), runs: postgresRunStore(open) }
  }
  const open = openSqlite(join(folder, 'chat.db'))
  return kind === 'resumable'
    ? { store: sqliteThreadStore(open), runs: sqliteRunStore(open) }
    : { store: sqliteThreadStore(open) }
}

const folder = mkdtempSync(join(tmpdir(), 'onbehalf-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
process.on('disconnect', () => process.exit(0))
const given = settings.parse(JSON.parse(process.argv[2] ?? ''))
const handler = given.kind === 'bare' ? bare : await ours(given, folder)
const server = createServer((request, response) => void handler(request, response))
server.listen(0, '127.0.0.1', 1024, () => {
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
