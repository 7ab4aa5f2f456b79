// The run store in a SQLite file: the contract, and what only a file shows.

import { expect, onTestFinished, test } from 'vitest'
import { sqliteRunStore } from '../../src/store/index.ts'
import { runStoreContract } from '../chatkit/run-store-contract.ts'
import { type Ground, ground } from './ground.ts'

function tested(): Ground {
  const made = ground()
  onTestFinished(() => made.close())
  return made
}

runStoreContract(() => sqliteRunStore(tested().open()))

const TERMS = { now: 1000, aliveUntil: 16_000, most: 8 }

test('a run that its process did not end is found by the next one, and interrupted when its time is over', async () => {
  const made = tested()
  const run = { id: 'r1', owner: 'a', threadId: 't1', resumable: true }
  const before = sqliteRunStore(made.open())
  await before.begin(run, TERMS)
  await before.append('r1', 1, ['1'], 16_000)
  const after = sqliteRunStore(made.open())
  expect(await after.latest('a', 't1', 15_999)).toMatchObject({ state: 'running' })
  expect(await after.latest('a', 't1', 16_000)).toMatchObject({ state: 'interrupted' })
  expect(await after.events('r1', 0, 10)).toEqual(['1'])
})

test('a run that nobody can come back to leaves nothing in the file', async () => {
  const made = tested()
  const store = sqliteRunStore(made.open())
  await store.begin({ id: 'r1', owner: 'CANARY', threadId: 't1', resumable: false }, TERMS)
  await store.append('r1', 1, [], 16_000)
  await store.end('r1', 'done')
  expect(made.bytes().includes('CANARY')).toBe(false)
})
