import { describe, expect, it } from 'vitest'
import { andThen, type Eventual, isToCome, orElse } from '../../src/core/eventual.ts'

describe('going on with a value', () => {
  it('goes on at once when it is there, without a promise', () => {
    expect(andThen(1, (one) => one + 1)).toBe(2)
    expect(andThen(null, () => 'on')).toBe('on')
  })

  it('goes on later when it is to come', async () => {
    const later = andThen<number, number>(Promise.resolve(1), (one) => one + 1)
    expect(later).toBeInstanceOf(Promise)
    expect(await later).toBe(2)
  })

  it('takes whatever can be awaited for a value to come', () => {
    expect(
      [Promise.resolve(1), Object.fromEntries([['then', () => {}]])].map((value) =>
        isToCome<unknown>(value),
      ),
    ).toEqual([true, true])
    const json: unknown = JSON.parse('{"then":{}}')
    expect([1, 'then', null, undefined, {}, json].some((value) => isToCome(value))).toBe(false)
  })
})

it.each<[string, () => Eventual<string>, string]>([
  ['gives what there is', () => 'done', 'done'],
  ['gives what comes', async () => 'done', 'done'],
  [
    'is the other value when it throws',
    () => {
      throw new Error('canary')
    },
    'failed',
  ],
  ['is the other value when it rejects', () => Promise.reject(new Error('canary')), 'failed'],
])('work that may fail %s', async (_, work, expected) => {
  expect(await orElse(work, () => 'failed')).toBe(expected)
})
