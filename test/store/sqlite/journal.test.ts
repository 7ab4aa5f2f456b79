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
  expect(rows).toEqual([{ body: '["CANARY of r2"]' }])
  expect(await store.append('r1', 2, ['late'])).toBe('done')
  expect(await store.append('r2', 2, ['more'])).toBe('running')
  expect(await store.events('r2', 0, 10)).toEqual(['CANARY of r2', 'more'])
})

/** How many events of each run a file has, in whatever place. */
const COUNT = `
  select id, count(*) as count from (
    select run_id as id, first + key as number from run_event join json_each(body)
    union
    select value ->> 0, value ->> 1 from run_journal join json_each(events))
  group by id order by id`

it('each event is in the logs of the next process, in whatever place and at whatever pace it was kept', async () => {
  const made = groundForTest()
  const before = made.open()
  const store = sqliteRunStore(before)
  const ids = Array.from({ length: 20 }, (_, n) => `r${n}`)
  const big = 'x'.repeat(3000)
  const counts = new Map<string, number>()
  for (const [n, id] of ids.entries()) await store.begin({ ...run(id), owner: `owner-${n}` }, TERMS)
  // Megabytes, of which most are in the logs by now. The first run is slow, and the last ones end.
  for (let batch = 0; batch < 100; batch += 1) {
    const alive = ids.filter((_, n) => (n > 0 || batch % 40 === 0) && (n < 18 || batch < 60))
    await Promise.all(
      alive.map((id) => {
        const count = counts.get(id) ?? 0
        counts.set(id, count + 1)
        return store.append(id, count + 1, [`${id} ${count + 1} ${big}`])
      }),
    )
    // Whenever the process dies, the file has them all.
    if (batch % 2 === 1)
      expect(made.raw((raw) => raw.prepare(COUNT).all())).toEqual(
        ids.map((id) => ({ id, count: counts.get(id) })).sort((a, b) => (a.id < b.id ? -1 : 1)),
      )
    if (batch === 60) await Promise.all([store.end('r18', 'done'), store.end('r19', 'interrupted')])
  }
  const kept = async (logs: typeof store) => {
    for (const id of ids) {
      const numbers = Array.from({ length: counts.get(id) ?? 0 }, (_, n) => `${id} ${n + 1}`)
      const events = await logs.events(id, 0, 1000)
      expect(events.map((event) => event.slice(0, -big.length - 1))).toEqual(numbers)
    }
  }
  await kept(store)
  const waits = made.raw((raw) =>
    raw.prepare('select sum(length(events)) as chars from run_journal').get(),
  )
  expect(waits?.chars).toBeLessThan(6e6)
  before.close()
  const after = sqliteRunStore(made.open())
  await after.latest('nobody', 'none', 2000)
  await kept(after)
})

it('the logs of a file from before are read as they were', async () => {
  const made = groundForTest()
  const before = made.open()
  await sqliteRunStore(before).begin(run('r1'), TERMS)
  before.close()
  made.raw((raw) =>
    raw.exec(`
      drop table call_approval;
      drop table call_count;
      drop table consent;
      drop table sign_in;
      alter table run_event drop column first;
      insert into run_event (run_id, number, body) values ('r1', 1, '"1"'), ('r1', 2, '[2]');
      insert into run_journal (events) values ('[["r1",3,"3"],["gone",1,"1"]]');
      pragma user_version = 7`),
  )
  const after = sqliteRunStore(made.open())
  expect(await after.latest('a', 't-r1', 2000)).toMatchObject({ state: 'interrupted' })
  expect(await after.events('r1', 0, 10)).toEqual(['"1"', '[2]', '3'])
})
