// A whole TaskFlow in this process. It keeps for the test what the parts send to each other, what
// each listener gets, the bytes that a browser gets, the log, and what is printed. It replaces no
// part of the product.

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { closeSync, openSync, writeSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import type { IncomingMessage, Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Observer } from 'onbehalf'
import { createLog, type Log } from 'onbehalf/log'
import { freePorts } from '../../examples/taskflow/listen.ts'
import { startTaskflow } from '../../examples/taskflow/taskflow.ts'
import { PORTS, type SignInMode, type TaskflowUrls } from '../../examples/taskflow/urls.ts'
import { type Exchange, type Fault, recordingFetch } from './recording-fetch.ts'
import { type Visit, type VisitOptions, visit } from './visit.ts'

/** A request as it came to a listener of this process. */
export interface Arrival {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** A running TaskFlow and what was kept of it. */
export interface House {
  readonly urls: TaskflowUrls
  readonly dataDir: string
  /** Everything sent by `fetch` in this process: between the parts, and by tests to the issuer. */
  readonly exchanges: readonly Exchange[]
  /** Everything that came to a listener in this process, whoever sent it. */
  readonly arrivals: readonly Arrival[]
  /** Everything that a browser of the test sent and got. */
  readonly visits: readonly Visit[]
  readonly log: Log
  readonly logLines: readonly string[]
  /** What was written to the console, standard output and standard error. */
  readonly printed: readonly string[]
  /** Sends a request as a browser or curl would. */
  visit(url: string, options?: VisitOptions): Promise<Visit>
  /** Answers some requests between the parts as the network would. */
  fail(fault: Fault | undefined): void
  /** The bytes of every file in the data folder, by relative path. */
  files(): Promise<ReadonlyMap<string, Buffer>>
  /** Ends TaskFlow; what was kept stays. */
  end(): Promise<void>
  /** Ends TaskFlow and removes the data folder. */
  close(): Promise<void>
}

/**
 * Starts a TaskFlow on free ports, with a data folder of its own. It logs at debug level, into
 * memory and into a file.
 */
export async function startHouse(
  env: Readonly<Record<string, string>> = {},
  signIn: SignInMode = 'page',
  observer?: Observer,
): Promise<House> {
  const dataDir = await mkdtemp(join(tmpdir(), 'taskflow-house-'))
  const original = globalThis.fetch
  const recording = recordingFetch(original)
  // Every part reads the global `fetch` when it is made. So this must be set before.
  globalThis.fetch = recording.fetch
  const arrivals: Arrival[] = []
  const onArrival = (message: unknown) => arrivals.push(arrivalOf(message))
  subscribe('http.server.request.start', onArrival)
  const printing = listenToPrinting()
  const file = openSync(join(dataDir, 'taskflow.log'), 'a', 0o600)
  const logLines: string[] = []
  const write = (line: string) => {
    logLines.push(line)
    writeSync(file, line)
  }
  const log = createLog({ level: 'debug', destination: { write } })
  const undo = () => {
    globalThis.fetch = original
    unsubscribe('http.server.request.start', onArrival)
    printing.end()
    closeSync(file)
  }
  const port = await freePorts(PORTS)
  const taskflow = await startTaskflow({
    port,
    dataDir,
    log,
    env,
    signIn,
    ...(observer ? { observer } : {}),
  }).catch((error: unknown) => {
    undo()
    throw error
  })
  const visits: Visit[] = []
  let ended: Promise<void> | undefined
  const end = () => {
    ended ??= taskflow.close().finally(undo)
    return ended
  }

  return {
    urls: taskflow.urls,
    dataDir,
    exchanges: recording.exchanges,
    arrivals,
    visits,
    log,
    logLines,
    printed: printing.texts,
    async visit(url, options) {
      const made = await visit(url, options)
      visits.push(made)
      return made
    },
    fail: recording.fail,
    async files() {
      const entries = await readdir(dataDir, { recursive: true, withFileTypes: true })
      const paths = entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
      return new Map(
        await Promise.all(
          paths.map(async (path) => [relative(dataDir, path), await readFile(path)] as const),
        ),
      )
    },
    end,
    async close() {
      await end()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

function arrivalOf(message: unknown): Arrival {
  const { request, server } = message as {
    readonly request: IncomingMessage
    readonly server: Server
  }
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    method: request.method ?? '',
    url: `http://127.0.0.1:${port}${request.url}`,
    headers: { ...request.headers },
  }
}

/**
 * Collects what goes to the console and what goes to the two streams. A test runner replaces the
 * console, so its lines do not reach the streams.
 */
function listenToPrinting(): { readonly texts: string[]; end(): void } {
  const texts: string[] = []
  const undo: (() => void)[] = []
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write
    stream.write = ((chunk: string | Uint8Array, ...more: []) => {
      texts.push(Buffer.from(chunk).toString('latin1'))
      return write.call(stream, chunk, ...more)
    }) as typeof stream.write
    undo.push(() => {
      stream.write = write
    })
  }
  for (const name of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) {
    const print = console[name]
    console[name] = (...values: unknown[]) => {
      texts.push(values.map(String).join(' '))
      print(...values)
    }
    undo.push(() => {
      console[name] = print
    })
  }
  return { texts, end: () => undo.splice(0).forEach((step) => void step()) }
}
