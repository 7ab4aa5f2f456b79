// Readers on the instance that writes a run get its events from memory, and only those that the
// store has kept. A reader that is far behind reads the store.

import { expect, it } from 'vitest'
import { memoryRunStore, type RunStore } from '../../../src/chatkit/index.ts'
import { begin, resume, steps } from '../resumable.ts'
import { testChat } from '../support.ts'

/** A store that counts what is read of it, and keeps nothing while it is held. */
function counted() {
  const runs = memoryRunStore()
  const reads = { latest: 0, events: 0 }
  let release = () => {}
  let held: Promise<void> | undefined
  const store: RunStore = {
    ...runs,
    async append(id, first, events, aliveUntil) {
      if (events.length > 0) await held
      return runs.append(id, first, events, aliveUntil)
    },
    latest(...args) {
      reads.latest += 1
      return runs.latest(...args)
    },
    events(...args) {
      reads.events += 1
      return runs.events(...args)
    },
  }
  return {
    store,
    reads,
    hold() {
      held = new Promise((resolve) => {
        release = resolve
      })
    },
    release: () => release(),
  }
}

const DELTA = 'assistant_message.content_part.text_delta'

it('readers that keep up ask the store for nothing, however many events and readers there are', async () => {
  const { store, reads } = counted()
  const told = steps()
  const chat = testChat(told.respond, { runs: store })
  const { reader, thread, run } = await begin(chat)
  const others = [await resume(chat, thread, `${run}.0`), await resume(chat, thread, `${run}.0`)]
  const all = [reader, ...others]
  await Promise.all(all.map((each) => each.until('thread.item.added')))
  reads.latest = 0
  reads.events = 0
  for (let n = 0; n < 50; n += 1) {
    told.say(1)
    for (const each of all) expect((await each.until(DELTA)).at(-1)?.event.type).toBeDefined()
  }
  told.finish()
  for (const each of all) expect((await each.take()).at(-1)?.event.type).toBe('thread.item.done')
  expect(reads).toEqual({ latest: 0, events: 0 })
})

it('no reader is given an event before the store has kept it', async () => {
  const { store, hold, release } = counted()
  const told = steps()
  const chat = testChat(told.respond, { runs: store })
  const { reader } = await begin(chat)
  await reader.until('thread.item.added')
  hold()
  told.say(1)
  let given = false
  const next = reader.next().then((frame) => {
    given = true
    return frame
  })
  for (let n = 0; n < 20; n += 1) await new Promise((resolve) => setImmediate(resolve))
  expect(given).toBe(false)
  release()
  expect((await next)?.event.update.type).toBe(DELTA)
  told.finish()
  await reader.take()
})

it('a reader that falls behind and catches up has each event once, in order', async () => {
  const { store, reads } = counted()
  const told = steps()
  const chat = testChat(told.respond, { runs: store })
  const { reader, thread, run } = await begin(chat)
  const slow = await resume(chat, thread, `${run}.0`)
  const ids: (string | undefined)[] = []
  const read = async (count: number) => {
    for (const { id } of await slow.take(count)) ids.push(id)
  }
  await read(4)
  for (const words of [1, 300, 3, 1000, 2]) {
    told.say(words)
    let left = words
    while (left > 0) left -= (await reader.until(DELTA)).length > 0 ? 1 : left
    await read(Math.ceil(words / 2))
  }
  expect(reads.events).toBeGreaterThan(0)
  told.finish()
  await reader.take()
  for (const { id } of await slow.take()) ids.push(id)
  expect(ids).toEqual(ids.map((_, n) => `${run}.${n + 1}`))
  expect(ids.length).toBe(1306 + 5)
})
