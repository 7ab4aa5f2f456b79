// One turn of one person with a fault in it, and what came of it: the person asks for a task to be
// deleted and approves it, something goes wrong, they come back, look, go on, and everything that
// they were told is compared with what the API carried out.

import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKeyring, openSqlite, type SqliteDatabase } from 'onbehalf/store'
import { type App, type Clock, LEASE_MS, startApp } from './app.ts'
import { comeBack, filesIn, judge, search } from './outcome.ts'
import { ask, nothingTold, type Person, type Said } from './person.ts'
import { Points } from './points.ts'
import type { Tally } from './tally.ts'
import { type Interference, ISSUER, SHORT_WAIT_MS, turns, type World } from './world.ts'

/** What all scenarios share. */
export interface Stage {
  readonly world: World
  readonly tally: Tally
  /** A folder for everything. */
  readonly root: string
  /** A number for the task of the next scenario. */
  nextTask(): number
}

/** How the turn is made. */
export interface TurnKind {
  readonly source: 'exchange' | 'connection'
  readonly resumable: boolean
  /** Whether the client sends an `Idempotency-Key`, and sends the message again after a fault. */
  readonly keyed: boolean
}

/** What a fault can do at a place of the turn. */
export interface Grip {
  readonly clock: Clock
  readonly database: SqliteDatabase
  readonly path: string
  /** The process dies here: what is on the disk now is all that is left of it. */
  kill(): void
}

/** A fault. */
export interface Fault {
  readonly kind: string
  /** Says in a problem which one it was. */
  readonly name: string
  at?(number: number, grip: Grip): void | Promise<void>
  /** In the place of a request. */
  readonly interfere?: Interference
  /** Whether somebody waits in vain because of it. Default false. */
  readonly hangs?: boolean
  readonly model?: () => Promise<void>
  readonly audit?: () => Promise<void>
  /** Before the turn begins. */
  begin?(grip: Grip): void | Promise<void>
  /** When the turn is over: takes the fault away. */
  end?(grip: Grip): void | Promise<void>
  readonly busyTimeout?: number
  readonly padding?: string
}

/** How a scenario ended. */
export interface Ended {
  readonly died: boolean
  /** Places that the turn passed. */
  readonly points: number
  /** Requests that the turn made, over all hops. */
  readonly requests: number
  readonly said: Said
  /** What the app logged, audited and asked the model. */
  readonly outputs: string
}

/** Makes the folder that scenarios work in: in memory where there is such a place, as a disk costs only time here. */
export function makeRoot(): string {
  const base = process.platform === 'linux' ? '/dev/shm' : tmpdir()
  return mkdtempSync(join(base, 'onbehalf-faults-'))
}

/** Makes the template that each scenario's folder is copied from. */
export function makeTemplate(root: string): void {
  const folder = join(root, 'template')
  mkdirSync(folder)
  createKeyring(join(folder, 'keyring.json'))
  openSqlite(join(folder, 'chat.db')).close()
}

/** One life of the app in a scenario. */
interface Life {
  readonly app: App
  readonly points: Points
  readonly database: SqliteDatabase
}

