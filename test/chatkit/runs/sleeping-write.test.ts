// An instance that sleeps in the middle of a write: it has looked whether the thread is its own, and
// another instance takes the thread before the write arrives. The store is told which run asks.

import { expect, it } from 'vitest'
import { memoryRunStore, memoryThreadStore, type ThreadStore } from '../../../src/chatkit/index.ts'
import { answer, frameReader, INTERRUPTED, RESUMABLE } from '../resumable.ts'
import { type Loose, message, testChat } from '../support.ts'

const LEASE = 15_000

it.each([RESUMABLE, {}])(
  'stores nothing in a thread that was taken meanwhile: %j',
  async (more) => {
    const clock = { now: Date.now() }
    const runs = memoryRunStore()
    const shared = memoryThreadStore()
    const asked: string[] = []
    let wake = () => {}
    let fallsAsleep = () => {}
    const asleep = new Promise<void>((resolve) => {
      fallsAsleep = resolve
    })
    const awake = new Promise<void>((resolve) => {
      wake = resolve
    })
    /** As a store does that has threads and runs in one database. */
    const sleeping: ThreadStore = {
      ...shared,
      async changeItems(owner, id, change) {
        if (change.run !== undefined) {
          fallsAsleep()
          await awake
          asked.push(change.run)
          if (!['running', 'stopping'].includes(await runs.append(change.run, 1, []))) return false
        }
        return shared.changeItems(owner, id, change)
      },
    }
    const common = { runs, now: () => clock.now, lease: LEASE }
    const respond: Loose = async function* (_: unknown, userMessage: Loose, context: Loose) {
      if (userMessage?.content[0]?.text === 'noop') return
      yield { type: 'thread.item.done', item: answer(context, 'LATE') }
    }
    const a = testChat(respond, { ...common, store: sleeping })
    const b = testChat(respond, { ...common, store: shared })
    const reader = await frameReader(
      await a.send('alice', 'threads.create', { input: message('hi') }, more),
    )
    // Without a reader it would write nothing.
    const taken = reader.take()
    await asleep
    const thread = (await b.json('alice', 'threads.list')).data[0].id
    clock.now += LEASE
    await b.stream('alice', 'threads.add_user_message', {
      thread_id: thread,
      input: message('noop'),
    })
    const before = await b.json('alice', 'items.list', { thread_id: thread })
    wake()
    expect((await taken).at(-1)).toMatchObject(INTERRUPTED)
    expect(await b.json('alice', 'items.list', { thread_id: thread })).toEqual(before)
    expect(JSON.stringify(before)).not.toContain('LATE')
    expect(new Set(asked).size).toBe(1)
    expect(a.errors).toEqual([])
  },
)
