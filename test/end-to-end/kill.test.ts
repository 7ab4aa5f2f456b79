// Kills the whole TaskFlow with SIGKILL at random moments while two people work, again and again on
// one data folder. What the server has acknowledged must be there afterwards, nothing may be done
// twice, and no conversation may be broken.

import { existsSync, watch } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { freePorts } from '../../examples/taskflow/listen.ts'
import { PORTS, type TaskflowUrls, taskflowUrls } from '../../examples/taskflow/urls.ts'
import { signIn } from '../examples/taskflow/sign-in.ts'
import { LONG } from '../long.ts'
import { type ChatEvent, eventsIn, inputOf, listAll, say, send, tasksOf, textIn } from './chat.ts'
import { retried, temporaryFolder } from './fixtures.ts'
import { kill, type Program, ready, start } from './program.ts'

const ROUNDS = LONG ? 10 : 5
/** The kill comes after a random number of acknowledgements, at most so many in a round. */
const MOST = 45
const SEED = 20_260_728

let dataDir: string
let program: Program | undefined
beforeEach(async () => {
  dataDir = await temporaryFolder()
})
afterEach(async () => {
  if (program) await kill(program)
  program = undefined
  await rm(dataDir, { recursive: true, force: true })
})

/** Starts the server without the runner, so that the signal reaches the server alone. */
function launch(port: number): Program {
  const options = ['--conditions=onbehalf-source', '--disable-warning=ExperimentalWarning']
  program = start(process.execPath, [
    ...options,
    'examples/taskflow/start.ts',
    '--json',
    '--port',
    String(port),
    '--data',
    dataDir,
  ])
  return program
}

async function launched(port: number): Promise<Program> {
  const running = launch(port)
  await ready(running)
  return running
}

/** What one person was told. */
interface Person {
  readonly chat: string
  readonly api: string
  /** Numbers and titles of the tasks that were acknowledged. */
  readonly tasks: Map<number, string>
  /** Of each thread, the ids of the items that were acknowledged, in order. */
  readonly threads: Map<string, string[]>
  /** The thread that was begun in each round. */
  readonly begun: Map<number, string>
}

async function person(urls: TaskflowUrls, name: 'alice' | 'bob'): Promise<Person> {
  const { issuer, chatkit, api } = urls
  const token = (resource: string) => signIn({ issuer, as: name, resource })
  return {
    chat: await token(chatkit),
    api: await token(api),
    tasks: new Map(),
    threads: new Map(),
    begun: new Map(),
  }
}

/** Works until the server is gone. `told` is called for each acknowledgement. */
interface Work {
  readonly urls: TaskflowUrls
  readonly who: Person
  readonly round: number
  readonly told: () => void
}

async function addByApi({ urls, who, round, told }: Work): Promise<void> {
  for (let n = 0; ; n++) {
    const title = `api ${round} ${n}`
    const headers = { authorization: `Bearer ${who.api}`, 'content-type': 'application/json' }
    const response = await fetch(`${urls.api}/tasks`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ title }),
    })
    const { task } = JSON.parse(await response.text())
    expect([response.status, task.title, who.tasks.has(task.id)]).toEqual([201, title, false])
    who.tasks.set(task.id, title)
    told()
  }
}

async function addByChat({ urls, who, round, told }: Work, thread?: string): Promise<void> {
  for (let n = 0; ; n++) {
    const title = `Count sheep ${round}${thread ? 'b' : 'a'}${n}`
    const input = inputOf(`Add a task to ${title.toLowerCase()}`)
    const current: string | undefined = thread ?? who.begun.get(round)
    const response = current
      ? await send(urls.chatkit, who.chat, 'threads.add_user_message', {
          thread_id: current,
          input,
        })
      : await send(urls.chatkit, who.chat, 'threads.create', { input })
    expect(response.status).toBe(200)
    let rest = ''
    const events: ChatEvent[] = []
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      rest += decoder.decode(chunk, { stream: true })
      const whole = rest.slice(0, rest.lastIndexOf('\n\n') + 2)
      rest = rest.slice(whole.length)
      // This is before the parsing. A later kill would give the server time to store what it has
      // acknowledged too early.
      for (const _ of whole.matchAll(/"type":"thread\.item\.done"/g)) told()
      for (const event of eventsIn(whole)) {
        events.push(event)
        note(who, round, event)
      }
    }
    const added = /^Added task (\d+): (.*)\.$/m.exec(textIn(events))
    expect(added?.[2]).toBe(title)
  }
}

/** Notes what an event acknowledges. */
function note(who: Person, round: number, event: ChatEvent): void {
  if (event.type === 'thread.created' && event.thread) {
    who.threads.set(event.thread.id, [])
    who.begun.set(round, event.thread.id)
  }
  if (event.type !== 'thread.item.done' || !event.item) return
  who.threads.get(String(event.item.thread_id))?.push(event.item.id)
  const added = /^Added task (\d+): (.*)\.$/m.exec(textIn([event]))
  if (added) {
    expect(who.tasks.has(Number(added[1]))).toBe(false)
    who.tasks.set(Number(added[1]), added[2] ?? '')
  }
}

