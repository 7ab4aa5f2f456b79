// The thread that writes into a SQLite file, so that a slow disk does not hold up the process. Only
// the text of its code goes there: a file of its own would be lost in a bundle.

import { Worker } from 'node:worker_threads'
import type { Step } from '../statements/sql.ts'

/** One change: what `SqlDatabase.commit` takes. */
export type Change = readonly Pick<Step, 'text' | 'values' | 'needs'>[]

/** What became of a change: rows of each step, none when a step's need was not met, or why not. */
export type Outcome =
  | { readonly rows: readonly number[] | undefined }
  | { readonly failure: { readonly message: string; readonly code?: string } }

/** The answer to a batch of changes. `locked`: another process has the file, and nothing is done. */
export type Answer = 'locked' | readonly Outcome[]

/** What the thread begins with. */
export interface ThreadData {
  readonly path: string
  /** Becomes 1 when the file is closed. */
  readonly closed: Int32Array
}

/** Starts the thread. A message to it is a batch of changes; `close` ends it. */
export function startWriterThread(data: ThreadData): Worker {
  // Compilers that keep the names of functions put this call into the text.
  return new Worker(`const __name = (value) => value;(${writeChanges})()`, {
    eval: true,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // Else the garbage of a busy moment stays in memory.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
    workerData: data,
  })
}

/**
 * Runs in the thread. It uses nothing from outside itself. All changes of a batch are one
 * transaction, with one sync of the disk; each of them has its whole effect or none.
 */
function writeChanges(): void {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads')
  const { path, closed } = workerData as ThreadData
  const database = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true })
  database.exec('pragma synchronous = full')
  const prepared = new Map<string, ReturnType<typeof database.prepare>>()

  function run({ text, values }: Change[number]): number {
    const statement = prepared.get(text) ?? database.prepare(text)
    prepared.set(text, statement)
    return Number(statement.run(...values).changes)
  }

  function failed(error: unknown): Outcome {
    const { message, code } = error as { readonly message: string; readonly code?: string }
    return { failure: { message, ...(code === undefined ? {} : { code }) } }
  }

  function apply(change: Change): Outcome {
    const rows: number[] = []
    database.exec('savepoint change')
    try {
      for (const step of change) {
        const count = run(step)
        rows.push(count)
        if (step.needs === undefined || count === step.needs) continue
        database.exec('rollback to change; release change')
        return { rows: undefined }
      }
    } catch (error) {
      // A full disk, for example, ends the whole transaction.
      if (!database.isTransaction) throw error
      database.exec('rollback to change; release change')
      return failed(error)
    }
    database.exec('release change')
    return { rows }
  }

  function applyAll(changes: readonly Change[]): Answer {
    try {
      database.exec('begin immediate')
      const outcomes = changes.map(apply)
      database.exec('commit')
      return outcomes
    } catch (error) {
      if (database.isTransaction) database.exec('rollback')
      const { errcode = 0 } = error as { readonly errcode?: number }
      return (errcode & 0xff) === 5 ? 'locked' : changes.map(() => failed(error))
    }
  }

  parentPort?.on('message', (message: 'close' | readonly Change[]) => {
    if (message !== 'close') return parentPort.postMessage(applyAll(message))
    database.close()
    Atomics.store(closed, 0, 1)
    Atomics.notify(closed, 0)
    parentPort.close()
  })
}
