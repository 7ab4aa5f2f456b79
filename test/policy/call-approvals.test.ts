// The calls that wait for a yes in memory, and in SQLite.

import { expect, it } from 'vitest'
import { memoryCallApprovals } from '../../src/policy/index.ts'
import { sqliteCallApprovals } from '../../src/store/index.ts'
import { ground, groundForTest } from '../store/ground.ts'
import { callApprovalsContract } from './call-approvals-contract.ts'

callApprovalsContract('memory', () => {
  const approvals = memoryCallApprovals()
  return { stores: [approvals, approvals] }
})

callApprovalsContract('SQLite', () => {
  const made = ground()
  return {
    stores: [sqliteCallApprovals(made.open()), sqliteCallApprovals(made.open())],
    close: () => made.close(),
  }
})

it('a yes in SQLite lasts over a restart', async () => {
  const made = groundForTest()
  const database = made.open()
  const before = sqliteCallApprovals(database)
  const call = { owner: 'alice', key: 'k', server: 'Pay', tool: 'send', arguments: '{}' }
  await before.ask({ id: 'q', ...call, askedAt: 1, endsAt: 9 })
  await before.decide('alice', 'q', { approves: true, now: 2, endsAt: 20 })
  await database.close()
  const after = sqliteCallApprovals(made.open())
  expect(await after.use('q', 10)).toBe(true)
  expect(await after.use('q', 10)).toBe(false)
})
