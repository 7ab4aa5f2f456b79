// A process that re-wraps a database, and is killed in the middle of it: at the key of that number.

import { writeSync } from 'node:fs'
import { fileMasterKeys, openSqlite, rewrap } from '../../../src/store/index.ts'

const [path = '', keyring = '', killAt = ''] = process.argv.slice(2)
const masterKeys = fileMasterKeys(keyring)
let wraps = 0

const report = await rewrap(openSqlite(path), {
  ...masterKeys,
  async wrap(dataKey, aad) {
    if (++wraps === Number(killAt)) process.kill(process.pid, 'SIGKILL')
    return masterKeys.wrap(dataKey, aad)
  },
})
writeSync(1, JSON.stringify(report))
