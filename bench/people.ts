// Goal G13: hundreds of people who read resumable answers at once, an event each 50 ms for each.
// This process is the people, and each server has its own process.

import { type PostgresServer, startPostgres } from '../test/store/postgres/server.ts'
import { type Child, startChild } from './child.ts'
import { median, percentile } from './median.ts'
import { listThreads, type Reading, readAnswers } from './people-client.ts'
import { installPython, type Python } from './people-python.ts'
import { treeCpuMicros } from './tree-cpu.ts'

const SERVER = new URL('./people-server.ts', import.meta.url)
type Kind = 'bare' | 'plain' | 'resumable' | 'postgres' | 'python'

/** A server to measure. */
interface Contender {
  readonly kind: Kind
  readonly start: (flags?: readonly string[]) => Promise<Child>
}

const ROUNDS = 3
const EVERY_MS = 50
/** Milliseconds of reading that are measured, after every person has a first event. */
const READING_MS = 4000
/** A request that opens many streams, and the events of each. */
const CREATES = { at_once: 8, turns: 5, events: 200 } as const
const IDLE_STREAMS = 500

type Report = (line: string) => void

/** Options of {@link people}. */
export interface PeopleOptions {
  /** Measures the official server, which is in Python, beside ours. */
  readonly python?: boolean
}

/**
 * Measures, and gives the ratios and times that the goal names. With Python: the same rows for each
 * server, side by side.
 */
export async function people(
  report: Report,
  { python = false }: PeopleOptions = {},
): Promise<Readonly<Record<string, unknown>>> {
  return python ? sideBySide(report) : ratios(report)
}

async function ratios(report: Report): Promise<Readonly<Record<string, number | null>>> {
  const plainServer = ours('plain')
  const resumableServer = ours('resumable')
  const plain = await eventCpu(plainServer, report)
  const resumable = await eventCpu(resumableServer, report)
  const postgres = await postgresEventCpu(report)
  const at200 = await lags(resumableServer, 200, report)
  const at500 = await lags(resumableServer, 500, report)
  const create = {
    plain: await createCpu(plainServer, report),
    resumable: await createCpu(resumableServer, report),
  }
  const rss = {
    bare: await streamRss(ours('bare'), report),
    resumable: await streamRss(resumableServer, report),
  }
  return {
    eventCpuVsPlain: round(resumable / plain),
    lagP99Ms200: round(at200.lagMs),
    lagP99Ms500: round(at500.lagMs),
    othersP99Ms200: round(at200.othersMs),
    createVsPlain: round(create.resumable / create.plain),
    streamRssVsBare: round(rss.resumable / rss.bare),
    pgEventCpuVsPlain: postgres === undefined ? null : round(postgres / plain),
  }
}

/** The rows of each server. The official one has no log: compare it with `plain` first. */
async function sideBySide(report: Report): Promise<Readonly<Record<string, unknown>>> {
  const python = await installPython(report)
  if (!python) return { python: null }
  try {
    const all = [ours('plain'), ours('resumable'), official(python)]
    const rows: Record<string, Record<string, number>> = {}
    const note = (row: string, { kind }: Contender, value: number) => {
      rows[row] = { ...rows[row], [kind]: round(value) }
    }
    // Row by row, so that a change in the speed of the machine affects all servers.
    for (const each of all) note('eventCpuMicros', each, await eventCpu(each, report))
    for (const count of [200, 500]) {
      for (const each of all) {
        const { lagMs, othersMs } = await lags(each, count, report)
        note(`lagP99Ms${count}`, each, lagMs)
        note(`othersP99Ms${count}`, each, othersMs)
      }
    }
    for (const each of all) note('createCpuMs', each, (await createCpu(each, report)) / 1000)
    for (const each of all) note('streamRssKiB', each, (await streamRss(each, report)) / 1024)
    return rows
  } finally {
    python.remove()
  }
}

function ours(kind: Exclude<Kind, 'python'>): Contender {
  return { kind, start: (flags) => startServer(kind, undefined, flags) }
}

function official(python: Python): Contender {
  return { kind: 'python', start: () => python.start() }
}

function isResumable(kind: Kind): boolean {
  return kind === 'resumable' || kind === 'postgres'
}

/** CPU microseconds of a server's process tree for one event, with 100 people. */
async function eventCpu(
  { kind, start }: Contender,
  report: Report,
  server?: PostgresServer,
): Promise<number> {
  const each: number[] = []
  for (let turn = 0; turn < ROUNDS; turn++) {
    const child = await start()
    const cpu = () => treeCpuMicros(server?.pid())
    try {
      await withReaders(child, 100, isResumable(kind), async (reading) => {
        const before = { cpu: (await child.cpu()) + cpu(), events: reading.lagsMs.length }
        await wait(READING_MS)
        const events = reading.lagsMs.length - before.events
        each.push(((await child.cpu()) + cpu() - before.cpu) / events)
      })
    } finally {
      await child.end()
    }
  }
  report(`one event for 100 people, ${kind}: ${median(each).toFixed(0)} µs CPU of ${ROUNDS} rounds`)
  return median(each)
}

