// One answer, apart from any server: what a stop finds in the middle of storing, and what comes first.

import { expect, test } from 'vitest'
import type { AnswerEvent, Item } from '../../../src/chatkit/index.ts'
import { memoryThreadStore } from '../../../src/chatkit/index.ts'
import { startAnswer } from '../../../src/chatkit/runs/answer.ts'
import type { AnswerParts } from '../../../src/chatkit/runs/answer-parts.ts'
import { ownedThreads } from '../../../src/chatkit/threads/owned-threads.ts'
import { delta } from '../resumable.ts'

const base = { thread_id: 't', created_at: '2026-11-27T00:00:00.000Z' }
const said = (text: string): Item => ({
  ...base,
  id: 'm',
  type: 'assistant_message',
  content: [{ type: 'output_text', text, annotations: [] }],
})

/** An answer in a thread of its own, and what is stored there. */
async function answering(begin: () => AsyncIterable<AnswerEvent>, isHeld: AnswerParts['isHeld']) {
  const threads = ownedThreads(memoryThreadStore(), {
    issuer: 'https://a.example',
    subject: 'alice',
  })
  await threads.create(
    { id: 't', created_at: base.created_at, status: { type: 'active' }, metadata: {} },
    {},
  )
  const errors: unknown[] = []
  const answer = startAnswer({
    threads,
    threadId: 't',
    prelude: [],
    begin,
    takeChange: () => undefined,
    resumable: false,
    isHeld,
    stoppedNote: (why) => ({ ...base, id: 'note', type: 'sdk_hidden_context', content: why }),
    present: (item) => item,
    deadline: 60_000,
    onError: (error) => errors.push(error),
    release: async () => {},
    end: async () => {},
  })
  const stored = async () =>
    (await threads.items('t', { limit: 10, order: 'asc', hidden: true }))?.data
  return { answer, errors, stored }
}

test('a stop that comes while it is asked whether the thread is still held keeps the text, and the item is not stored after it', async () => {
  let asked = () => {}
  const asking = new Promise<void>((resolve) => {
    asked = resolve
  })
  let tell = (_held: boolean) => {}
  let first = true
  const { answer, errors, stored } = await answering(
    async function* () {
      yield { type: 'thread.item.added', item: said('') }
      yield delta('m', 'Half')
      yield { type: 'thread.item.done', item: said('Whole') }
    },
    () => {
      if (!first) return true
      first = false
      asked()
      return new Promise<boolean>((resolve) => {
        tell = resolve
      })
    },
  )
  await answer.next()
  await answer.next()
  const last = answer.next()
  await asking
  const stopping = answer.stop('cancelled')
  tell(true)
  await stopping
  expect(await last).toBeUndefined()
  expect(await stored()).toEqual([
    said('Half'),
    expect.objectContaining({ id: 'note', content: 'cancelled' }),
  ])
  expect(errors).toEqual([])
  expect(answer.stopped()).toBe('cancelled')
})

test('an answer that cannot learn whether the thread is held fails, and stores nothing', async () => {
  const { answer, errors, stored } = await answering(
    async function* () {
      yield { type: 'thread.item.done', item: said('Whole') }
    },
    () => Promise.reject(new Error('the database is gone')),
  )
  expect(await answer.next()).toEqual([
    JSON.stringify({ type: 'error', code: 'stream.error', allow_retry: true }),
  ])
  expect(await answer.next()).toBeUndefined()
  expect(await stored()).toEqual([])
  expect(errors).toHaveLength(1)
})
