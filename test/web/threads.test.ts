import { expect, it } from 'vitest'
import { createThreads, type Threads } from '../../web/chat/threads.ts'
import { Refused } from '../../web/client/refused.ts'
import type { Wire } from '../../web/client/wire.ts'

/** A list over a server whose answers the test gives, in the order of the requests. */
function ground(): {
  readonly threads: Threads
  readonly asked: readonly (readonly [string, object])[]
  answer(value: unknown): void
} {
  const asked: (readonly [string, object])[] = []
  const waiting: ((value: unknown) => void)[] = []
  const ask: Wire['ask'] = (type, params) => {
    asked.push([type, params])
    return new Promise((resolve) => waiting.push(resolve))
  }
  const unused = async (): Promise<never> => {
    throw new Error('The list sends JSON requests only')
  }
  const wire = { ask, open: unused, signInAgain: unused, headersFor: unused }
  return { threads: createThreads(wire), asked, answer: (value) => waiting.shift()?.(value) }
}

const page = (ids: readonly string[], after?: string) => ({
  data: ids.map((id) => ({ id, title: `About ${id}` })),
  has_more: after !== undefined,
  after,
})
const ids = ({ all }: Threads) => all.map(({ id }) => id)

it('reads the list of conversations page by page, each thread once', async () => {
  const { threads, asked, answer } = ground()
  const first = threads.read()
  answer(page(['a', 'b'], 'b'))
  await first
  expect([ids(threads), threads.hasMore, threads.loaded]).toEqual([['a', 'b'], true, true])
  const second = threads.read()
  answer(page(['b', 'c']))
  await second
  expect([ids(threads), threads.hasMore]).toEqual([['a', 'b', 'c'], false])
  expect(asked.map(([, params]) => params)).toEqual([{ limit: 30 }, { limit: 30, after: 'b' }])
})

it('drops a page of conversations that was asked for before the list was reset', async () => {
  const { threads, answer } = ground()
  const before = threads.read()
  threads.reset()
  const after = threads.read()
  answer(page(['of the first person']))
  answer(page(['of the second person']))
  await Promise.all([before, after])
  expect(ids(threads)).toEqual(['of the second person'])
})

it('keeps the list of conversations as it is when the server refuses a change', async () => {
  const refuse = () => Promise.reject(new Refused(403, 'Not yours'))
  const { threads, answer } = ground()
  const first = threads.read()
  answer(page(['a']))
  await first
  const before = threads.all
  const renamed = threads.rename('a', 'Other')
  answer(refuse())
  await expect(renamed).rejects.toThrow('Not yours')
  const removed = threads.remove('a')
  answer(refuse())
  await expect(removed).rejects.toThrow('Not yours')
  expect(threads.all).toBe(before)
})

it('puts a new conversation first, and an old one without a title nowhere before the list is read', () => {
  const { threads } = ground()
  const head = { status: { type: 'active' }, allowedImageDomains: [], run: undefined } as const
  threads.take({ ...head, id: 'old', title: undefined })
  expect(ids(threads)).toEqual([])
  threads.take({ ...head, id: 'new', title: 'Plans' })
  threads.take({ ...head, id: 'new', title: 'Better plans' })
  expect(threads.all).toEqual([{ id: 'new', title: 'Better plans' }])
})
