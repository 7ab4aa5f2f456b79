// Starts and ends the whole TaskFlow: each part on a loopback port of its own.

import { chmod, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Observer } from 'onbehalf'
import type { Log } from 'onbehalf/log'
import { type Listener, listen } from './listen.ts'
import { taskflowModel } from './model.ts'
import { createParts } from './parts.ts'
import {
  classicUrl,
  literalUrl,
  type SignInMode,
  type TaskflowUrls,
  taskflowUrls,
  thiefUrl,
} from './urls.ts'

/** Options of {@link startTaskflow}. */
export interface TaskflowOptions {
  /** The web port. The other parts take the next seven. */
  readonly port: number
  /** Where keys, tasks and conversations are kept. */
  readonly dataDir: string
  readonly log: Log
  /** Where the model's settings are read from. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where sign-ins are kept. Default `page`. */
  readonly signIn?: SignInMode
  /** Is told when hops begin and end, for telemetry. Default: nobody is. */
  readonly observer?: Observer
}

/** A running TaskFlow. */
export interface Taskflow {
  readonly urls: TaskflowUrls
  /** What to tell people about the model. */
  readonly model: string
  /** Ends everything within a few seconds. Everything that was acknowledged is on disk already. */
  close(): Promise<void>
}

/** The time for all open requests to finish at the end. */
const GRACE_MS = 2000

/**
 * Starts everything.
 *
 * @throws Error or TypeError that says what to change, when a port is taken or a setting is wrong;
 *   nothing is left running.
 */
export async function startTaskflow(options: TaskflowOptions): Promise<Taskflow> {
  const { dataDir, log, signIn = 'page', observer } = options
  const urls = taskflowUrls(options.port)
  // Deletions wait for the person's approval: there is no need to ask twice.
  const model = taskflowModel(options.env, { asksBeforeDeleting: false })
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await chmod(dataDir, 0o700)
  const parts = await createParts({
    urls,
    dataDir,
    model,
    log,
    signIn,
    ...(observer ? { observer } : {}),
  })
  const listeners: Listener[] = []
  const note = join(dataDir, 'demo.json')
  let noted = false
  const close = async () => {
    // Keep another TaskFlow's note: this one may have failed because the other one has the ports.
    if (noted) await rm(note, { force: true })
    // Close the web part first, so that an answer under way still finds the parts that it needs.
    // Close the databases last, when no request can use them.
    const until = performance.now() + GRACE_MS
    for (const listener of listeners.splice(0).reverse())
      await listener.close(Math.max(0, until - performance.now()))
    await parts.close()
  }

  try {
    const at = {
      ...urls,
      classic: classicUrl(urls),
      literal: literalUrl(urls),
      thief: thiefUrl(urls),
    }
    for (const part of [
      'issuer',
      'api',
      'mcp',
      'classic',
      'literal',
      'thief',
      'gateway',
      'web',
    ] as const)
      listeners.push(await listen(Number(new URL(at[part]).port), parts[part]))
    noted = true
    await writeWhole(note, JSON.stringify(urls))
  } catch (error) {
    await close()
    throw error
  }
  return { urls, model: model.description, close }
}

/** Writes a file atomically: a reader sees all of it or nothing. */
async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
}
