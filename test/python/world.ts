// The example while it is tested: all that its Python servers get is written down, and so is all that
// the model sees.

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { type Example, startExample } from '../../examples/python/example.ts'
import { freePorts } from '../../examples/taskflow/listen.ts'
import { type Person, signIn } from './person.ts'

/** One line of a record: the head of a request, or a piece of its body. */
interface Recorded {
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** The example, two people, and the records. */
export interface World {
  readonly example: Example
  readonly dataDir: string
  readonly people: Readonly<Record<'alice' | 'bob', Person>>
  /** The bodies of all requests to the model. */
  readonly heard: readonly string[]
  /** What a server got so far. */
  requestsTo(server: 'chat' | 'tasks'): readonly Recorded[]
  /** The run token of the last request to the chat server. */
  lastRunToken(): string
  /** Holds the model's answers from now on, until `release`. */
  hold(): { readonly release: () => void }
  /** Resolves when the model is asked by these many more requests. */
  asked(more: number, before: number): Promise<void>
  close(): Promise<void>
}

/** Starts the example in an empty folder, and signs two people in. */
export async function openWorld(dataDir: string, python: string, browser: Browser): Promise<World> {
  rmSync(dataDir, { recursive: true, force: true })
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const heard: string[] = []
  let held: Promise<void> = Promise.resolve()
  const record = (name: string) => join(dataDir, `${name}.jsonl`)
  const recorder = join(import.meta.dirname, 'recorded.py')
  const example = await startExample({
    port: await freePorts(6),
    dataDir,
    python,
    env: {},
    run: (file) => [recorder, file, record(/(\w+)\.py$/.exec(file)?.[1] ?? '')],
    async onRequest(body) {
      heard.push(body)
      await held
    },
  })
  const requestsTo = (server: 'chat' | 'tasks') => linesOf(record(server))
  try {
    const { page } = example.urls
    const [alice, bob] = [await signIn(browser, page, 'alice'), await signIn(browser, page, 'bob')]
    return {
      example,
      dataDir,
      people: { alice, bob },
      heard,
      requestsTo,
      lastRunToken() {
        const sent = requestsTo('chat').findLast(({ headers }) => headers?.authorization)
        return sent?.headers?.authorization?.replace('Bearer ', '') ?? ''
      },
      hold() {
        let release = () => {}
        held = new Promise((resolve) => (release = resolve))
        return { release }
      },
      async asked(more, before) {
        const deadline = performance.now() + 30_000
        while (heard.length < before + more) {
          if (performance.now() > deadline) throw new Error('the model is not asked')
          await new Promise((next) => setTimeout(next, 50))
        }
      },
      close: example.close,
    }
  } catch (error) {
    await example.close()
    throw error
  }
}

function linesOf(file: string): readonly Recorded[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line): Recorded[] => (line === '' ? [] : [JSON.parse(line)]))
}
