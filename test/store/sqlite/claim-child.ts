// A process that keeps its runs in a file, until a test kills it. Prints a line when it does, or
// why it may not.

import { writeSync } from 'node:fs'
import { openSqlite, sqliteRunStore } from '../../../src/store/index.ts'

const [path = '', takeoverTimeout = '0'] = process.argv.slice(2)
const database = openSqlite(path)
writeSync(2, 'trying\n')
try {
  const runs = sqliteRunStore(database, { takeoverTimeout: Number(takeoverTimeout) })
  writeSync(1, 'claimed\n')
  // As a server does, it keeps the store: what nobody has any more is closed.
  setInterval(() => runs, 60_000)
} catch (error) {
  writeSync(1, `${error}\n`)
}