/** The same with PostgreSQL, whose processes count too. Undefined where it cannot be started. */
async function postgresEventCpu(report: Report): Promise<number | undefined> {
  let server: PostgresServer
  try {
    server = await startPostgres({ durable: true })
  } catch (error) {
    report(`no PostgreSQL here: ${error instanceof Error ? error.message : 'it did not start'}`)
    return undefined
  }
  try {
    const start = () => startServer('postgres', server)
    return await eventCpu({ kind: 'postgres', start }, report, server)
  } finally {
    await server.close()
  }
}

/** The 99th percentile of the lag, and of other people's requests meanwhile. */
async function lags({ kind, start }: Contender, count: number, report: Report) {
  const lagMs: number[] = []
  const othersMs: number[] = []
  for (let turn = 0; turn < ROUNDS; turn++) {
    const child = await start()
    try {
      await withReaders(child, count, isResumable(kind), async (reading) => {
        const before = reading.lagsMs.length
        const others = ['other-1', 'other-2', 'other-3', 'other-4'].map((person) =>
          listThreads(child.port, person, wait(READING_MS)),
        )
        othersMs.push(percentile((await Promise.all(others)).flat(), 0.99))
        lagMs.push(percentile(reading.lagsMs.slice(before), 0.99))
      })
    } finally {
      await child.end()
    }
  }
  report(
    `${count} people, ${kind}: lag p99 ${median(lagMs).toFixed(1)} ms, other people's requests p99 ${median(othersMs).toFixed(1)} ms`,
  )
  return { lagMs: median(lagMs), othersMs: median(othersMs) }
}

/** CPU microseconds of one answer of 200 events without a pace. */
async function createCpu({ kind, start }: Contender, report: Report): Promise<number> {
  const each: number[] = []
  const { at_once, turns, events } = CREATES
  const child = await start()
  try {
    for (let turn = 0; turn <= ROUNDS; turn++) {
      const before = await child.cpu()
      for (let count = 0; count < turns; count++) {
        const shape = { events, everyMs: 0 }
        const reading = readAnswers(child.port, at_once, shape, isResumable(kind))
        await reading.ended
        reading.close()
      }
      // The first round only warms up.
      if (turn > 0) each.push(((await child.cpu()) - before) / (turns * at_once))
    }
  } finally {
    await child.end()
  }
  report(`one answer of ${events} events, ${kind}: ${(median(each) / 1000).toFixed(2)} ms CPU`)
  return median(each)
}

/** Resident bytes of a further open stream, when as many are open already. */
async function streamRss({ kind, start }: Contender, report: Report): Promise<number> {
  const each: number[] = []
  for (let turn = 0; turn < ROUNDS; turn++) {
    // Without this bound, the heap also grows with garbage, which says little about open streams.
    const child = await start(['--max-semi-space-size=1'])
    const open: Reading[] = []
    try {
      const more = async () => {
        const shape = { events: 1, everyMs: 0, idle: true }
        const reading = readAnswers(child.port, IDLE_STREAMS, shape, isResumable(kind))
        open.push(reading)
        await reading.started
        return (await child.memory()).rss
      }
      const before = await more()
      each.push(((await more()) - before) / IDLE_STREAMS)
    } finally {
      for (const reading of open) reading.close()
      await child.end()
    }
  }
  report(`a further open stream, ${kind}: ${(median(each) / 1024).toFixed(1)} KiB resident`)
  return median(each)
}

async function startServer(
  kind: Exclude<Kind, 'python'>,
  postgres?: PostgresServer,
  flags: readonly string[] = [],
): Promise<Child> {
  const place = postgres && {
    postgres: { host: postgres.host, port: postgres.port, user: postgres.user },
    database: await postgres.database(),
  }
  return startChild(SERVER, JSON.stringify({ kind, ...place }), flags)
}

/** Runs `work` when all people have a first event, and lets them go then. */
async function withReaders(
  child: Child,
  count: number,
  resumable: boolean,
  work: (reading: Reading) => Promise<void>,
): Promise<void> {
  const shape = { events: 100_000, everyMs: EVERY_MS }
  const reading = readAnswers(child.port, count, shape, resumable)
  reading.ended.catch(() => {})
  try {
    const isLate = await Promise.race([reading.started.then(() => false), wait(30_000, true)])
    if (isLate) throw new Error(`Not all of ${count} people had a first event within 30 seconds`)
    await work(reading)
  } finally {
    reading.close()
  }
}

function wait<T = void>(ms: number, value?: T): Promise<T | undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(value), ms)
  })
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
