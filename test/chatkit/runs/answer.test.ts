// One answer, apart from any server: its stop in the middle of storing, and the order of what comes
// first.

import { expect, it } from 'vitest'
import type {
  AnswerEvent,
  Item,
  RunState,
  RunStore,
  ThreadState,
} from '../../../src/chatkit/index.ts'
import { memoryRunStore, memoryThreadStore } from '../../../src/chatkit/index.ts'
import { type Answer, startAnswer } from '../../../src/chatkit/runs/answer.ts'
import { Run } from '../../../src/chatkit/runs/run.ts'
import { ownedThreads } from '../../../src/chatkit/threads/owned-threads.ts'
import { delta } from '../resumable.ts'

const base = { thread_id: 't', created_at: '2026-11-27T00:00:00.000Z' }
const said = (text: string): Item => ({
  ...base,
  id: 'm',
  type: 'assistant_message',
  content: [{ type: 'output_text', text, annotations: [] }],
})

/** How the run store answers a run that asks whether it is alive. */
type Append = RunStore['append']

/** An answer in a thread of its own, and what is stored there. Its lease is over at once. */
async function answering(begin: () => AsyncIterable<AnswerEvent>, append: Append) {
  const principal = { issuer: 'https://a.example', subject: 'alice' }
  const threads = ownedThreads(memoryThreadStore(), principal)
  const thread: ThreadState = {
    id: 't',
    created_at: base.created_at,
    status: { type: 'active' },
    metadata: {},
  }
  await threads.create(thread, {})
  const errors: unknown[] = []
  let isReleased = false
  const run = new Run(
    { id: 'r', owner: threads.owner, threadId: 't', resumable: false },
    { threads, caller: { end: async () => {} }, report: (error) => errors.push(error) },
    Date.parse(base.created_at),
    {
      store: { ...memoryRunStore(), append },
      now: () => Date.parse(base.created_at),
      newId: () => 'note',
      leaseMs: 0,
      signInWaitMs: 1000,
      deadlineMs: 60_000,
      onRelease() {
        isReleased = true
      },
    },
  )
  const answer = startAnswer(run, { thread, prelude: [], begin, present: (item) => item })
  const stored = async () =>
    (await threads.items('t', { limit: 10, order: 'asc', hidden: true }))?.data
  return { answer, run, errors, stored, isReleased: () => isReleased }
}

function nextEvents(answer: Answer): Promise<readonly string[] | undefined> {
  return new Promise((resolve) => answer.askEvents({ takeEvents: resolve }))
}

it('a stop that comes while it is asked whether the thread is still held keeps the text, and the item is not stored after it', async () => {
  let asked = () => {}
  const asking = new Promise<void>((resolve) => {
    asked = resolve
  })
  let tell = (_state: RunState) => {}
  let first = true
  const { answer, run, errors, stored, isReleased } = await answering(
    async function* () {
      yield { type: 'thread.item.added', item: said('') }
      yield delta('m', 'Half')
      yield { type: 'thread.item.done', item: said('Whole') }
    },
    async () => {
      if (!first) return 'running'
      first = false
      asked()
      return new Promise<RunState>((resolve) => {
        tell = resolve
      })
    },
  )
  await nextEvents(answer)
  await nextEvents(answer)
  const last = nextEvents(answer)
  await asking
  const stopping = run.stop('cancelled')
  tell('running')
  await stopping
  expect(await last).toBeUndefined()
  expect(await stored()).toEqual([
    said('Half'),
    expect.objectContaining({ id: 'note', type: 'sdk_hidden_context' }),
  ])
  expect(errors).toEqual([])
  expect(run.isOver).toBe(true)
  expect(isReleased()).toBe(true)
})

it('an answer that cannot learn whether the thread is held fails, and stores nothing', async () => {
  const { answer, errors, stored } = await answering(
    async function* () {
      yield { type: 'thread.item.done', item: said('Whole') }
    },
    () => Promise.reject(new Error('the database is gone')),
  )
  expect(await nextEvents(answer)).toEqual([
    JSON.stringify({ type: 'error', code: 'stream.error', allow_retry: true }),
  ])
  expect(await nextEvents(answer)).toBeUndefined()
  expect(await stored()).toEqual([])
  expect(errors).toHaveLength(1)
})
