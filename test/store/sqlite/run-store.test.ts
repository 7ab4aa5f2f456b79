// The run store in a SQLite file: the contract, and what only a file shows.

import { expect, it, onTestFinished, vi } from 'vitest'
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

it('the next process finds a run that a dead process left, and marks it as interrupted when its time is over', async () => {
  const made = tested()
  const run = { id: 'r1', owner: 'a', threadId: 't1', resumable: true }
  await inProcess(made, async (before) => {
    await before.begin(run, TERMS)
    await before.append('r1', 1, ['1'], 16_000)
  })
  const after = sqliteRunStore(made.open())
  expect(await after.latest('a', 't1', 15_999)).toMatchObject({ state: 'running' })
  expect(await after.latest('a', 't1', 16_000)).toMatchObject({ state: 'interrupted' })
  expect(await after.events('r1', 0, 10)).toEqual(['1'])
})

it('watchers of a run of a dead process are woken from time to time; watchers of a run of this process are not', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const made = tested()
  const run = { id: 'r1', owner: 'a', threadId: 't1', resumable: true }
  await inProcess(made, (before) => before.begin(run, TERMS))
  const after = sqliteRunStore(made.open())
  await after.begin({ ...run, id: 'r2', threadId: 't2' }, TERMS)
  const [own, left] = [vi.fn(), vi.fn()]
  const unwatch = after.watch('r1', left)
  after.watch('r2', own)
  vi.advanceTimersByTime(10_000)
  expect(left).toHaveBeenCalledTimes(2)
  expect(own).not.toHaveBeenCalled()
  unwatch()
  expect(vi.getTimerCount()).toBe(0)
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
