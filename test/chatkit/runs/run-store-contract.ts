// The contract of the run store port: every adapter passes it.

import { expect, it } from 'vitest'
import type { BeginTerms, NewRun, RunStore } from '../../../src/chatkit/index.ts'

const A = 'owner-a'
const B = 'owner-b'
const LEASE = 15_000

let ids = 0

/** A run to begin. */
function newRun(threadId: string, more: Partial<NewRun> = {}): NewRun {
  ids += 1
  return { id: `run_${ids}`, owner: A, threadId, resumable: true, ...more }
}

function at(now: number, more: Partial<BeginTerms> = {}): BeginTerms {
  return { now, aliveUntil: now + LEASE, most: 100, ...more }
}

/** Runs the contract against stores that `open` makes, each empty. */
export function runStoreContract(open: () => RunStore | Promise<RunStore>): void {
  async function begun(store: RunStore, run: NewRun, terms: BeginTerms): Promise<NewRun> {
    expect(await store.begin(run, terms)).toMatchObject({ began: true })
    return run
  }

  it('a run is found as the newest of its thread, and is nobody else’s', async () => {
    const store = await open()
    const run = newRun('t1', { itemId: 'msg_1', once: { key: 'k', digest: 'd' } })
    expect(await store.begin(run, at(1000))).toEqual({ began: true })
    expect(await store.latest(A, 't1', 1000)).toEqual({
      ...run,
      state: 'running',
      aliveUntil: 1000 + LEASE,
    })
    expect(await store.latest(B, 't1', 1000)).toBeUndefined()
    expect(await store.latest(A, 't2', 1000)).toBeUndefined()
  })

  it.each([true, false])(
    'a thread has one run at a time (resumable: %s), and is free when that one is over',
    async (resumable) => {
      const store = await open()
      const run = await begun(store, newRun('t1', { resumable }), at(1000))
      for (const other of [true, false]) {
        expect(await store.begin(newRun('t1', { resumable: other }), at(2000))).toEqual({
          began: false,
          why: 'busy',
        })
      }
      await begun(store, newRun('t2', { resumable }), at(1000))
      await begun(store, newRun('t1', { resumable, owner: B }), at(1000))
      await store.end(run.id, 'done')
      await begun(store, newRun('t1', { resumable }), at(2000))
    },
  )

  it('one of twenty runs that want a thread at once gets it', async () => {
    const store = await open()
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        store.begin(newRun('t1', { resumable: n % 2 === 0 }), at(1000)),
      ),
    )
    expect(all.filter(({ began }) => began)).toHaveLength(1)
    expect(all.filter((one) => !one.began && one.why === 'busy')).toHaveLength(19)
  })

  it('an owner has at most so many live runs, and dead ones do not count', async () => {
    const store = await open()
    await begun(store, newRun('t1'), at(1000, { most: 2 }))
    await begun(store, newRun('t2'), at(1000, { most: 2, aliveUntil: 90_000 }))
    expect(await store.begin(newRun('t3'), at(1000, { most: 2 }))).toEqual({
      began: false,
      why: 'crowded',
    })
    await begun(store, newRun('t3', { owner: B }), at(1000, { most: 2 }))
    await begun(store, newRun('t3'), at(1000 + LEASE, { most: 2 }))
  })

  it('an owner has at most so many of the runs that begin at once', async () => {
    const store = await open()
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        store.begin(newRun(`t${n}`, { resumable: n % 2 === 0 }), at(1000, { most: 3 })),
      ),
    )
    expect(all.filter(({ began }) => began)).toHaveLength(3)
    expect(all.filter((one) => !one.began && one.why === 'crowded')).toHaveLength(17)
  })

  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])(
    'what follows an interrupted run is the newest one, also when it has ended (resumable: %s, then %s)',
    async (first, then) => {
      const store = await open()
      const dead = await begun(store, newRun('t1', { resumable: first }), at(1000))
      const next = newRun('t1', { resumable: then })
      expect(await store.begin(next, at(1000 + LEASE))).toMatchObject({
        began: true,
        replaced: { id: dead.id, state: 'interrupted' },
      })
      expect(await store.latest(A, 't1', 1000 + LEASE)).toMatchObject({
        id: next.id,
        state: 'running',
      })
      expect(['interrupted', 'done']).toContain(await store.append(dead.id, 1, ['1'], 99_000))
      await store.end(dead.id, 'done')
      expect(await store.latest(A, 't1', 1000 + LEASE)).toMatchObject({
        id: next.id,
        state: 'running',
      })
      await store.end(next.id, 'done')
      expect((await store.latest(A, 't1', 1000 + LEASE))?.state).not.toBe('interrupted')
    },
  )

  it('a used key is refused as repeated before the thread is refused as busy', async () => {
    const store = await open()
    const once = { key: 'k', digest: 'd' }
    const run = await begun(store, newRun('t1', { once }), at(1000))
    await store.end(run.id, 'done')
    await begun(store, newRun('t1', { resumable: false }), at(1000))
    expect(await store.begin(newRun('t1', { once }), at(1000))).toMatchObject({
      why: 'repeated',
      run: { id: run.id },
    })
    expect(
      await store.begin(newRun('t1', { once: { key: 'other', digest: 'd' } }), at(1000)),
    ).toMatchObject({ why: 'busy' })
  })

  it('an owner uses a key once, and the same key of others is another one', async () => {
    const store = await open()
    const once = { key: 'k', digest: 'd' }
    const run = await begun(store, newRun('t1', { once }), at(1000))
    expect(
      await store.begin(newRun('t2', { once: { key: 'k', digest: 'other' } }), at(1000)),
    ).toEqual({
      began: false,
      why: 'repeated',
      run: { ...run, state: 'running', aliveUntil: 1000 + LEASE },
    })
    await begun(store, newRun('t3', { once, owner: B }), at(1000))
    await store.end(run.id, 'done')
    expect(await store.begin(newRun('t2', { once }), at(2000))).toMatchObject({
      why: 'repeated',
      run: { state: 'done' },
    })
  })

  it('the key of a run that was interrupted stays used: that run may have left a message', async () => {
    const store = await open()
    const once = { key: 'k', digest: 'd' }
    const run = await begun(store, newRun('t1', { once }), at(1000))
    await store.end(run.id, 'interrupted')
    expect(await store.begin(newRun('t2', { once }), at(2000))).toMatchObject({
      why: 'repeated',
      run: { id: run.id, state: 'interrupted' },
    })
  })

  it.each([true, false])('a dropped run leaves no trace (resumable: %s)', async (resumable) => {
    const store = await open()
    const once = { key: 'k', digest: 'd' }
    const run = await begun(store, newRun('t1', { once, resumable }), at(1000))
    const light = await begun(store, newRun('t2', { resumable }), at(1000))
    const woken = new Promise((resolve) => store.watch(run.id, resolve))
    if (resumable) await store.append(run.id, 1, ['1'])
    await store.drop(run.id)
    await store.drop(light.id)
    await store.drop('none')
    await woken
    expect(await store.latest(A, 't1', 1000)).toBeUndefined()
    expect(await store.events(run.id, 0, 10)).toEqual([])
    expect(await store.append(run.id, 1, [], 2000)).toBe('done')
    await begun(store, newRun('t3', { once, resumable }), at(1000, { most: 1 }))
  })

  it('the run after an interrupted one stays the newest when it is over, unless it is dropped', async () => {
    const store = await open()
    const run = await begun(store, newRun('t1'), at(1000))
    await store.end(run.id, 'interrupted')
    const nothing = await begun(store, newRun('t1', { resumable: false }), at(2000))
    await store.drop(nothing.id)
    expect(await store.latest(A, 't1', 2000)).toMatchObject({ id: run.id, state: 'interrupted' })
    const retry = await begun(store, newRun('t1', { resumable: false }), at(2000))
    await store.end(retry.id, 'done')
    expect(await store.latest(A, 't1', 2000)).toMatchObject({ id: retry.id, state: 'done' })
    expect(await store.begin(newRun('t1'), at(2000))).toEqual({ began: true })
  })

  it('events are kept in their order and read in pages', async () => {
    const store = await open()
    const { id } = await begun(store, newRun('t1'), at(1000))
    const many = await begun(store, newRun('t2'), at(1000))
    const all = Array.from({ length: 300 }, (_, n) => `${n}`)
    expect(await store.append(many.id, 1, all, 2000)).toBe('running')
    expect(await store.events(many.id, 0, 1000)).toEqual(all)
    const text = '{"n":"\\u0000 \u{1f469}\u200d\u{1f4bb} \\ud800"}'
    expect(await store.append(id, 1, ['"a"', text], 2000)).toBe('running')
    expect(await store.append(id, 3, [], 3000)).toBe('running')
    expect(await store.append(id, 3, ['"c"'], 4000)).toBe('running')
    expect(await store.events(id, 0, 10)).toEqual(['"a"', text, '"c"'])
    expect(await store.events(id, 1, 1)).toEqual([text])
    expect(await store.events(id, 3, 10)).toEqual([])
    expect(await store.events('none', 0, 10)).toEqual([])
    expect(await store.latest(A, 't1', 1000)).toMatchObject({ aliveUntil: 4000 })
  })

  it.each([[2], [4]])(
    'events numbered from %i, when 3 is next, are refused and not stored',
    async (first) => {
      const store = await open()
      const { id } = await begun(store, newRun('t1'), at(1000))
      await store.append(id, 1, ['1', '2'], 2000)
      await expect(store.append(id, first, ['3', '4'], 2000)).rejects.toThrow()
      expect(await store.events(id, 0, 10)).toEqual(['1', '2'])
    },
  )

  it('an append without a time keeps the time of the run, and one with a time moves it, also of a run that stops', async () => {
    const store = await open()
    const { id } = await begun(store, newRun('t1'), at(1000))
    await store.append(id, 1, ['1'])
    expect(await store.latest(A, 't1', 1000)).toMatchObject({ aliveUntil: 1000 + LEASE })
    await store.stop(A, 't1')
    expect(await store.append(id, 2, [], 99_000)).toBe('stopping')
    expect(await store.latest(A, 't1', 1000)).toMatchObject({ aliveUntil: 99_000 })
  })

  it('appends of many runs at once are each kept or refused by themselves', async () => {
    const store = await open()
    const [fine, stopped, over, gone, gap] = await Promise.all(
      ['t1', 't2', 't3', 't4', 't5'].map((thread) => begun(store, newRun(thread), at(1000))),
    )
    if (!fine || !stopped || !over || !gone || !gap) throw new Error('A run did not begin')
    await store.stop(A, 't2')
    await store.end(over.id, 'interrupted')
    await store.drop(gone.id)
    const append = (id: string, first: number, event: string) =>
      store.append(id, first, [event]).catch((error) => error)
    expect(
      await Promise.all([
        append(fine.id, 1, 'a'),
        append(gap.id, 2, 'x'),
        append(stopped.id, 1, 'b'),
        append(over.id, 1, 'x'),
        append(gone.id, 1, 'x'),
        append('none', 1, 'x'),
        append(fine.id, 2, 'c'),
        store.append(stopped.id, 1, [], 99_000),
      ]),
    ).toEqual([
      'running',
      expect.any(TypeError),
      'stopping',
      'interrupted',
      'done',
      'done',
      'running',
      'stopping',
    ])
    const logs = [fine, stopped, over, gone, gap].map(({ id }) => store.events(id, 0, 10))
    expect(await Promise.all(logs)).toEqual([['a', 'c'], ['b'], [], [], []])
  })

  it('a watcher is told when only events came, and nothing less when anything else may have changed', async () => {
    const store = await open()
    const { id } = await begun(store, newRun('t1'), at(1000))
    const told: unknown[] = []
    const unwatch = store.watch(id, (news) => told.push(news))
    await store.append(id, 1, ['1'])
    await store.stop(A, 't1')
    await store.end(id, 'done')
    unwatch()
    expect(told.filter((news) => news !== undefined && news !== 'events')).toEqual([])
    expect(told.filter((news) => news === undefined).length).toBeGreaterThanOrEqual(2)
  })

  it('a run that is asked to stop reads that from append, and goes on until it ends', async () => {
    const store = await open()
    const { id } = await begun(store, newRun('t1'), at(1000))
    await store.stop(B, 't1')
    expect(await store.append(id, 1, ['1'], 2000)).toBe('running')
    await store.stop(A, 't1')
    expect(await store.append(id, 2, ['2'], 2000)).toBe('stopping')
    expect(await store.latest(A, 't1', 1000)).toMatchObject({ state: 'stopping' })
    expect(await store.begin(newRun('t1'), at(1000))).toEqual({ began: false, why: 'busy' })
    await store.end(id, 'done')
    await store.stop(A, 't1')
    expect(await store.latest(A, 't1', 1000)).toMatchObject({ state: 'done' })
    expect(await store.events(id, 0, 10)).toEqual(['1', '2'])
  })

  it('a run that gives no sign of life is interrupted, cannot write any more, and is replaced by the next one', async () => {
    const store = await open()
    const run = await begun(store, newRun('t1'), at(1000))
    await store.append(run.id, 1, ['1'], 1000 + LEASE)
    const next = newRun('t1')
    const replaced = { ...run, state: 'interrupted', aliveUntil: 1000 + LEASE }
    expect(await store.begin(next, at(1000 + LEASE))).toEqual({ began: true, replaced })
    expect(await store.append(run.id, 2, ['2'], 99_000)).toBe('interrupted')
    await store.end(run.id, 'done')
    expect(await store.events(run.id, 0, 10)).toEqual(['1'])
    expect(await store.append(next.id, 1, ['n'], 99_000)).toBe('running')
  })

  it('latest interrupts a dead run and wakes its watchers', async () => {
    const store = await open()
    const run = await begun(store, newRun('t1'), at(1000))
    const woken = new Promise((resolve) => store.watch(run.id, resolve))
    expect(await store.latest(A, 't1', 999 + LEASE)).toMatchObject({ state: 'running' })
    expect(await store.latest(A, 't1', 1000 + LEASE)).toMatchObject({ state: 'interrupted' })
    await woken
    expect(await store.append(run.id, 1, ['1'], 99_000)).toBe('interrupted')
  })

  it('a watcher is woken by events, by a stop and by the end', async () => {
    const store = await open()
    const { id } = await begun(store, newRun('t1'), at(1000))
    for (const act of [
      () => store.append(id, 1, ['1'], 2000),
      () => store.stop(A, 't1'),
      () => store.end(id, 'done'),
      () => store.forget(A, 't1'),
    ]) {
      let unwatch = () => {}
      const woken = new Promise((resolve) => {
        unwatch = store.watch(id, resolve)
      })
      await act()
      await woken
      unwatch()
    }
  })

  it('a deleted thread has no runs, and a run that still writes is told that it is over', async () => {
    const store = await open()
    const { id } = await begun(store, newRun('t1', { once: { key: 'k', digest: 'd' } }), at(1000))
    await begun(store, newRun('t1', { owner: B }), at(1000))
    await store.append(id, 1, ['0'])
    await store.forget(A, 't1')
    expect(await store.latest(A, 't1', 1000)).toBeUndefined()
    expect(await store.latest(B, 't1', 1000)).toBeDefined()
    expect(await store.append(id, 1, ['1'], 2000)).toBe('done')
    expect(await store.events(id, 0, 10)).toEqual([])
    await begun(store, newRun('t1', { once: { key: 'k', digest: 'd' } }), at(1000))
  })

  it('the events of an ended run are kept until the next run begins', async () => {
    const store = await open()
    const run = await begun(store, newRun('t1'), at(1000))
    await store.append(run.id, 1, ['1'], 2000)
    await store.end(run.id, 'done')
    expect(await store.events(run.id, 0, 10)).toEqual(['1'])
    await begun(store, newRun('t1'), at(2000))
    expect(await store.events(run.id, 0, 10)).toEqual([])
  })

  it('ended runs and their keys are forgotten after a day', async () => {
    const store = await open()
    const once = { key: 'k', digest: 'd' }
    const run = await begun(store, newRun('t1', { once }), at(1000))
    await store.append(run.id, 1, ['1'])
    await store.end(run.id, 'done')
    const day = 24 * 3600 * 1000
    expect(await store.begin(newRun('t2', { once }), at(day - 1000))).toMatchObject({
      why: 'repeated',
    })
    await begun(store, newRun('t3'), at(2 * day))
    await begun(store, newRun('t2', { once }), at(2 * day))
    expect(await store.latest(A, 't1', 2 * day)).toBeUndefined()
    expect(await store.events(run.id, 0, 10)).toEqual([])
  })

  it('no event outlives its thread that is deleted while its answer is written', async () => {
    const store = await open()
    for (let round = 0; round < 10; round += 1) {
      const { id } = await begun(store, newRun('t1'), at(1000))
      await Promise.all([
        store.append(id, 1, ['1']).then(() => store.append(id, 2, ['2']).catch(() => {})),
        store.append(id, 1, [], 99_000).then(() => store.forget(A, 't1')),
      ])
      expect(await store.events(id, 0, 10)).toEqual([])
    }
  })
}
