// What a machine does to a process: its disk is full, its clock jumps.

import type { SqliteDatabase } from 'onbehalf/store'
import { step as stepOf } from '../../../src/store/statements/sql.ts'
import { runScenario, type Stage, type TurnKind } from '../scenario.ts'

/** The most pages of a file that SQLite may ever have: no bound. */
const NO_BOUND = 4_294_967_294

/**
 * The disk is full from every `step`th place of a turn on: the file may not grow any more. Then there
 * is room again.
 */
export async function fullDisks(stage: Stage, turn: TurnKind, step = 1): Promise<void> {
  const kind = 'the disk is full'
  for (let place = 1; ; place += step) {
    const { outputs, points } = await runScenario(stage, turn, {
      kind,
      name: `from place ${place}`,
      padding: 'please '.repeat(2000),
      async at(number, { database }) {
        if (number === place) await boundPages(database, await pagesOf(database))
      },
      end: ({ database }) => boundPages(database, NO_BOUND),
    })
    if (outputs.includes('database or disk is full')) stage.tally.fault(kind)
    if (points < place) break
  }
}

async function pagesOf(database: SqliteDatabase): Promise<number> {
  const found = await database.first<Record<string, never>, { readonly page_count: number }>(
    { text: 'pragma page_count', slots: [] },
    {},
  )
  return found?.page_count ?? 0
}

/** The bound is one connection's: that of this thread, and that of the thread that writes. */
async function boundPages(database: SqliteDatabase, most: number): Promise<void> {
  const statement = { text: `pragma max_page_count = ${most}`, slots: [] }
  await database.first(statement, {})
  await database.commit([stepOf(statement, {})])
}

const HOUR_MS = 3_600_000

/** The jumps, in milliseconds: forward and back, by less and by more than any lease or token. */
const JUMPS_MS = [60_000, HOUR_MS, 400 * 24 * HOUR_MS, -60_000, -HOUR_MS]

/** The clock jumps at every `step`th place of a turn, and is set right afterwards. */
export async function clockJumps(stage: Stage, turn: TurnKind, step = 1): Promise<void> {
  for (const jumpMs of JUMPS_MS) {
    const kind = `the clock jumps ${jumpMs > 0 ? 'forward' : 'back'}`
    for (let place = 1; ; place += step) {
      let before: number | undefined
      const { points } = await runScenario(stage, turn, {
        kind,
        name: `by ${jumpMs} ms at place ${place}`,
        at(number, { clock }) {
          if (number !== place) return
          before = clock.offsetMs
          clock.offsetMs += jumpMs
        },
        end({ clock }) {
          if (before !== undefined) clock.offsetMs = before
        },
      })
      if (points < place) break
      stage.tally.fault(kind)
    }
  }
}
