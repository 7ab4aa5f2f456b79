// A process in which one turn is made, over a folder that outlives it. It kills itself at a place, or
// goes on until it is done or its disk is full. It prints what the person was told, and the API of
// its world writes each call into a file.

import { appendFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { openSqlite } from 'onbehalf/store'
import { startApp } from './app.ts'
import { TURNS } from './kinds/crash.ts'
import { ask, nothingTold } from './person.ts'
import { Points } from './points.ts'
import { makeWorld } from './world.ts'

const [folder = '', turnIndex = '0', task = '', place = '0'] = process.argv.slice(2)
const turn = TURNS[Number(turnIndex)]
if (!turn) throw new Error('There is no such turn')
const world = await makeWorld((call) =>
  appendFileSync(join(folder, '..', 'calls.jsonl'), `${JSON.stringify(call)}\n`),
)
const points: Points = new Points((number) => {
  if (number === Number(place)) process.kill(process.pid, 'SIGKILL')
})
const database = openSqlite(join(folder, 'chat.db'))
const app = startApp({
  world,
  points,
  clock: { offsetMs: 0 },
  source: 'exchange',
  stores: { type: 'sqlite', database, keyring: join(folder, 'keyring.json') },
})
const told = nothingTold((now) => writeSync(1, `${JSON.stringify(now)}\n`))
const person = {
  chat: app.chat,
  token: await world.chatToken('alice'),
  resumable: turn.resumable,
  padding: 'please '.repeat(500),
}
await ask(person, told, Number(task), turn.keyed ? `key-${task}` : undefined)
writeSync(2, JSON.stringify({ places: points.count, secrets: world.secrets, outputs: app.outputs }))
process.exit(0)
