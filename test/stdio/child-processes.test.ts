// Which processes there are, whose they are, and when they end. Real processes.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type ChildProcessesOptions,
  childProcesses,
  type OwnedProcesses,
  type ProcessLogEntry,
} from '../../src/stdio/index.ts'
import { deferred } from '../core/parts.ts'
import { requestOf, SECRET, startOf, taken } from './parts.ts'
import { isGone, runs } from './processes.ts'

let processes: OwnedProcesses
let log: ProcessLogEntry[]
let time: number
function make(options: ChildProcessesOptions = {}): OwnedProcesses {
  processes = childProcesses({ log: (entry) => void log.push(entry), now: () => time, ...options })
  return processes
}
beforeEach(() => {
  log = []
  time = Date.now()
  make()
})
afterEach(() => processes.close())

describe('a process', () => {
  it('has the environment that is named, and nothing else of ours', async () => {
    process.env.ONBEHALF_TEST_NAMED = 'named'
    process.env.ONBEHALF_TEST_OTHER = 'other'
    const { ask } = await taken(
      processes,
      requestOf('alice', { set: { env: ['ONBEHALF_TEST_NAMED', 'ONBEHALF_TEST_NONE'] } }),
    )
    const { env } = await ask('about')
    expect(env).toEqual({ TOKEN: SECRET, ONBEHALF_TEST_NAMED: 'named' })
    delete process.env.ONBEHALF_TEST_NAMED
    delete process.env.ONBEHALF_TEST_OTHER
  })

  it('has variables with values, arguments and a folder of its own', async () => {
    const { ask } = await taken(
      processes,
      requestOf('alice', {
        set: { env: { LANG: 'C' }, cwd: '/' },
        start: { ...startOf(), env: {}, args: [...Object.values(startOf('an argument').env)] },
      }),
    )
    expect(await ask('about')).toMatchObject({
      env: { LANG: 'C' },
      args: ['an argument'],
      cwd: '/',
    })
  })

  it('is found in our PATH, which it is not given', async () => {
    const { ask } = await taken(processes, requestOf('alice', { set: { command: 'node' } }))
    expect(await ask('about')).toMatchObject({ env: { TOKEN: SECRET } })
  })

  it('takes no shell: what a shell would read is an argument', async () => {
    const { ask } = await taken(
      processes,
      requestOf('alice', {
        start: { ...startOf(), args: Object.values(startOf('$(id); `id` > /dev/null').env) },
      }),
    )
    expect(await ask('about')).toMatchObject({ args: ['$(id); `id` > /dev/null'] })
  })

  it('that cannot be started is refused, and nothing is told of its arguments', async () => {
    const result = await processes.take(
      requestOf('alice', { set: { command: '/nothing/here', args: [SECRET] } }),
    )
    expect(result).toEqual({
      ok: false,
      refusal: { reason: 'server_unreachable', server: 'Notes' },
    })
    expect(JSON.stringify(log)).not.toContain('canary')
  })
})

describe('the same process', () => {
  it('is given to the same person again, and to nobody else', async () => {
    const first = await taken(processes, requestOf('alice'))
    const { pid } = await first.ask('about')
    first.process.release()
    const bob = await taken(processes, requestOf('bob'))
    expect((await bob.ask('about')).pid).not.toBe(pid)
    const again = await taken(processes, requestOf('alice'))
    expect((await again.ask('about')).pid).toBe(pid)
    expect(first.process.fits(startOf(), {})).toBe(false)
    await expect(first.process.send({ jsonrpc: '2.0', id: 1, method: 'about' })).rejects.toThrow()
  })

  it('is not used twice at once', async () => {
    const one = await taken(processes, requestOf('alice'))
    const two = await taken(processes, requestOf('alice'))
    expect((await one.ask('about')).pid).not.toBe((await two.ask('about')).pid)
  })

  it('is given to nobody with another credential: it ends', async () => {
    const before = await taken(processes, requestOf('alice'))
    const { pid } = await before.ask('about')
    before.process.release()
    const after = await taken(processes, requestOf('alice', { start: startOf('another-key-0123') }))
    expect(await after.ask('about')).toMatchObject({ env: { TOKEN: 'another-key-0123' } })
    await isGone(pid)
  })

  it('hears of one opening: the next one is answered as the first was', async () => {
    const params = { protocolVersion: '2025-11-25', clientInfo: { name: 'app' } }
    const first = await taken(processes, requestOf())
    const answer = await first.ask('initialize', { ...params, _meta: { token: 'one' } })
    await first.process.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
    first.process.release()
    const second = await taken(processes, requestOf())
    const again = { ...params, clientInfo: { name: 'another' }, _meta: { token: 'two' } }
    expect(await second.ask('initialize', again)).toEqual(answer)
    const other = { jsonrpc: '2.0', id: 5, method: 'initialize', params: { capabilities: {} } }
    expect(second.process.fits(startOf(), other)).toBe(false)
  })

  it.each([
    ['a request is not answered', 'never', {}],
    ['it waits for an answer', 'ask', {}],
    ['somebody subscribed to a resource', 'resources/subscribe', { uri: 'a://b' }],
  ])('is not used again when %s', async (_, method, params) => {
    const first = await taken(processes, requestOf())
    const { pid } = await first.ask('about')
    const asking = first.ask(method, params)
    if (method !== 'never') await asking
    first.process.release()
    await isGone(pid)
  })

  it('is not used again after its client took longer than it may wait', async () => {
    const { process, ask } = await taken(processes, requestOf('alice', { set: { idleMs: 10 } }))
    const { pid } = await ask('about')
    process.release()
    await isGone(pid)
  })
})

