// Accounts whose refresh tokens rotate: the process is killed at every place of a refresh, answers
// are lost, a thief comes with an old token, and two instances refresh at once. The person has a
// token that is good, or is asked to connect again, and never a dead one.

import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Connections, connections } from 'onbehalf/oauth'
import { fileMasterKeys, openSqlite, sqliteSecretStore } from 'onbehalf/store'
import { filesIn, search } from '../outcome.ts'
import { Points, pointedDatabase, pointedFetch } from '../points.ts'
import { connect, type Stage } from '../scenario.ts'
import { ISSUER, MCP, SHORT_WAIT_MS, turns, WAIT_MS } from '../world.ts'
import { hangs, REQUEST_FAULTS } from './network.ts'

const ALICE = { issuer: ISSUER, subject: 'alice' }
/** Milliseconds after which the token is due, or is over. */
const DUE_MS = 280_000
const OVER_MS = 400_000

/** One process that has the account. */
interface Instance {
  readonly connections: Connections
  readonly audited: string[]
  end(): void
}

/** A fault in one refresh. */
interface RefreshFault {
  readonly kind: string
  readonly name: string
  readonly ageMs: number
  readonly hangs?: boolean
  at?(number: number, kill: () => void): void | Promise<void>
  /** Done in the first refresh. */
  during?(scene: Scene): Promise<unknown>
}

/** What a fault in a refresh can use. */
interface Scene {
  readonly first: Instance
  another(): Instance
  refresh(instance: Instance): Promise<string>
}

async function refreshScenario(stage: Stage, fault: RefreshFault): Promise<number> {
  const { world, tally } = stage
  const task = stage.nextTask()
  const label = `${fault.kind}, ${fault.name}, ${fault.ageMs} ms, refresh ${task}`
  const folder = join(stage.root, `refresh-${task}`)
  const after = `${folder}-after`
  cpSync(join(stage.root, 'template'), folder, { recursive: true })
  const secretsBefore = world.secrets.length
  const instances: Instance[] = []
  let offsetMs = 0
  const now = () => world.now() + offsetMs
  const open = (at: string, points: Points): Instance => {
    const made = instanceOn(stage, at, points, {
      now,
      deadline: fault.hangs ? SHORT_WAIT_MS : WAIT_MS,
    })
    instances.push(made)
    return made
  }
  const refresh = async ({ connections: accounts }: Instance): Promise<string> => {
    let result = await accounts.credential(ALICE, 'tasks')
    // The server refuses a token whose grant has ended, and the caller says so.
    if (result.ok && !world.stands(result.value.credential.reveal()))
      result = await accounts.credential(ALICE, 'tasks', { refused: result.value })
    return result.ok ? result.value.credential.reveal() : `refused: ${result.refusal.reason}`
  }
  try {
    await connect(stage, open(folder, new Points()))
    offsetMs += fault.ageMs
    const { granted, reused } = world.refreshes
    const points: Points = new Points((number) => fault.at?.(number, kill))
    const ofOthers = new Points()
    let onDeath = () => {}
    const death = new Promise<string>((resolve) => {
      onDeath = () => resolve('dead')
    })
    const kill = () => {
      if (points.isDead) return
      copyFolder(folder, after)
      points.die()
      // The other instance stops, too. Otherwise it would go on with files that are deleted already.
      ofOthers.die()
      onDeath()
    }
    const first = open(folder, points)
    const another = () => open(folder, ofOthers)
    const work = fault.during?.({ first, another, refresh }) ?? refresh(first)
    work.catch(() => {})
    await Promise.race([work, death])
    await world.idle()
    world.interfere(undefined)
    const asked = world.refreshes.granted - granted
    if (!points.isDead) await work
    // The lease of the dead one, and the time until anybody tries again.
    offsetMs += 120_000
    const later = points.isDead ? open(after, new Points()) : another()
    const token = await refresh(later)
    if (!token.startsWith('refused: ')) {
      if (!world.stands(token)) tally.wrong('lost', `${label}: the token is dead`)
    } else if (token !== 'refused: connection_needed' || asked === 0)
      tally.wrong('lost', `${label}: ${token} after ${asked} refreshes`)
    else tally.counts.unknown += 1
    // A dead grant is asked for once, and a person who connects again is served.
    if (world.refreshes.reused - reused > 1)
      tally.wrong('doubled', `${label}: a used refresh token was sent again and again`)
    await connect(stage, later)
    if (!world.stands(await refresh(later)))
      tally.wrong('lost', `${label}: not after a new connection`)
    search(tally, label, world.secrets.slice(secretsBefore), [
      { name: 'audit', bytes: Buffer.from(instances.flatMap(({ audited }) => audited).join('\n')) },
      ...[folder, after].flatMap(filesIn),
    ])
    return points.count
  } catch (error) {
    tally.wrong('lost', `${label}: ${error instanceof Error ? error.stack : error}`)
    return 0
  } finally {
    world.interfere(undefined)
    for (const { end } of instances) end()
    await turns(2)
    for (const path of [folder, after]) rmSync(path, { recursive: true, force: true })
  }
}

