import { describe, expect, it } from 'vitest'
import { granted, type Result, refused } from '../../../src/core/errors.ts'
import { beginWaits, waitFor, withDeadline } from '../../../src/core/http/deadline.ts'
import { deferred, reasonOf } from '../parts.ts'

const never = () => new Promise<never>(() => {})

describe('work under a deadline', () => {
  it('work under a deadline gives what the work gives', async () => {
    expect(await withDeadline(10_000, undefined, async () => 7)).toEqual(granted(7))
    expect(await withDeadline(10_000, new AbortController().signal, async () => 7)).toEqual(
      granted(7),
    )
  })

  it.each([
    ['rejects', () => Promise.reject(new Error('canary'))],
    [
      'throws',
      () => {
        throw new Error('canary')
      },
    ],
  ])('work under a deadline drops what the work throws: it %s', async (_, work) => {
    expect(await withDeadline(10_000, undefined, work)).toEqual(refused('issuer_unavailable'))
  })

  it('work under a deadline ends at the deadline, and tells the work, even when the work does not listen', async () => {
    let given: AbortSignal | undefined
    const result = await withDeadline(5, undefined, (signal) => {
      given = signal
      return never()
    })
    expect([reasonOf(result), given?.aborted]).toEqual(['issuer_unavailable', true])
  })

  it('work under a deadline ends when the caller gives up, before it begins or while it waits', async () => {
    expect(
      reasonOf(
        await withDeadline(10_000, AbortSignal.abort(), () => expect.unreachable('it began')),
      ),
    ).toBe('cancelled')
    const controller = new AbortController()
    let given: AbortSignal | undefined
    const waiting = withDeadline(10_000, controller.signal, (signal) => {
      given = signal
      return never()
    })
    controller.abort()
    expect([reasonOf(await waiting), given?.aborted]).toEqual(['cancelled', true])
  })
})

describe('waiting for what others wait for too', () => {
  it('waiting for what others wait for too gives what the work gives', async () => {
    const { signal } = new AbortController()
    expect(await waitFor(Promise.resolve(granted(7)), undefined)).toEqual(granted(7))
    expect(await waitFor(Promise.resolve(granted(7)), signal)).toEqual(granted(7))
  })

  it('waiting for what others wait for too drops what the work throws', async () => {
    const { signal } = new AbortController()
    expect(reasonOf(await waitFor(Promise.reject(new Error('canary')), signal))).toBe(
      'issuer_unavailable',
    )
  })

  it('waiting for what others wait for too ends for one who gives up, and goes on for the others', async () => {
    const controller = new AbortController()
    const work = deferred<Result<number>>()
    const [impatient, patient] = [
      waitFor(work.promise, controller.signal),
      waitFor(work.promise, new AbortController().signal),
    ]
    controller.abort()
    expect(reasonOf(await impatient)).toBe('cancelled')
    work.resolve(granted(7))
    expect(await patient).toEqual(granted(7))
  })

  it('waiting for what others wait for too ends at once for one who has given up already', async () => {
    expect(reasonOf(await waitFor(never(), AbortSignal.abort()))).toBe('cancelled')
  })

  it('waiting for what others wait for too leaves no rejection unhandled after somebody gave up', async () => {
    const unhandled: unknown[] = []
    const listen = (reason: unknown) => void unhandled.push(reason)
    process.on('unhandledRejection', listen)
    try {
      expect(
        reasonOf(await waitFor(Promise.reject(new Error('canary')), AbortSignal.abort())),
      ).toBe('cancelled')
      await new Promise((resolve) => setImmediate(resolve))
    } finally {
      process.off('unhandledRejection', listen)
    }
    expect(unhandled).toEqual([])
  })
})

describe('waiting for one step after another', () => {
  it('waiting for one step after another gives what each step gives, and drops what it throws', async () => {
    const { wait, end } = beginWaits(new AbortController().signal)
    expect(await wait(Promise.resolve(granted(7)))).toEqual(granted(7))
    expect(reasonOf(await wait(Promise.reject(new Error('canary'))))).toBe('issuer_unavailable')
    expect(await wait(Promise.resolve(refused('scope_missing')))).toEqual(refused('scope_missing'))
    end()
  })

  it('waiting for one step after another ends the step under way and every later one when the signal fires', async () => {
    const controller = new AbortController()
    const { wait, end } = beginWaits(controller.signal)
    const step = wait(never())
    controller.abort()
    expect(reasonOf(await step)).toBe('cancelled')
    expect(reasonOf(await wait(Promise.resolve(granted(7))))).toBe('cancelled')
    end()
  })

  it('waiting for one step after another begins no step for one who has given up already, and leaves no rejection unhandled', async () => {
    const { wait, end } = beginWaits(AbortSignal.abort())
    expect(reasonOf(await wait(Promise.reject(new Error('canary'))))).toBe('cancelled')
    end()
  })

  it('waiting for one step after another listens to its signal once, and no more after the end', async () => {
    const { signal } = new AbortController()
    const listened: string[] = []
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listened.push('add')
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listened.push('remove')
      remove(...args)
    }
    const { wait, end } = beginWaits(signal)
    for (let step = 0; step < 5; step++) await wait(Promise.resolve(granted(step)))
    end()
    expect(listened).toEqual(['add', 'remove'])
  })
})
