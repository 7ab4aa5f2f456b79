// The pins in SQLite: the contracts over two connections, and that they are still there after a
// restart.

import { expect, it, onTestFinished } from 'vitest'
import { openSqlite, sqliteToolPins } from '../../../src/store/index.ts'
import {
  pinOf,
  toolPinReviewContract,
  toolPinsContract,
} from '../../core/carry/tool-pins-contract.ts'
import { MCP } from '../../core/parts.ts'
import { ground, groundForTest } from '../ground.ts'

toolPinsContract('SQLite', () => {
  const made = ground()
  return {
    stores: [sqliteToolPins(made.open()), sqliteToolPins(made.open())],
    close: () => made.close(),
  }
})

toolPinReviewContract('SQLite', async () => {
  const made = ground()
  onTestFinished(() => made.close())
  return sqliteToolPins(made.open())
})

it('keeps a pin when the file is closed and opened again', async () => {
  const made = groundForTest()
  const database = openSqlite(made.path)
  await sqliteToolPins(database).add('alice', MCP, [pinOf('a', '1')])
  database.close()
  expect((await sqliteToolPins(made.open()).read('alice', MCP)).get('sha256:a')).toBe('sha256:a-1')
})
