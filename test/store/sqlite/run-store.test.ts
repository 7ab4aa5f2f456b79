// The run store in a SQLite file: the contract, and what only a file shows.

import { expect, it, onTestFinished } from 'vitest'
import type { RunStore } from '../../../src/chatkit/index.ts'
import { sqliteRunStore } from '../../../src/store/index.ts'
import { runStoreContract } from '../../chatkit/runs/run-store-contract.ts'
import { type Ground, ground } from '../ground.ts'

function tested(): Ground {
  const made = ground()
  onTestFinished(() => made.close())
  return made
}

runStoreContract(() => sqliteRunStore(tested().open()))

const TERMS = { now: 1000, aliveUntil: 16_000, most: 8 }

/** Does something as a process that ends before the next one begins. */
async function inProcess(made: Ground, work: (store: RunStore) => Promise<unknown>): Promise<void> {
  const database = made.open()
  await work(sqliteRunStore(database))
  database.close()
}

it('the next process ends at once what a dead process left, keeps its events, and takes the thread', async () => {
  const made = tested()
  const run = { id: 'r1', owner: 'a', threadId: 't1', resumable: true }
  await inProcess(made, async (before) => {
    await before.begin(run, TERMS)
    await before.append('r1', 1, ['1'])
    await before.begin({ ...run, id: 'r2', threadId: 't2' }, TERMS)
    await before.stop('a', 't2')
    await before.begin({ ...run, id: 'r3', threadId: 't3' }, { ...TERMS, aliveUntil: 1500 })
  })
  const after = sqliteRunStore(made.open())
  // Long before their time is over.
  const next = { ...run, id: 'r4', once: { key: 'k', digest: 'd' } }
  const terms = { ...TERMS, now: 2000, most: 1 }
  const dead = { ...run, state: 'interrupted', aliveUntil: 2000 }
  expect(await after.begin(next, terms)).toEqual({ began: true, replaced: dead })
  expect(await after.append('r1', 2, ['late'], 99_000)).toBe('interrupted')
  expect(await after.events('r1', 0, 10)).toEqual(['1'])
  for (const [threadId, aliveUntil] of [
    ['t2', 2000],
    ['t3', 1500],
  ] as const)
    expect(await after.latest('a', threadId, 2000)).toMatchObject({
      state: 'interrupted',
      aliveUntil,
    })
  expect(await after.latest('a', 't1', 2000)).toMatchObject({ id: 'r4', state: 'running' })
})

it('a second store over the same connection leaves the runs of the first one alone', async () => {
  const database = tested().open()
  const first = sqliteRunStore(database)
  await first.begin({ id: 'r1', owner: 'a', threadId: 't1', resumable: true }, TERMS)
  const second = sqliteRunStore(database)
  expect(await second.latest('a', 't1', 2000)).toMatchObject({ state: 'running' })
  expect(await first.append('r1', 1, ['1'])).toBe('running')
})

it('a key outlives the process, whether or not a client can resume its run', async () => {
  const made = tested()
  const run = {
    id: 'r1',
    owner: 'a',
    threadId: 't1',
    resumable: false,
    once: { key: 'k', digest: 'd' },
  }
  await inProcess(made, async (before) => {
    await before.begin(run, TERMS)
    await before.end('r1', 'done')
  })
  const after = sqliteRunStore(made.open())
  expect(await after.begin({ ...run, id: 'r2', threadId: 't2' }, TERMS)).toMatchObject({
    why: 'repeated',
    run: { id: 'r1' },
  })
})

it('a run in memory and a run in the file count together', async () => {
  const store = sqliteRunStore(tested().open())
  const begin = (threadId: string, resumable: boolean) =>
    store.begin({ id: `r-${threadId}`, owner: 'a', threadId, resumable }, { ...TERMS, most: 2 })
  expect(await begin('t1', true)).toEqual({ began: true })
  expect(await begin('t2', false)).toEqual({ began: true })
  for (const resumable of [true, false])
    expect(await begin('t3', resumable)).toEqual({ began: false, why: 'crowded' })
  await store.end('r-t2', 'done')
  expect(await begin('t3', true)).toEqual({ began: true })
  expect(await begin('t4', false)).toEqual({ began: false, why: 'crowded' })
})

it('a run that no client can resume leaves nothing in the file', async () => {
  const made = tested()
  const store = sqliteRunStore(made.open())
  await store.begin({ id: 'r1', owner: 'CANARY', threadId: 't1', resumable: false }, TERMS)
  await store.append('r1', 1, [], 16_000)
  await store.end('r1', 'done')
  expect(made.bytes().includes('CANARY')).toBe(false)
})
