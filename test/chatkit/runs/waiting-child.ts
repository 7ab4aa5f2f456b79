// One instance of a ChatKit server in a process of its own, over the SQLite file that it is given. Its
// answer says one thing, waits for a fresh sign-in of the page, and then makes its call: it prints
// "called". It prints its port first. The credential is the person's name: for a test only.

import { createServer } from 'node:http'
import { type ChatCaller, chatkitServer } from 'onbehalf/chatkit'
import { openSqlite, sqliteRunStore, sqliteThreadStore } from 'onbehalf/store'

interface Waiting extends ChatCaller {
  ask?: (signal: AbortSignal) => Promise<this | undefined>
}

const database = openSqlite(process.argv[2] ?? '')
const chatkit = chatkitServer<Waiting>({
  async admit(request) {
    const subject = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
    const value: Waiting = {
      principal: { issuer: 'https://issuer.example', subject },
      end: async () => {},
      renewWith(ask) {
        value.ask = ask
      },
    }
    return { ok: true, value }
  },
  store: sqliteThreadStore(database),
  runs: sqliteRunStore(database),
  rateLimit: 'none',
  async *respond(_thread, _message, { caller, newItem, signal }) {
    const said = (text: string) =>
      ({
        type: 'thread.item.done',
        item: {
          ...newItem('message'),
          type: 'assistant_message',
          content: [{ type: 'output_text', text, annotations: [] }],
        },
      }) as const
    yield said('before')
    const fresh = await caller.ask?.(signal)
    if (!fresh) return
    console.log('called')
    yield said('after')
  },
})
const server = createServer(chatkit.listener)
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())))