/** Checks that everything that was acknowledged is there, whole and once. */
async function check(urls: TaskflowUrls, who: Person): Promise<void> {
  const tasks = await tasksOf(urls.api, who.api)
  const titles = new Map(tasks.map(({ id, title }) => [id, title]))
  expect(titles.size).toBe(tasks.length)
  for (const [id, title] of who.tasks) expect([id, titles.get(id)]).toEqual([id, title])
  expect(new Set(titles.values()).size).toBe(titles.size)

  const threads = (await listAll(urls.chatkit, who.chat, 'threads.list')).map(({ id }) => id)
  expect(new Set(threads).size).toBe(threads.length)
  expect(threads).toEqual(expect.arrayContaining([...who.threads.keys()]))
  const everyItem: string[] = []
  for (const thread_id of threads) {
    const one = await send(urls.chatkit, who.chat, 'threads.get_by_id', { thread_id })
    expect(one.status).toBe(200)
    expect(await one.json()).toMatchObject({ id: thread_id, status: { type: 'active' } })
    const items = await listAll(urls.chatkit, who.chat, 'items.list', { thread_id })
    const ids = items.map(({ id }) => id)
    everyItem.push(...ids)
    const acknowledged = who.threads.get(thread_id) ?? []
    expect(ids.filter((id) => acknowledged.includes(id))).toEqual(acknowledged)
    for (const item of items) expect(isWhole(item)).toBe(true)
  }
  expect(new Set(everyItem).size).toBe(everyItem.length)
}

/** Whether the item is complete: a text has its end, and no step is still at work. */
function isWhole(item: Readonly<Record<string, unknown>>): boolean {
  const text = JSON.stringify(item)
  if (item.type === 'workflow') return !text.includes('"loading"')
  const ends =
    item.type === 'user_message' ? /"text":"(Add a task to .*\d|Help)"/ : /"text":".*[.)”]"/
  return ends.test(text)
}

/** A random number generator that gives the same numbers every time (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Lets both people work until `after` acknowledgements have come, then kills the server. */
async function killedAtWork(
  urls: TaskflowUrls,
  people: readonly Person[],
  round: number,
  after: number,
  running: Program,
) {
  let left = after
  const told = () => {
    left--
    if (left === 0) running.child.kill('SIGKILL')
  }
  const work = people.flatMap((who) => {
    const one = { urls, who, round, told }
    const before = who.begun.get(round - 1)
    return [addByApi(one), addByChat(one), ...(before ? [addByChat(one, before)] : [])]
  })
  const ends = await Promise.allSettled(work)
  expect((await running.ended).signal).toBe('SIGKILL')
  // The only allowed failure is a connection that ended.
  for (const end of ends)
    if (end.status === 'rejected') expect(end.reason).toBeInstanceOf(TypeError)
}

it('TaskFlow keeps after every kill -9 what it acknowledged', { timeout: 120_000 }, async () => {
  const random = randomFrom(SEED)
  let [running, port] = await retried(async () => {
    const free = await freePorts(PORTS)
    return [await launched(free), free] as const
  })
  const urls = taskflowUrls(port)
  const people = [await person(urls, 'alice'), await person(urls, 'bob')]
  for (let round = 1; round <= ROUNDS; round++) {
    await killedAtWork(urls, people, round, 1 + Math.floor(random() * MOST), running)
    running = await launched(port)
    await Promise.all(people.map((who) => check(urls, who)))
  }
  for (const who of people) {
    expect(who.tasks.size).toBeGreaterThan(ROUNDS)
    expect(who.threads.size).toBeGreaterThan(ROUNDS / 2)
    for (const thread of who.threads.keys()) {
      const { text } = await say(urls.chatkit, who.chat, 'Help', thread)
      expect(text).toContain('This is what I can do')
    }
    await check(urls, who)
  }
})

it('TaskFlow that was killed during its first start starts the next time', {
  timeout: 60_000,
}, async () => {
  const port = await freePorts(PORTS)
  for (const file of ['keys/keys.json', 'issuer.db', 'chat.db-wal']) {
    const running = launch(port)
    const watching = watch(dataDir, { recursive: true }, () => {
      if (existsSync(join(dataDir, file))) running.child.kill('SIGKILL')
    })
    await running.ended
    watching.close()
    expect(running.out()).toBe('')
    expect(running.err()).toBe('')
  }
  await launched(port)
  const urls = taskflowUrls(port)
  const alice = await person(urls, 'alice')
  expect((await say(urls.chatkit, alice.chat, 'Add a task to count sheep')).text).toContain(
    'Added task 1',
  )
})