/** Runs one scenario, and counts what came of it. */
export async function runScenario(stage: Stage, turn: TurnKind, fault: Fault): Promise<Ended> {
  const { world, tally } = stage
  const task = stage.nextTask()
  const label = () => `${fault.kind}, ${fault.name} (${JSON.stringify(turn)}, task ${task})`
  const folder = join(stage.root, `scenario-${task}`)
  cpSync(join(stage.root, 'template'), folder, { recursive: true })
  const secretsBefore = world.secrets.length
  const problemsBefore = tally.problems.length
  const clock: Clock = { offsetMs: 0 }
  const told = nothingTold()
  const lives: Life[] = []
  /** Whether the turn is over, and the fault with it. */
  let isOver = false
  const live = (at: string, points: Points, more: Partial<Fault> = {}): Life => {
    const database = openSqlite(join(at, 'chat.db'), {
      busyTimeout: fault.busyTimeout ?? 5000,
    })
    const stores = { type: 'sqlite', database, keyring: join(at, 'keyring.json') } as const
    const { model, audit } = more
    const app = startApp({
      world,
      points,
      clock,
      source: turn.source,
      stores,
      ...(fault.hangs ? { waitMs: SHORT_WAIT_MS } : {}),
      ...(model ? { model: async () => (isOver ? undefined : model()) } : {}),
      ...(audit ? { audit: async () => (isOver ? undefined : audit()) } : {}),
    })
    const life = { app, points, database }
    lives.push(life)
    return life
  }
  const person = async ({ app }: Life): Promise<Person> => ({
    chat: app.chat,
    token: await world.chatToken('alice'),
    resumable: turn.resumable,
    ...(fault.padding ? { padding: fault.padding } : {}),
  })
  const end = ({ points, database }: Life) => {
    points.bury()
    try {
      database.close()
    } catch {
      // It was closed before.
    }
  }
  try {
    if (turn.source === 'connection') {
      const before = live(folder, new Points())
      await connect(stage, before.app)
      end(before)
      // Its tokens are due to be renewed, and still good.
      clock.offsetMs += RENEW_AFTER_MS
    }
    const { life, died, requests } = await runTurn()
    const passed = life.points.count
    let after = life
    // Whoever was away is asked again after a minute at the latest.
    if (!died) world.pass(60_000)
    else {
      end(life)
      // The time after which the dead process is known to be dead.
      clock.offsetMs += LEASE_MS + 1000
      after = live(`${folder}-after`, new Points())
    }
    const back = await comeBack({
      person: await person(after),
      told,
      task,
      key: turn.keyed ? `key-${task}` : undefined,
      reconnect: turn.source === 'connection' ? () => connect(stage, after.app) : undefined,
    })
    const carried = world.calls.filter((call) => call.task === task).length
    judge(tally, label(), carried, told, back)
    search(tally, label(), world.secrets.slice(secretsBefore), [
      { name: 'the stream', bytes: Buffer.from(told.raw) },
      ...lives.map(({ app }, n) => ({
        name: `log, audit and model of life ${n}`,
        bytes: Buffer.from(app.outputs.join('\n')),
      })),
      ...[folder, `${folder}-after`].flatMap(filesIn),
    ])
    const outputs = lives.map(({ app }) => app.outputs.join('\n')).join('\n')
    return { died, points: passed, requests, said: back.said, outputs }
  } catch (error) {
    tally.wrong('lost', `${label()}: ${error instanceof Error ? error.stack : error}`)
    return { died: false, points: 0, requests: 0, said: 'no card', outputs: '' }
  } finally {
    world.interfere(undefined)
    lives.forEach(end)
    await turns(2)
    if (tally.problems.length === problemsBefore)
      for (const path of [folder, `${folder}-after`]) rmSync(path, { recursive: true, force: true })
  }

  async function runTurn(): Promise<{
    readonly life: Life
    readonly died: boolean
    readonly requests: number
  }> {
    let onDeath = () => {}
    const death = new Promise<void>((resolve) => {
      onDeath = resolve
    })
    const points: Points = new Points((number) => (isOver ? undefined : fault.at?.(number, grip)))
    const life = live(folder, points, fault)
    const grip: Grip = {
      clock,
      database: life.database,
      path: join(folder, 'chat.db'),
      kill(): void {
        if (points.isDead) return
        copyDisk(folder, `${folder}-after`)
        points.die()
        onDeath()
      },
    }
    const client = await person(life)
    await fault.begin?.(grip)
    world.interfere(fault.interfere ?? ((_, go) => go()), fault.hangs)
    const asked = ask(client, told, task, turn.keyed ? `key-${task}` : undefined)
    asked.catch(() => {})
    await Promise.race([asked, death])
    const requests = world.requests()
    // What was under way outside goes on without us.
    await world.idle()
    isOver = true
    world.interfere(undefined)
    await fault.end?.(grip)
    if (!points.isDead) await asked
    return { life, died: points.isDead, requests }
  }
}

/** Milliseconds after which an account's token of 300 seconds is renewed, and not yet expired. */
const RENEW_AFTER_MS = 280_000

/** The person connects their account. */
export async function connect(
  { world }: Pick<Stage, 'world'>,
  { connections }: Pick<App, 'connections'>,
): Promise<void> {
  if (!connections) throw new Error('This app has no connections')
  const principal = { issuer: ISSUER, subject: 'alice' }
  const begun = await connections.start(
    new Request('https://app.example/connect'),
    principal,
    'tasks',
    '/',
  )
  const location = new URL(begun.headers.get('location') ?? '')
  const back = new URL('https://app.example/connected/tasks')
  back.searchParams.set('code', world.code())
  back.searchParams.set('state', location.searchParams.get('state') ?? '')
  back.searchParams.set('iss', ISSUER)
  const [cookie = ''] = begun.headers.getSetCookie()
  const answer = await connections.callback(
    new Request(back, { headers: { cookie: cookie.split(';')[0] ?? '' } }),
    principal,
  )
  if (answer.status !== 303) throw new Error(`Connecting was answered with ${answer.status}`)
}

/** Copies a folder as a disk has it when its process is killed. What SQLite shares in memory is not on it. */
function copyDisk(from: string, to: string): void {
  mkdirSync(to)
  for (const name of readdirSync(from))
    if (!/-(shm|owner)$/.test(name)) copyFileSync(join(from, name), join(to, name))
}
