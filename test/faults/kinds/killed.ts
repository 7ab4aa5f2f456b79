// Real processes: killed with SIGKILL at a place of a turn, or starved of disk by the system. What is
// on the real disk afterwards is all that the next process has.

import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { openSqlite } from 'onbehalf/store'
import { LEASE_MS, startApp } from '../app.ts'
import { comeBack, filesIn, judge, search } from '../outcome.ts'
import { nothingTold, parseTold } from '../person.ts'
import { Points } from '../points.ts'
import type { Stage } from '../scenario.ts'
import { turns } from '../world.ts'
import { TURNS } from './crash.ts'

const CHILD = fileURLToPath(new URL('../turn-child.ts', import.meta.url))

interface Killed {
  readonly kind: string
  readonly turn: number
  /** 0: it is not killed. */
  readonly place: number
  /** The largest file, in kilobytes. */
  readonly fileKilobytes?: number
}

/** Makes a turn in a process of its own, and goes on in this one. True when the process was killed. */
async function killedProcess(stage: Stage, killed: Killed): Promise<boolean> {
  const { kind, turn: index, place, fileKilobytes } = killed
  const turn = TURNS[index]
  if (!turn) throw new Error('There is no such turn')
  const { tally, world } = stage
  const task = stage.nextTask()
  const label = `${kind}, turn ${index}, place ${place}, ${fileKilobytes ?? 'no'} kB, task ${task}`
  // On a real disk.
  const root = mkdtempSync(join(tmpdir(), 'onbehalf-killed-'))
  const folder = join(root, 'data')
  mkdirSync(folder)
  cpSync(join(stage.root, 'template'), folder, { recursive: true })
  try {
    const program = [
      process.execPath,
      '--conditions=onbehalf-source',
      '--disable-warning=ExperimentalWarning',
      CHILD,
      ...[folder, index, task, place].map(String),
    ]
    const command =
      fileKilobytes === undefined
        ? program
        : ['bash', '-c', `ulimit -f ${fileKilobytes}; exec "$@"`, 'bash', ...program]
    const [file = '', ...args] = command
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const [out, err, signal] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_, by) => resolve(by))),
    ])
    const told = parseTold(out.trim().split('\n').at(-1) ?? '') ?? nothingTold()
    const secretsBefore = world.secrets.length
    const database = openSqlite(join(folder, 'chat.db'))
    const points = new Points()
    const app = startApp({
      world,
      points,
      clock: { offsetMs: LEASE_MS + 1000 },
      source: 'exchange',
      stores: { type: 'sqlite', database, keyring: join(folder, 'keyring.json') },
    })
    const person = {
      chat: app.chat,
      token: await world.chatToken('alice'),
      resumable: turn.resumable,
      padding: 'please '.repeat(500),
    }
    const key = turn.keyed ? `key-${task}` : undefined
    const back = await comeBack({ person, told, task, key })
    const here = world.calls.filter((call) => call.task === task).length
    const there = existsSync(join(root, 'calls.jsonl'))
      ? readFileSync(join(root, 'calls.jsonl'), 'utf8').trim().split('\n').length
      : 0
    judge(tally, label, here + there, told, back)
    points.bury()
    database.close()
    await turns(2)
    search(tally, label, world.secrets.slice(secretsBefore), [
      { name: 'the stream', bytes: Buffer.from(told.raw) },
      { name: 'output', bytes: Buffer.from(out + (signal ? err : '')) },
      ...filesIn(folder),
    ])
    return signal !== null || !err.startsWith('{')
  } catch (error) {
    tally.wrong('lost', `${label}: ${error instanceof Error ? error.stack : error}`)
    return false
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** Kills real processes at every `step`th place of two kinds of turns. */
export async function killedProcesses(stage: Stage, step: number, most = 1000): Promise<void> {
  const kind = 'SIGKILL at a place where it waits'
  for (const turn of [0, 1])
    for (let place = step; place <= most; place += step) {
      if (!(await killedProcess(stage, { kind, turn, place }))) break
      stage.tally.fault(kind, 'in a process')
    }
}

/** Real processes whose files may only have so many kilobytes (`ulimit -f`). */
export async function starvedProcesses(stage: Stage, sizes: readonly number[]): Promise<void> {
  if (process.platform === 'win32') return
  const kind = 'no file may grow beyond a size'
  for (const fileKilobytes of sizes) {
    await killedProcess(stage, { kind, turn: 1, place: 0, fileKilobytes })
    stage.tally.fault(kind, 'in a process')
  }
}
