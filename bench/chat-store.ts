// Goal G10: measures reads and writes of conversations through the layer that checks their owner,
// compared with `node:sqlite` and prepared statements. Both use files that our migrations made,
// opened in the same way, with the same rows. Both parse what they read, and both write one row in
// each commit and sync it to the disk.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { AssistantMessageItem, Item } from 'onbehalf/chatkit'
import { openSqlite, sqliteThreadStore } from 'onbehalf/store'
import { type OwnedThreads, ownedThreads } from '../src/chatkit/threads/owned-threads.ts'
import { median, spread } from './median.ts'

const ROUNDS = 5
const ITEMS = 1000
const READS = 50_000
/** How many reads one of the two makes before it is the other's turn. */
const READS_PER_TURN = 500
const INSERTS = 300

const PRINCIPAL = { issuer: 'https://issuer.example', subject: 'alice' }
const THREAD = 'thr_0123456789abcdef0123456789abcdef'
const CREATED = '2026-11-27T00:00:00.000Z'

const NAMES = ['bare', 'ours'] as const
type Name = (typeof NAMES)[number]

/** What each of the two can do. */
interface Contender {
  /** Reads an item. */
  read(id: string): Item | undefined | Promise<Item | undefined>
  insert(item: AssistantMessageItem): unknown
}

/** Measures and gives `storeReadsVsBare` and `storeInsertsVsBare`. */
export async function stores(
  report: (line: string) => void,
): Promise<{ readonly storeReadsVsBare: number; readonly storeInsertsVsBare: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'onbehalf-bench-'))
  try {
    const contenders = {
      bare: await bare(join(folder, 'bare.db')),
      ours: await ours(join(folder, 'ours.db')),
    }
    const reads: Record<Name, number[]> = { bare: [], ours: [] }
    const inserts: Record<Name, number[]> = { bare: [], ours: [] }
    for (let round = 0; round <= ROUNDS; round++) {
      const read = await inTurns(cpuSeconds, READS / READS_PER_TURN, (name, turn) =>
        readAll(READS_PER_TURN, (index) =>
          contenders[name].read(idOf((turn * READS_PER_TURN + index) % ITEMS)),
        ),
      )
      const insert = await inTurns(wallSeconds, INSERTS, (name, turn) =>
        contenders[name].insert(item(ITEMS + round * INSERTS + turn)),
      )
      // The first round only warms up.
      if (round === 0) continue
      for (const name of NAMES) {
        reads[name].push(READS / read[name])
        inserts[name].push(INSERTS / insert[name])
      }
    }
    for (const name of NAMES) {
      report(
        `the store, ${name.padEnd(25)} ${median(reads[name]).toFixed(0)} keyed reads per CPU second (${spread(reads[name])}), ` +
          `${median(inserts[name]).toFixed(0)} durable inserts/s (${spread(inserts[name])})`,
      )
    }
    const ratio = (values: Record<Name, number[]>) =>
      median(values.ours.map((rate, index) => rate / (values.bare[index] ?? 0)))
    return { storeReadsVsBare: ratio(reads), storeInsertsVsBare: ratio(inserts) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The clock for reads, which do not wait for the disk. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** The clock for durable inserts, which mostly wait for the disk. */
function wallSeconds(): number {
  return performance.now() / 1000
}

/**
 * Runs both in turns and gives the seconds that each took. The turns are short and the first one
 * alternates, because the speed of a shared machine changes from one moment to the next.
 */
async function inTurns(
  clock: () => number,
  turns: number,
  run: (name: Name, turn: number) => unknown,
): Promise<Record<Name, number>> {
  const seconds = { bare: 0, ours: 0 }
  for (let turn = 0; turn < turns; turn++) {
    for (const name of turn % 2 === 0 ? NAMES : NAMES.toReversed()) {
      const start = clock()
      await run(name, turn)
      seconds[name] += clock() - start
    }
  }
  return seconds
}

/**
 * Reads and checks the results. The contenders do not check them themselves, because one more async
 * function costs a tenth of a read.
 */
async function readAll(
  times: number,
  read: (index: number) => Item | undefined | Promise<Item | undefined>,
): Promise<void> {
  for (let index = 0; index < times; index++)
    if (!(await read(index))) throw new Error('An item was not found')
}

function idOf(index: number): string {
  return `msg_${String(index).padStart(32, '0')}`
}

function item(index: number): AssistantMessageItem {
  const text = `The report for customer ${index} is ready, and two tasks are open: call them back, and send the invoice of last month.`
  const content = [{ type: 'output_text', text, annotations: [] }] as const
  return {
    id: idOf(index),
    thread_id: THREAD,
    created_at: CREATED,
    type: 'assistant_message',
    content,
  }
}

async function openFilledStore(
  path: string,
): Promise<{ readonly threads: OwnedThreads; close(): void }> {
  const database = openSqlite(path)
  const threads = ownedThreads(sqliteThreadStore(database), PRINCIPAL)
  const thread = {
    id: THREAD,
    created_at: CREATED,
    status: { type: 'active' },
    metadata: {},
  } as const
  await threads.create(thread, { save: Array.from({ length: ITEMS }, (_, index) => item(index)) })
  return { threads, close: () => database.close() }
}

async function ours(path: string): Promise<Contender> {
  const { threads } = await openFilledStore(path)
  return {
    read: (id) => threads.item(THREAD, id),
    insert: async (saved) => {
      if (!(await threads.change(THREAD, { save: [saved] })))
        throw new Error('An item was not saved')
    },
  }
}

async function bare(path: string): Promise<Contender> {
  const { close } = await openFilledStore(path)
  close()
  const database = new DatabaseSync(path)
  database.exec('pragma journal_mode = wal; pragma synchronous = full')
  const select = database.prepare('select body from item where thread_id = ? and id = ?')
  const insert = database.prepare(
    'insert into item (thread_id, id, hidden, body) values (?, ?, 0, ?)',
  )
  return {
    read: (id) => JSON.parse(String(select.get(THREAD, id)?.body)),
    insert: (saved) => insert.run(THREAD, saved.id, JSON.stringify(saved)),
  }
}
