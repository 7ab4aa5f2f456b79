// The reflection marks in SQLite: the contract over two connections, and that the marks are still
// there after a restart.

import { expect, it } from 'vitest'
import { openSqlite, sqliteReflectionMarks } from '../../../src/store/index.ts'
import { reflectionMarksContract } from '../../core/carry/reflection-marks-contract.ts'
import { MCP } from '../../core/parts.ts'
import { ground, groundForTest } from '../ground.ts'

reflectionMarksContract('SQLite', () => {
  const made = ground()
  return {
    stores: [sqliteReflectionMarks(made.open()), sqliteReflectionMarks(made.open())],
    close: () => made.close(),
  }
})

it('keeps a mark when the file is closed and opened again', async () => {
  const made = groundForTest()
  const database = openSqlite(made.path)
  await sqliteReflectionMarks(database).mark(MCP, 1)
  database.close()
  expect(await sqliteReflectionMarks(made.open()).list()).toEqual([{ resource: MCP, since: 1 }])
})
