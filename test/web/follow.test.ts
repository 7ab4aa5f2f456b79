import { expect, it } from 'vitest'
import { type FollowEnd, type FollowParts, follow } from '../../web/client/follow.ts'
import { Refused } from '../../web/client/refused.ts'
import { readFrames } from '../../web/client/sse.ts'
import { manualClock, manualWaker, type Script, script } from './support.ts'

/** One run that is followed, over connections in the test's hand. */
function ground(patience: number, more: Partial<FollowParts> = {}) {
  const clock = manualClock(patience)
  const { waker, wake } = manualWaker()
  const stop = new AbortController()
  const opened: { readonly after: string | undefined; readonly script: Script }[] = []
  const waiting: ((script: Script) => void)[] = []
  const failures: unknown[] = []
  let settled = true

  function open(after: string | undefined, signal: AbortSignal, onBytes: () => void) {
    const failure = failures.shift()
    if (failure) return Promise.reject(failure)
    const one = script()
    signal.addEventListener('abort', () => one.cut(), { once: true })
    opened.push({ after, script: one })
    waiting.shift()?.(one)
    return Promise.resolve({ trace: undefined, frames: readFrames(one.body, onBytes) })
  }
  const parts: FollowParts = {
    first: (signal, onBytes) => open('first', signal, onBytes),
    again: open,
    joining: false,
    settled: () => settled,
    signal: stop.signal,
    clock,
    waker,
    ...more,
  }
  const seen: string[] = []
  const listeners = new Map<string, () => void>()
  async function drain(): Promise<FollowEnd> {
    const run = follow(parts)
    for (;;) {
      const step = await run.next()
      if (step.done) return step.value
      const news = step.value.kind === 'data' ? step.value.data : step.value.kind
      seen.push(news)
      listeners.get(news)?.()
    }
  }
  return {
    clock,
    wake,
    stop,
    failures,
    opened,
    seen,
    drain,
    told: (news: string) => new Promise<void>((resolve) => void listeners.set(news, resolve)),
    /** The next connection, once it is made. */
    connection: () => new Promise<Script>((resolve) => void waiting.push(resolve)),
    unsettle: () => {
      settled = false
    },
  }
}

it('when the connection breaks, a run goes on from the last event seen, and repeated events are dropped', async () => {
  const { opened, connection, drain, seen, clock } = ground(1000)
  const [first, second] = [connection(), connection()]
  const end = drain()
  const one = await first
  one.raw('id: r.1\ndata: a\n\nid: r.2\ndata: b\n\nid: r.3\ndata: half')
  await one.read()
  one.cut()
  const two = await second
  two.raw('id: r.2\ndata: b\n\nid: r.3\ndata: c\n\n')
  two.end()
  expect(await end).toEqual({ kind: 'over' })
  expect(seen).toEqual(['opened', 'a', 'b', 'lost', 'opened', 'c'])
  expect(opened.map(({ after }) => after)).toEqual(['first', 'r.2'])
  expect(clock.passed).toEqual([250])
})

it('a run that went on has all its attempts again', async () => {
  const { connection, drain, clock } = ground(1000)
  let next = connection()
  const end = drain()
  for (let cut = 1; cut <= 20; cut++) {
    const one = await next
    one.raw(`id: r.${cut}\ndata: a\n\n`)
    await one.read()
    next = connection()
    one.cut()
  }
  ;(await next).end()
  expect(await end).toEqual({ kind: 'over' })
  expect(clock.passed).toEqual(Array.from({ length: 20 }, () => 250))
})

it('a stream without ids is not requested again', async () => {
  const { connection, drain, opened } = ground(60_000)
  const first = connection()
  const end = drain()
  const one = await first
  one.raw('data: a\n\n')
  await one.read()
  one.cut()
  expect(await end).toMatchObject({ kind: 'broken', last: undefined })
  expect(opened.length).toBe(1)
})

it('a first request that got no stream is never repeated, because it may have run', async () => {
  const { drain, failures, opened } = ground(60_000)
  failures.push(new TypeError('network error'))
  await expect(drain()).rejects.toThrow(TypeError)
  expect(opened).toEqual([])
})

