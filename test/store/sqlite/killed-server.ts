// A process that a test kills. It streams an endless answer over a real file, and prints what its
// client has been told.

import { writeSync } from 'node:fs'
import type { AnswerEvent } from '../../../src/chatkit/index.ts'
import { openSqlite, sqliteThreadStore } from '../../../src/store/index.ts'
import { eventReader, message, testChat } from '../../chatkit/support.ts'

const [path = ''] = process.argv.slice(2)

const chat = testChat(
  async function* (_thread, _message, context): AsyncGenerator<AnswerEvent> {
    for (let n = 0; ; n += 1) {
      const item = {
        ...context.newItem('message'),
        type: 'assistant_message',
        content: [],
      } as const
      const content = { type: 'output_text', text: `answer ${n}`, annotations: [] } as const
      yield { type: 'thread.item.added', item }
      yield {
        type: 'thread.item.updated',
        item_id: item.id,
        update: { type: 'assistant_message.content_part.added', content_index: 0, content },
      }
      if (n % 3 === 0) context.updateThread({ title: `after ${n}` })
      yield { type: 'thread.item.done', item: { ...item, content: [content] } }
    }
  },
  { store: sqliteThreadStore(openSqlite(path)) },
)

const reader = eventReader(await chat.send('alice', 'threads.create', { input: message('go') }))
for (;;) {
  const event = await reader.next()
  if (event.type === 'thread.created') writeSync(1, `thread ${event.thread.id}\n`)
  if (event.type === 'thread.updated') writeSync(1, `title ${event.thread.title}\n`)
  if (event.type === 'thread.item.added') writeSync(1, `added ${event.item.id}\n`)
  if (event.type === 'thread.item.done') writeSync(1, `done ${event.item.id}\n`)
}
