// A process that changes a keyring, and is killed at the call of the file system of that number.

import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'

const [folder = '', action = '', place = ''] = process.argv.slice(2)
const keyring = join(folder, 'keyring.json')
const { createKeyring, listKeyring, openSqlite, retireKey, rotateKeyring } = await import(
  'onbehalf/store'
)
const database = action === 'retire' ? openSqlite(join(folder, 'keys.db')) : undefined

let calls = 0
const counted = [
  'openSync',
  'writeSync',
  'fsyncSync',
  'linkSync',
  'renameSync',
  'closeSync',
  'rmSync',
] as const
for (const name of counted) {
  const call: unknown = Reflect.get(fs, name)
  if (typeof call !== 'function') throw new Error(`There is no ${name}`)
  Reflect.set(fs, name, (...values: unknown[]) => {
    calls += 1
    if (calls === Number(place)) process.kill(process.pid, 'SIGKILL')
    return Reflect.apply(call, fs, values)
  })
}
// What was imported by name sees the change, too.
syncBuiltinESMExports()

if (action === 'create') createKeyring(join(folder, 'second.json'))
else if (action === 'rotate') rotateKeyring(keyring)
else if (database) await retireKey(keyring, [database], listKeyring(keyring)[0]?.id ?? '')
