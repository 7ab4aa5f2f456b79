// Two instances, each a process of its own, over one real PostgreSQL. A stream goes on on the other
// instance, one instance is killed in the middle of an answer, PostgreSQL is gone and comes back,
// and two people come at once.

import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { errorText } from '../../../src/chatkit/protocol/named-text.ts'
import { eventsIn, inputOf, listAll, say, send, textIn } from '../../end-to-end/chat.ts'
import { kill, type Program, start } from '../../end-to-end/program.ts'
import { LONG } from '../../long.ts'
import { openLine } from '../../store/postgres/line.ts'
import { type PostgresServer, startPostgres } from '../../store/postgres/server.ts'

let postgres: PostgresServer
let env: Readonly<Record<string, string>>
const programs: Program[] = []

beforeEach(async () => {
  postgres = await startPostgres({ durable: true })
  env = {
    PGHOST: postgres.host,
    PGPORT: String(postgres.port),
    PGUSER: postgres.user,
    PGDATABASE: await postgres.database(),
  }
})
afterEach(async () => {
  await Promise.all(programs.splice(0).map(kill))
  await postgres.close()
})

interface Instance {
  readonly program: Program
  readonly chatkit: string
  /** What the answer that is being written says next; `END` ends it. */
  word(text: string): Promise<void>
}

async function instance(more: Readonly<Record<string, string>> = {}): Promise<Instance> {
  const program = start(
    process.execPath,
    ['--conditions=onbehalf-source', 'test/chatkit/runs/instance-child.ts'],
    {
      env: { ...env, ...more },
    },
  )
  programs.push(program)
  const { port } = z.object({ port: z.number() }).parse(JSON.parse(await program.firstLine))
  const origin = `http://127.0.0.1:${port}`
  return {
    program,
    chatkit: `${origin}/chatkit`,
    async word(text) {
      await fetch(`${origin}/word`, { method: 'POST', body: text })
    },
  }
}

interface Followed {
  /** Reads until so many events have come. */
  until(count: number): Promise<void>
  /** Reads to the end. */
  end(): Promise<void>
  cancel(): Promise<void>
  readonly ids: string[]
  readonly events: { readonly type: string; readonly [field: string]: unknown }[]
}

const content = z.array(z.looseObject({ text: z.string() }))
const wireThread = z.looseObject({
  items: z.object({ data: z.array(z.looseObject({ id: z.string(), type: z.string(), content })) }),
})
const frameOf = z.looseObject({ type: z.string() })