function instanceOn(
  { world }: Stage,
  folder: string,
  points: Points,
  time: { readonly now: () => number; readonly deadline: number },
): Instance {
  const database = openSqlite(join(folder, 'chat.db'))
  const audited: string[] = []
  const made = connections({
    store: sqliteSecretStore(
      pointedDatabase(database, points),
      fileMasterKeys(join(folder, 'keyring.json')),
    ),
    servers: {
      tasks: {
        resource: MCP,
        issuer: ISSUER,
        scopes: ['tasks:write'],
        client: { type: 'registered', id: 'chat' },
      },
    },
    redirectUri: 'https://app.example/connected',
    fetch: pointedFetch(world.network, points),
    audit: {
      async record(event) {
        await points.pass('the audit')
        audited.push(JSON.stringify(event))
      },
    },
    ...time,
  })
  return {
    connections: made,
    audited,
    end() {
      points.bury()
      try {
        database.close()
      } catch {
        // It was closed before.
      }
    },
  }
}

function copyFolder(from: string, to: string): void {
  if (existsSync(to)) return
  mkdirSync(to)
  for (const name of readdirSync(from))
    if (!name.endsWith('-shm')) copyFileSync(join(from, name), join(to, name))
}

/** Puts every fault into a refresh. */
export async function refreshFaults(stage: Stage): Promise<void> {
  for (const ageMs of [DUE_MS, OVER_MS]) {
    await killedRefreshes(stage, ageMs, false)
    await killedRefreshes(stage, ageMs, true)
    await lostRefreshes(stage, ageMs)
    await thieves(stage, ageMs)
  }
}

/** Killed at every place, alone or while another instance refreshes, too. */
export async function killedRefreshes(stage: Stage, ageMs = DUE_MS, raced = false): Promise<void> {
  const kind = raced ? 'killed in a refresh that two instances begin' : 'killed in a refresh'
  for (let place = 1; ; place += 1) {
    const points = await refreshScenario(stage, {
      kind,
      name: `place ${place}`,
      ageMs,
      at(number, kill) {
        if (number === place) kill()
      },
      ...(raced
        ? {
            during: ({ first, another, refresh }: Scene) =>
              Promise.all([refresh(first), refresh(another())]),
          }
        : {}),
    })
    if (points < place) break
    stage.tally.fault(kind)
  }
}

async function lostRefreshes(stage: Stage, ageMs: number): Promise<void> {
  for (const [name, fault] of Object.entries(REQUEST_FAULTS)) {
    const kind = `in a refresh: ${name}`
    await refreshScenario(stage, {
      kind,
      name: 'the token request',
      ageMs,
      hangs: hangs(name),
      async during({ first, refresh }) {
        stage.world.interfere((passing, go) =>
          passing.purpose === 'refresh' ? fault(passing, go) : go(),
        )
        await refresh(first)
      },
    })
    stage.tally.fault(kind)
  }
}

/** Somebody who has copied a refresh token uses it, before or after its owner does. */
async function thieves(stage: Stage, ageMs: number): Promise<void> {
  const { world } = stage
  const steal = (token: string) =>
    world.network(`${ISSUER}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }),
    })
  for (const when of ['before', 'after', 'twice'] as const) {
    const kind = 'a stolen refresh token is used'
    await refreshScenario(stage, {
      kind,
      name: `${when} its owner uses it`,
      ageMs,
      async during({ first, refresh }) {
        const token = world.refreshTokens.at(-1) ?? ''
        if (when !== 'after') await steal(token)
        await refresh(first)
        if (when !== 'before') await steal(token)
        // The thief's own use is not the app's.
        world.refreshes.reused = 0
      },
    })
    stage.tally.fault(kind)
  }
}
