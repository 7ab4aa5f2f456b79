// Two instances over one real PostgreSQL: one dies, or sleeps and wakes up later, at every place of a
// turn, and the person goes on at the other one.

import { openPostgres, type PostgresDatabase } from 'onbehalf/store/postgres'
import type { PostgresServer } from '../../store/postgres/server.ts'
import { LEASE_MS, startApp } from '../app.ts'
import { comeBack, judge, search } from '../outcome.ts'
import { ask, look, nothingTold, type Person } from '../person.ts'
import { Points } from '../points.ts'
import type { Stage, TurnKind } from '../scenario.ts'
import { turns } from '../world.ts'

/** What becomes of the first instance at a place. */
type End = 'dies' | 'sleeps'

/** Two instances' connections to one database. */
export interface Instances {
  readonly one: PostgresDatabase
  readonly other: PostgresDatabase
}

/** Opens them. */
export async function openInstances(
  { host, port, user }: Pick<PostgresServer, 'host' | 'port' | 'user'>,
  place: { readonly database: string; readonly schema?: string },
): Promise<Instances> {
  const open = () => openPostgres({ host, port, user, ...place, connections: 4 })
  return { one: await open(), other: await open() }
}

async function instanceScenario(
  stage: Stage,
  turn: TurnKind,
  { one, other }: Instances,
  fault: { readonly end: End; readonly place: number },
): Promise<number> {
  const { world, tally } = stage
  const task = stage.nextTask()
  const label = `an instance ${fault.end}, place ${fault.place} (${JSON.stringify(turn)}, task ${task})`
  const clock = { offsetMs: 0 }
  const secretsBefore = world.secrets.length
  const told = nothingTold()
  let reached = () => {}
  const stopped = new Promise<void>((resolve) => {
    reached = resolve
  })
  let isOver = false
  const points: Points = new Points((number) => {
    if (isOver || number !== fault.place) return
    reached()
    if (fault.end === 'dies') points.die()
    else points.sleep()
  })
  const ofOther = new Points()
  const app = (database: PostgresDatabase, at: Points) =>
    startApp({
      world,
      points: at,
      clock,
      source: 'exchange',
      stores: { type: 'postgres', database },
    })
  const first = app(one, points)
  const second = app(other, ofOther)
  const person = async (chat: Person['chat']): Promise<Person> => ({
    chat,
    token: await world.chatToken(`alice-${task}`),
    resumable: turn.resumable,
  })
  const key = turn.keyed ? `key-${task}` : undefined
  try {
    const asked = ask(await person(first.chat), told, task, key)
    asked.catch(() => {})
    const how = await Promise.race([asked.then(() => 'over'), stopped.then(() => 'stopped')])
    await world.idle()
    const passed = points.count
    if (how === 'over') isOver = true
    else clock.offsetMs += LEASE_MS + 1000
    // What the first one says from now on, nobody hears.
    const heard = { ...told, items: [...told.items] }
    told.isGone = true
    const there = await person(second.chat)
    const back = await comeBack({ person: there, told: heard, task, key })
    let { said } = back
    if (fault.end === 'sleeps' && how === 'stopped') {
      // It wakes up, believes that it is alive, and finds that it is not.
      points.wake()
      await asked.catch(() => {})
      await world.idle()
      const last = await look(there, heard)
      said = last.said
      if (last.missing.length > 0) tally.wrong('lost', `${label}: items are gone when it wakes up`)
    }
    const carried = world.calls.filter((call) => call.task === task).length
    judge(tally, label, carried, heard, { ...back, said })
    search(tally, label, world.secrets.slice(secretsBefore), [
      { name: 'the streams', bytes: Buffer.from(told.raw + heard.raw) },
      { name: 'one', bytes: Buffer.from(first.outputs.join('\n')) },
      { name: 'other', bytes: Buffer.from(second.outputs.join('\n')) },
    ])
    return how === 'over' ? 0 : passed
  } catch (error) {
    tally.wrong('lost', `${label}: ${error instanceof Error ? error.stack : error}`)
    return 0
  } finally {
    isOver = true
    points.bury()
    ofOther.bury()
    await turns(2)
  }
}

/** One of two instances dies, or sleeps, at every `step`th place of a turn. */
export async function instanceFaults(
  stage: Stage,
  turn: TurnKind,
  instances: Instances,
  step = 1,
  most = 1000,
): Promise<void> {
  for (const end of ['dies', 'sleeps'] as const)
    for (let place = 1; place <= most; place += step) {
      if ((await instanceScenario(stage, turn, instances, { end, place })) === 0) break
      stage.tally.fault(`one of two instances over PostgreSQL ${end}`)
    }
}

/** PostgreSQL itself crashes at these places of a turn, and comes back. */
export async function crashedPostgres(
  stage: Stage,
  turn: TurnKind,
  server: PostgresServer,
  { one }: Instances,
  places: readonly number[],
): Promise<void> {
  const { world, tally } = stage
  for (const place of places) {
    const task = stage.nextTask()
    const label = `PostgreSQL crashes at place ${place} (${JSON.stringify(turn)}, task ${task})`
    const told = nothingTold()
    const points: Points = new Points(async (number) => {
      if (number === place) await server.crash()
    })
    const app = startApp({
      world,
      points,
      clock: { offsetMs: 0 },
      source: 'exchange',
      stores: { type: 'postgres', database: one },
    })
    const person = {
      chat: app.chat,
      token: await world.chatToken(`alice-${task}`),
      resumable: turn.resumable,
    }
    const key = turn.keyed ? `key-${task}` : undefined
    try {
      await ask(person, told, task, key).catch(() => {})
      if (points.count < place) break
      await server.start()
      // The run that could not be ended counts as alive for as long as it said.
      world.pass(LEASE_MS + 60_000)
      const back = await comeBack({ person, told, task, key })
      const carried = world.calls.filter((call) => call.task === task).length
      judge(tally, label, carried, told, back)
    } catch (error) {
      tally.wrong('lost', `${label}: ${error instanceof Error ? error.stack : error}`)
    }
    points.bury()
    tally.fault('PostgreSQL crashes and comes back', 'in a process')
  }
}
