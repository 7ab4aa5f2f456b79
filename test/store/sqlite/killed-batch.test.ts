// kill -9 at each step of the change that keeps the events of several answers together: before it,
// within it, before and after its commit, and before anybody hears of it. What a client was shown is
// there afterwards, and the next message is taken at once.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { openSqlite, sqliteRunStore, sqliteThreadStore } from '../../../src/store/index.ts'
import { resume } from '../../chatkit/resumable.ts'
import { message, testChat } from '../../chatkit/support.ts'
import { LONG } from '../../long.ts'
import { ground, groundForTest } from '../ground.ts'

const CHILD = fileURLToPath(new URL('./killed-batch-child.ts', import.meta.url))
const OWNERS = ['alice', 'bob']

const shownOf = z.object({ thread: z.string(), id: z.string(), event: z.unknown() })
const stepsOf = z.object({ steps: z.number() })

/** Runs the process, which kills itself at this step, and gives the lines that it wrote. */
function killedAt(step: number, path: string): unknown[] {
  const options = ['--conditions=onbehalf-source', '--disable-warning=ExperimentalWarning']
  const child = spawnSync(process.execPath, [...options, CHILD, path, String(step)], {
    encoding: 'utf8',
  })
  expect(child.stderr).toBe('')
  expect(child.signal).toBe(step === 0 ? null : 'SIGKILL')
  if (!existsSync(`${path}.shown`)) return []
  return readFileSync(`${path}.shown`, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

let steps = 0
beforeAll(() => {
  const made = ground()
  steps = stepsOf.parse(killedAt(0, made.path).at(-1)).steps
  made.close()
})

/** All of them in the long run; else some, which go through the steps of a change in turn. */
const POINTS = LONG ? 400 : 8

it.each(Array.from({ length: POINTS }, (_, point) => point))(
  'a client was shown nothing that kill -9 takes away (moment %i)',
  async (point) => {
    const made = groundForTest()
    // From the first change to one of the last: how they are put together is never quite the same.
    const step = Math.max(1, Math.round(((point + 0.5) / POINTS) * steps * 0.8))
    const shown = killedAt(step, made.path).map((line) => shownOf.parse(line))

    const database = openSqlite(made.path)
    const chat = testChat(async function* () {}, {
      store: sqliteThreadStore(database),
      runs: sqliteRunStore(database),
    })
    for (const who of OWNERS) {
      for (const { id: thread_id } of (await chat.json(who, 'threads.list')).data) {
        const seen = shown.filter(({ thread }) => thread === thread_id)
        const run = seen[0]?.id.split('.')[0]
        const rest = await (await resume(chat, thread_id, run && `${run}.0`, who)).take()
        const log = rest.filter(({ id }) => id !== undefined)
        expect(log.slice(0, seen.length)).toEqual(seen.map(({ id, event }) => ({ id, event })))
        expect(log.map(({ id }) => id?.split('.')[1])).toEqual(log.map((_, n) => `${n + 1}`))
        expect(
          await chat.stream(who, 'threads.add_user_message', {
            thread_id,
            input: message('again'),
          }),
        ).toMatchObject([{ type: 'thread.item.done' }, { type: 'stream_options' }])
        shown.splice(0, shown.length, ...shown.filter(({ thread }) => thread !== thread_id))
      }
    }
    // Nobody was shown anything of a thread that is not there.
    expect(shown).toEqual([])
    database.close()
  },
)
