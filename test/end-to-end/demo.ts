// TaskFlow in the test's own process, with a data folder of its own, its log in memory.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createLog } from 'onbehalf/log'
import { freePorts } from '../../examples/taskflow/listen.ts'
import { startTaskflow } from '../../examples/taskflow/taskflow.ts'
import { PORTS, type TaskflowUrls } from '../../examples/taskflow/urls.ts'

export interface Demo {
  readonly urls: TaskflowUrls
  readonly dataDir: string
  /** The log's lines, parsed. */
  readonly lines: LogLine[]
  stop(): Promise<void>
}

/** A line of the log. */
export type LogLine = Readonly<Record<string, unknown>>

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'taskflow-end-to-end-'))
}

/** Collects what is logged. */
export function memoryLog() {
  const lines: LogLine[] = []
  return { lines, log: createLog({ level: 'debug', destination: { write: (line) => void lines.push(JSON.parse(line)) } }) }
}

/** Starts everything. Other test files look for free ports at the same time, so a port that is taken meanwhile is tried again elsewhere. */
export async function startDemo(): Promise<Demo> {
  const dataDir = await temporaryFolder()
  const { lines, log } = memoryLog()
  const taskflow = await retried(async () => startTaskflow({ port: await freePorts(PORTS), dataDir, log, env: {} }))
  return {
    urls: taskflow.urls,
    dataDir,
    lines,
    async stop() {
      await taskflow.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Runs a start again when somebody else took one of its ports first. */
export async function retried<T>(begin: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await begin()
    } catch (error) {
      if (attempt === 5 || !(error instanceof Error && error.message.includes('is in use'))) throw error
    }
  }
}

/** How many rows each table of the chat and of the tasks has. */
export function rowCounts(dataDir: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const file of ['chat.db', 'tasks.db']) {
    const database = new DatabaseSync(join(dataDir, file), { readOnly: true })
    for (const { name } of database.prepare("select name from sqlite_master where type = 'table'").all())
      counts[`${file} ${name}`] = Number(database.prepare(`select count(*) as n from "${name}"`).get()?.n)
    database.close()
  }
  return counts
}
