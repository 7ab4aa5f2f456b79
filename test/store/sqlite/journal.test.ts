// The journal of a SQLite file: the newest events of all runs are in the order in which they came,
// and thousands of them are sorted into the logs together. No reader sees a difference.

import { expect, it } from 'vitest'
import { sqliteRunStore } from '../../../src/store/index.ts'
import { groundForTest } from '../ground.ts'

const TERMS = { now: 1000, aliveUntil: 16_000, most: 8 }
const run = (id: string) => ({ id, owner: 'a', threadId: `t-${id}`, resumable: true })

it('a log has each event once and in order, also while thousands of events are sorted', async () => {
  const store = sqliteRunStore(groundForTest().open())
  const ids = ['r1', 'r2', 'r3']
  for (const id of ids) await store.begin(run(id), TERMS)
  let seen: readonly string[] = []
  for (let batch = 0; batch < 16; batch += 1) {
    const first = batch * 100 + 1
    const events = Array.from({ length: 100 }, (_, n) => `${first + n}`)
    await Promise.all(ids.map((id) => store.append(id, first, events)))
    // In pages that begin in the one place and end in the other.
    const page = await store.events('r2', seen.length, 70)
    seen = [...seen, ...page]
    expect((await store.events('r3', batch * 100 + 50, 256)).length).toBe(50)
  }
  const rest = await store.events('r2', seen.length, 10_000)
  expect([...seen, ...rest]).toEqual(Array.from({ length: 1600 }, (_, n) => `${n + 1}`))
})

it('what a dead process left in the journal is in the logs of the next one', async () => {
  const made = groundForTest()
  const before = made.open()
  const store = sqliteRunStore(before)
  await store.begin(run('r1'), TERMS)
  await store.append('r1', 1, ['1', '2'])
  before.close()
  const after = sqliteRunStore(made.open())
  expect(await after.latest('a', 't-r1', 2000)).toMatchObject({ state: 'interrupted' })
  expect(await after.events('r1', 0, 10)).toEqual(['1', '2'])
  expect(made.raw((raw) => raw.prepare('select * from run_journal').all())).toEqual([])
})

it('the events of a deleted thread are in no table, and those of others stay', async () => {
  const made = groundForTest()
  const store = sqliteRunStore(made.open())
  for (const id of ['r1', 'r2']) {
    await store.begin(run(id), TERMS)
    await store.append(id, 1, [`CANARY of ${id}`])
  }
  await store.forget('a', 't-r1')
  const rows = made.raw((raw) => [
    ...raw.prepare('select events as body from run_journal').all(),
    ...raw.prepare('select body from run_event').all(),
  ])
  expect(rows).toEqual([{ body: 'CANARY of r2' }])
  expect(await store.append('r1', 2, ['late'])).toBe('done')
  expect(await store.append('r2', 2, ['more'])).toBe('running')
  expect(await store.events('r2', 0, 10)).toEqual(['CANARY of r2', 'more'])
})