it('joining a run again is repeated, longer and longer apart, and given up in the end', async () => {
  const { drain, failures, clock } = ground(30_000, { joining: true })
  failures.push(...Array.from({ length: 20 }, () => new TypeError('network error')))
  expect(await drain()).toMatchObject({ kind: 'broken', last: undefined })
  expect(clock.passed).toEqual([
    250, 1000, 2000, 4000, 8000, 15_000, 15_000, 30_000, 30_000, 30_000, 30_000,
  ])
})

it('a server that is busy says for how long it is left alone; one that refuses is not asked again', async () => {
  const { drain, failures, clock } = ground(40_000, { joining: true })
  failures.push(
    new Refused(503, '', undefined, 7),
    new Refused(429, '', undefined, 40),
    new Refused(404, ''),
  )
  expect(await drain()).toMatchObject({ kind: 'broken', error: { status: 404 } })
  expect(clock.passed).toEqual([7000, 40_000])
})

it('a clean end before everything has ended is checked once', async () => {
  const { drain, connection, opened, unsettle } = ground(0)
  const [first, second] = [connection(), connection()]
  unsettle()
  const end = drain()
  const one = await first
  one.raw('id: r.1\ndata: a\n\n')
  one.end()
  ;(await second).end()
  expect(await end).toEqual({ kind: 'over' })
  expect(opened.map(({ after }) => after)).toEqual(['first', 'r.1'])
})

it('an end long after the last byte is checked once, because a proxy may have caused it', async () => {
  const { drain, connection, opened, clock } = ground(0)
  const [first, second] = [connection(), connection()]
  const end = drain()
  const one = await first
  one.raw('id: r.1\ndata: a\n\n')
  await one.read()
  clock.advance(20_000)
  one.end()
  ;(await second).end()
  expect(await end).toEqual({ kind: 'over' })
  expect(opened.length).toBe(2)
})

it('a stream that is silent for too long is requested again at once', async () => {
  const { drain, connection, clock, seen } = ground(0)
  const [first, second] = [connection(), connection()]
  const end = drain()
  const one = await first
  one.raw('id: r.1\ndata: a\n\n')
  await one.read()
  clock.advance(30_000)
  // A heartbeat is a sign of life.
  one.raw(': still here\n\n')
  await one.read()
  clock.advance(30_000)
  clock.advance(30_000)
  ;(await second).end()
  expect(await end).toEqual({ kind: 'over' })
  expect(seen).toEqual(['opened', 'a', 'lost', 'opened'])
})

it('a stream is requested again when the network is back, and when the page is seen again only if the stream was silent', async () => {
  const { drain, connection, clock, wake, opened } = ground(0)
  const [first, second] = [connection(), connection()]
  const end = drain()
  const one = await first
  one.raw('id: r.1\ndata: a\n\n')
  await one.read()
  wake(false)
  expect(opened.length).toBe(1)
  wake(true)
  const two = await second
  const third = connection()
  two.raw('id: r.2\ndata: b\n\n')
  await two.read()
  clock.advance(11_000)
  wake(false)
  ;(await third).end()
  expect(await end).toEqual({ kind: 'over' })
  expect(opened.map(({ after }) => after)).toEqual(['first', 'r.1', 'r.2'])
})

it('a wait for the next attempt ends when the network is back', async () => {
  const { drain, connection, failures, wake, clock, told } = ground(0, { joining: true })
  failures.push(new TypeError('network error'))
  const next = connection()
  const lost = told('lost')
  const end = drain()
  await lost
  wake(true)
  ;(await next).end()
  expect(await end).toEqual({ kind: 'over' })
  expect(clock.passed).toEqual([])
})

it('a stop ends the following of a run, also while it waits for the next attempt', async () => {
  const { drain, connection, stop } = ground(0)
  const first = connection()
  const end = drain()
  const one = await first
  one.raw('id: r.1\ndata: a\n\n')
  await one.read()
  stop.abort(new Error('stopped'))
  await expect(end).rejects.toThrow('stopped')
})
