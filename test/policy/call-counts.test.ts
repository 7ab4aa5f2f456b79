// The counts of calls in memory, and in SQLite.

import { expect, it } from 'vitest'
import { memoryCallCounts } from '../../src/policy/index.ts'
import { sqliteCallCounts } from '../../src/store/index.ts'
import { ground, groundForTest } from '../store/ground.ts'
import { callCountsContract } from './call-counts-contract.ts'

callCountsContract('memory', () => {
  const counts = memoryCallCounts()
  return { stores: [counts, counts] }
})

callCountsContract('SQLite', () => {
  const made = ground()
  return {
    stores: [sqliteCallCounts(made.open()), sqliteCallCounts(made.open())],
    close: () => made.close(),
  }
})

it('counts in SQLite last over a restart', async () => {
  const made = groundForTest()
  const database = made.open()
  await sqliteCallCounts(database).take('a', 60, 1)
  await database.close()
  expect(await sqliteCallCounts(made.open()).take('a', 60, 1)).toBe(false)
})
