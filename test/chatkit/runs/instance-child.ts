// One instance of a ChatKit server in a process of its own, over the PostgreSQL of the test. The
// test decides by POST /word what its answers say next. It prints its port. The credential is the
// person's name, which is good enough for a test only.

import { createServer } from 'node:http'
import { type ChatCaller, chatkitServer } from 'onbehalf/chatkit'
import { openPostgres, postgresRunStore, postgresThreadStore } from 'onbehalf/store/postgres'

const database = await openPostgres({ timeouts: { connect: 1000, statement: 2000 } })
const words: string[] = []
let next = () => {}

async function word(signal: AbortSignal): Promise<string | undefined> {
  while (words.length === 0 && !signal.aborted) {
    await new Promise<void>((resolve) => {
      next = resolve
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }
  return words.shift()
}

const chatkit = chatkitServer<ChatCaller>({
  async admit(request) {
    const subject = request.headers.get('authorization')?.replace('Bearer ', '')
    if (!subject)
      return {
        ok: false,
        response: Response.json({ code: 'unauthorized', message: 'Sign in.' }, { status: 401 }),
      }
    return {
      ok: true,
      value: { principal: { issuer: 'https://issuer.example', subject }, end: async () => {} },
    }
  },
  store: postgresThreadStore(database),
  runs: postgresRunStore(database),
  lease: Number(process.env.LEASE ?? 15_000),
  rateLimit: 'none',
  limits: { runs: 100 },
  async *respond(_thread, message, context) {
    const item = { ...context.newItem('message'), type: 'assistant_message' } as const
    const said: string[] = []
    const content = () => [{ type: 'output_text', text: said.join(''), annotations: [] }] as const
    if (message?.content[0]?.text === 'slowly') {
      yield { type: 'thread.item.added', item: { ...item, content: [] } }
      for (
        let one = await word(context.signal);
        one !== undefined && one !== 'END';
        one = await word(context.signal)
      ) {
        said.push(one)
        const update = {
          type: 'assistant_message.content_part.text_delta',
          content_index: 0,
          delta: one,
        } as const
        yield { type: 'thread.item.updated', item_id: item.id, update }
      }
    } else said.push(`${context.caller.principal.subject} said ${message?.content[0]?.text}`)
    yield { type: 'thread.item.done', item: { ...item, content: content() } }
  },
})

const server = createServer((request, response) => {
  if (request.url === '/chatkit') return void chatkit.listener(request, response)
  let said = ''
  request.on('data', (chunk) => (said += chunk))
  request.on('end', () => {
    words.push(said)
    next()
    response.end()
  })
})
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())))