describe('limits', () => {
  const refusal = { ok: false, refusal: { reason: 'process_limit_reached', server: 'Notes' } }

  it('one person has so many at most', async () => {
    make({ maxPerPerson: 1 })
    await taken(processes, requestOf('alice'))
    expect(await processes.take(requestOf('alice'))).toEqual(refusal)
    await taken(processes, requestOf('bob'))
  })

  it('one server has so many at most', async () => {
    await taken(processes, requestOf('alice', { set: { maxProcesses: 1 } }))
    expect(await processes.take(requestOf('bob', { set: { maxProcesses: 1 } }))).toEqual(refusal)
    await taken(processes, requestOf('bob', { server: 'Other', set: { maxProcesses: 1 } }))
  })

  it('all together are so many at most, also while they start', async () => {
    make({ maxProcesses: 1 })
    const results = await Promise.all(
      ['alice', 'bob'].map((owner) => processes.take(requestOf(owner))),
    )
    expect(results.map(({ ok }) => ok)).toEqual([true, false])
  })

  it('one that waits gives way', async () => {
    make({ maxProcesses: 1 })
    const { process, ask } = await taken(processes, requestOf('alice'))
    const { pid } = await ask('about')
    process.release()
    await taken(processes, requestOf('bob'))
    await isGone(pid)
  })

  it.runIf(process.platform === 'linux')('one with too much memory ends', async () => {
    const { ask, closed } = await taken(
      processes,
      requestOf('alice', { set: { maxMemoryMb: 200 } }),
    )
    await ask('memory')
    await closed
    expect(log).toContainEqual({
      server: 'Notes',
      owner: 'alice',
      kind: 'event',
      text: 'Ended: it used more than 200 MB.',
    })
  })

  it.each([{ maxProcesses: 0 }, { maxPerPerson: 1.5 }, { maxProceses: 1 }])(
    '%j is refused at creation',
    (options) => {
      expect(() => childProcesses(options as ChildProcessesOptions)).toThrow(TypeError)
    },
  )
})

describe('the end', () => {
  it('of a sign-in is that of every process of the person, and of what it started', async () => {
    const used = await taken(processes, requestOf('alice'))
    const waiting = await taken(processes, requestOf('alice'))
    const bob = await taken(processes, requestOf('bob'))
    const pids = [
      (await used.ask('about')).pid,
      (await used.ask('child')).pid,
      (await waiting.ask('about')).pid,
    ]
    waiting.process.release()
    processes.end('alice')
    await used.closed
    await Promise.all(pids.map(isGone))
    expect(runs(Number((await bob.ask('about')).pid))).toBe(true)
  })

  it('of a sign-in comes to a process that is just starting, too', async () => {
    const starting = processes.take(requestOf('alice'))
    processes.end('alice')
    expect(await starting).toMatchObject({ ok: false, refusal: { reason: 'server_unreachable' } })
  })

  it('comes to a process that ignores signals', async () => {
    const { ask, closed } = await taken(processes, requestOf('alice'))
    const { pid } = await ask('about')
    await ask('stay')
    processes.end('alice')
    await closed
    expect(runs(Number(pid))).toBe(false)
  })

  it('comes with that of the credential', async () => {
    const start = startOf(SECRET, time / 1000 + 0.5)
    const { ask, closed } = await taken(processes, requestOf('alice', { start }))
    const { pid } = await ask('about')
    await closed
    expect(runs(Number(pid))).toBe(false)
  })

  it('of the app is waited for, and nothing starts after it', async () => {
    const { ask } = await taken(processes, requestOf('alice'))
    const { pid } = await ask('about')
    await processes.close()
    expect(runs(Number(pid))).toBe(false)
    expect(await processes.take(requestOf('alice'))).toMatchObject({ ok: false })
  })

  it('of a process by itself is told, and it is started again after a pause that grows', async () => {
    for (const pauseMs of [500, 1_000]) {
      const { ask, closed } = await taken(processes, requestOf('alice'))
      await ask('about')
      void ask('end')
      await closed
      expect(await processes.take(requestOf('alice'))).toMatchObject({
        refusal: { reason: 'server_unreachable' },
      })
      await taken(processes, requestOf('bob')).then(({ process }) => process.end())
      time += pauseMs
    }
    expect(log.filter(({ kind }) => kind === 'event').map(({ text }) => text)).toEqual(
      Array(2).fill('It ended by itself (code 7).'),
    )
  })

  it('of a process that has run for a while needs no pause', async () => {
    const { ask, closed } = await taken(processes, requestOf('alice'))
    time += 60_000
    void ask('end')
    await closed
    await taken(processes, requestOf('alice'))
  })
})

describe('what it writes for the operator', () => {
  it('goes to the log alone, cleaned, cut and counted', async () => {
    const written = deferred<void>()
    make({
      log(entry) {
        log.push(entry)
        if (entry.text.startsWith('(more')) written.resolve()
      },
    })
    const { ask } = await taken(
      processes,
      requestOf('alice', { clean: (line) => line.replaceAll(SECRET, '[gone]') }),
    )
    await ask('say', { text: `the key is ${SECRET}\n\u001b[31m${'long '.repeat(5_000)}` })
    await ask('say', { text: Array(300).fill('again').join('\n') })
    await written.promise
    expect(log[0]).toEqual({
      server: 'Notes',
      owner: 'alice',
      kind: 'stderr',
      text: 'the key is [gone]',
    })
    expect(log[1]?.text.length).toBeLessThanOrEqual(200)
    expect(log[1]?.text).not.toContain('\u001b')
    expect(log.length).toBe(121)
  })
})