/** A stream in resumable mode, read event by event. */
async function follow(
  chatkit: string,
  who: string,
  type: string,
  params: object,
): Promise<Followed> {
  const response = await fetch(chatkit, {
    method: 'POST',
    headers: { authorization: `Bearer ${who}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type, params, metadata: { 'onbehalf/resumable': true } }),
  })
  if (response.status !== 200 || !response.body)
    throw new Error(`${response.status} ${await response.text()}`)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  const followed: Followed = {
    ids: [],
    events: [],
    until: (count) => read(() => followed.events.length >= count),
    end: () => read(() => false),
    cancel: () => reader.cancel(),
  }
  let rest = ''
  async function read(enough: () => boolean): Promise<void> {
    while (!enough()) {
      const { value, done } = await reader.read()
      if (done) return
      rest += value
      const frames = rest.split('\n\n')
      rest = frames.pop() ?? ''
      for (const frame of frames) {
        const [, id, data] = /^(?:id: (\S+)\n)?data: (.*)$/.exec(frame) ?? []
        if (id !== undefined) followed.ids.push(id)
        followed.events.push(frameOf.parse(JSON.parse(data ?? '')))
      }
    }
  }
  return followed
}

const slowly = { input: inputOf('slowly') }
/** What an answer begins with: thread, message, options, the pending item. */
const BEGUN = 4
const threadOf = ({ events: [created] }: Followed) =>
  z.looseObject({ id: z.string() }).parse(created?.thread).id
const deltas = (events: Followed['events']) =>
  events.flatMap(({ update }) => {
    const parsed = z.looseObject({ delta: z.string() }).safeParse(update)
    return parsed.success ? [parsed.data.delta] : []
  })

it('an answer goes on without its client, and the other instance gives each of the other events once', async () => {
  const [one, other] = [await instance(), await instance()]
  const first = await follow(one.chatkit, 'alice', 'threads.create', slowly)
  await first.until(BEGUN)
  await one.word('a')
  await first.until(BEGUN + 1)
  const thread_id = threadOf(first)
  await first.cancel()
  await one.word('b')
  const rest = await follow(other.chatkit, 'alice', 'onbehalf.runs.resume', {
    thread_id,
    after: first.ids.at(-1),
  })
  await rest.until(1)
  await one.word('c')
  await one.word('END')
  await rest.end()
  expect([...deltas(first.events), ...deltas(rest.events)]).toEqual(['a', 'b', 'c'])
  expect(new Set([...first.ids, ...rest.ids]).size).toBe(first.ids.length + rest.ids.length)
  expect(rest.events.at(-1)).toMatchObject({ type: 'thread.item.done' })
  expect((await send(other.chatkit, 'bob', 'onbehalf.runs.resume', { thread_id })).status).toBe(404)
})

it('a thread takes one message at a time over all instances, and any instance can stop its run', async () => {
  const [one, other] = [await instance(), await instance()]
  const first = await follow(one.chatkit, 'alice', 'threads.create', slowly)
  await first.until(BEGUN)
  await one.word('half')
  await first.until(BEGUN + 1)
  const thread_id = threadOf(first)
  const busy = await send(other.chatkit, 'alice', 'threads.add_user_message', {
    thread_id,
    input: inputOf('more'),
  })
  expect([busy.status, await busy.json()]).toMatchObject([409, { code: 'thread_busy' }])
  expect((await send(other.chatkit, 'bob', 'onbehalf.runs.stop', { thread_id })).status).toBe(404)
  expect((await send(other.chatkit, 'alice', 'onbehalf.runs.stop', { thread_id })).status).toBe(200)
  await first.end()
  const items = await listAll(other.chatkit, 'alice', 'items.list', { thread_id })
  expect(items.map(({ type }) => type)).toEqual(['user_message', 'assistant_message'])
  expect(JSON.stringify(items)).toContain('"half"')
  expect((await say(other.chatkit, 'alice', 'more', thread_id)).text).toBe('alice said more')
})

it('after an instance is killed in mid-answer, the other one shows the run as interrupted and tries it again', async () => {
  const LEASE = { LEASE: '1500' }
  const [one, other] = [await instance(LEASE), await instance(LEASE)]
  const first = await follow(one.chatkit, 'alice', 'threads.create', slowly)
  await first.until(BEGUN)
  await one.word('half')
  await first.until(BEGUN + 1)
  const thread_id = threadOf(first)
  await kill(one.program)
  await first.end().catch(() => {})
  // It waits for the dead instance to be noticed, and then says so.
  const rest = await follow(other.chatkit, 'alice', 'onbehalf.runs.resume', {
    thread_id,
    after: first.ids.at(-1),
  })
  await rest.end()
  expect(rest.events).toEqual([
    {
      type: 'error',
      code: 'custom',
      ...errorText('interrupted'),
      allow_retry: true,
    },
  ])
  const thread = wireThread.parse(
    await (await send(other.chatkit, 'alice', 'threads.get_by_id', { thread_id })).json(),
  )
  expect(thread).toMatchObject({ onbehalf_run: { state: 'interrupted' } })
  expect(thread.items.data.map(({ type }) => type)).toEqual(['user_message', 'assistant_message'])
  expect(thread.items.data[1]?.content[0]?.text).toBe('half')
  const item_id = thread.items.data[0]?.id
  const again = await follow(other.chatkit, 'alice', 'threads.retry_after_item', {
    thread_id,
    item_id,
  })
  await again.until(2)
  await other.word('whole')
  await other.word('END')
  await again.end()
  const after = wireThread.parse(
    await (await send(other.chatkit, 'alice', 'threads.get_by_id', { thread_id })).json(),
  )
  expect(after).not.toHaveProperty('onbehalf_run')
  expect(after.items.data[1]?.content[0]?.text).toBe('whole')
})

it('when PostgreSQL goes and comes back, requests fail soon, none hangs, and nothing acknowledged is lost', async () => {
  const one = await instance()
  const before = await say(one.chatkit, 'alice', 'before')
  const running = await follow(one.chatkit, 'alice', 'threads.create', slowly)
  await running.until(BEGUN)
  await postgres.crash()
  const failed = await Promise.all([
    send(one.chatkit, 'alice', 'threads.list', {}),
    send(one.chatkit, 'alice', 'threads.get_by_id', { thread_id: before.threadId }),
    send(one.chatkit, 'alice', 'threads.add_user_message', {
      thread_id: before.threadId,
      input: inputOf('lost'),
    }),
    send(one.chatkit, 'alice', 'threads.create', { input: inputOf('lost') }),
    send(one.chatkit, 'alice', 'threads.delete', { thread_id: before.threadId }),
  ])
  for (const response of failed) {
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({
      code: 'unavailable',
      message: expect.any(String),
    })
    expect(response.headers.get('retry-after')).toBe('5')
  }
  // The answer under way cannot be kept any more, so its stream ends and says so.
  await one.word('late')
  await running.end()
  expect(running.events.at(-1)).toMatchObject({ type: 'error', allow_retry: true })
  await postgres.start()
  expect(textIn(eventsIn((await say(one.chatkit, 'alice', 'after', before.threadId)).raw))).toBe(
    'alice said after',
  )
  const items = await listAll(one.chatkit, 'alice', 'items.list', { thread_id: before.threadId })
  expect(items.map(({ type }) => type)).toEqual([
    'user_message',
    'assistant_message',
    'user_message',
    'assistant_message',
  ])
  expect(JSON.stringify(items)).not.toContain('lost')
  expect(one.program.err()).not.toContain('lost')
})

/** Seconds for which PostgreSQL is gone. */
const OUTAGE = LONG ? 30 : 6

it('when PostgreSQL is gone for a while, every request is answered soon, and both instances recover by themselves', async () => {
  const instances = [await instance(), await instance()]
  const [one] = instances
  if (!one) throw new Error('There is no instance')
  const before = await say(one.chatkit, 'alice', 'before')
  await postgres.crash()
  const until = performance.now() + OUTAGE * 1000
  const ask = async ({ chatkit }: Instance, type: string, params: object) => {
    const asked = performance.now()
    const response = await send(chatkit, 'alice', type, params)
    expect([response.status, await response.json()]).toMatchObject([503, { code: 'unavailable' }])
    return performance.now() - asked
  }
  const slowest = await Promise.all(
    instances.map(async (each) => {
      let longest = 0
      while (performance.now() < until) {
        longest = Math.max(
          longest,
          await ask(each, 'threads.list', {}),
          await ask(each, 'threads.create', slowly),
        )
      }
      return longest
    }),
  )
  for (const longest of slowest) expect(longest).toBeLessThan(5000)
  await postgres.start()
  for (const { chatkit } of instances) {
    await say(chatkit, 'alice', 'after', before.threadId)
    expect(await listAll(chatkit, 'alice', 'threads.list', {})).toHaveLength(1)
  }
  // What wakes readers is listened for again, too: an answer of the one is followed on the other.
  const first = await follow(one.chatkit, 'alice', 'threads.create', slowly)
  await first.until(BEGUN)
  const there = await follow(instances[1]?.chatkit ?? '', 'alice', 'onbehalf.runs.resume', {
    thread_id: threadOf(first),
  })
  await there.until(BEGUN)
  await one.word('again')
  await there.until(BEGUN + 1)
  await one.word('END')
  await Promise.all([first.end(), there.end()])
  expect(deltas(there.events)).toEqual(['again'])
}, 90_000)

it('when PostgreSQL hangs, requests fail within the timeouts, and work again when it does', async () => {
  const line = await openLine(postgres.port)
  onTestFinished(() => line.close())
  const one = await instance({ PGPORT: String(line.port) })
  const { threadId } = await say(one.chatkit, 'alice', 'before')
  line.freeze()
  const asked = performance.now()
  const failed = await Promise.all([
    send(one.chatkit, 'alice', 'threads.list', {}),
    send(one.chatkit, 'alice', 'threads.create', { input: inputOf('lost') }),
    send(one.chatkit, 'alice', 'threads.add_user_message', {
      thread_id: threadId,
      input: inputOf('lost'),
    }),
  ])
  expect(failed.map(({ status }) => status)).toEqual([503, 503, 503])
  expect(performance.now() - asked).toBeLessThan(10_000)
  line.thaw()
  expect((await say(one.chatkit, 'alice', 'after', threadId)).text).toBe('alice said after')
  expect(await listAll(one.chatkit, 'alice', 'threads.list', {})).toHaveLength(1)
}, 60_000)

describe('two people at once over two instances', () => {
  // Six operations each, for two people: 10,000 in the long run.
  const rounds = LONG ? 834 : 100
  const timeoutMs = LONG ? 1_800_000 : 300_000

  it(
    `see nothing of each other in ${rounds * 12} interleaved operations`,
    async () => {
      const urls = [(await instance()).chatkit, (await instance()).chatkit]
      const people = ['alice', 'bob']
      const seen = new Map<string, string[]>(people.map((who) => [who, []]))
      const turn = async (who: string, n: number) => {
        const [here = '', there = ''] = n % 2 === 0 ? urls : urls.toReversed()
        const { threadId, raw } = await say(here, who, `CANARY-${who}-${n}`)
        const more = await say(there, who, `CANARY-${who}-more-${n}`, threadId)
        const pages = await Promise.all([
          send(here, who, 'threads.get_by_id', { thread_id: threadId }),
          send(there, who, 'threads.list', { limit: 100 }),
          send(here, who, 'items.list', { thread_id: threadId }),
          send(there, who === 'alice' ? 'bob' : 'alice', 'items.list', { thread_id: threadId }),
        ])
        expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 404])
        const texts = await Promise.all(pages.map((page) => page.text()))
        seen.get(who)?.push(raw, more.raw, ...texts.slice(0, 3))
        seen.get(who === 'alice' ? 'bob' : 'alice')?.push(texts[3] ?? '')
      }
      await Promise.all(
        people.flatMap((who) =>
          Array.from({ length: 4 }, async (_, worker) => {
            for (let n = worker; n < rounds; n += 4) await turn(who, n)
          }),
        ),
      )
      for (const [who, texts] of seen) {
        const all = texts.join('\n')
        expect(all).toContain(`CANARY-${who}-0`)
        expect(all).not.toContain(`CANARY-${who === 'alice' ? 'bob' : 'alice'}`)
      }
    },
    timeoutMs,
  )
})
