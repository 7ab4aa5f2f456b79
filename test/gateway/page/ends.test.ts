// What is at work with a credential when its person takes it back: it ends at once, and on other
// instances within five seconds. What others do goes on.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { pageHouse } from './house.ts'

const ACCOUNT = { which: 'account:Notes' }
const OWN_KEY = { which: 'key:Search', key: 'canary0f-a-key-of-alices-own' }

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const text = async (answer: Response | Promise<Response>) => (await answer).text()

it('ends a call that runs when its account is disconnected; the next one is told to connect', async () => {
  const { browser, call, begun, reached, notes } = await pageHouse()
  const alice = await browser().signIn('alice')
  await alice.connect()
  const running = call('Notes', 'alice', 'wait')
  await begun()
  const answer = await alice.post('disconnect', ACCOUNT)
  expect(answer.headers.get('location')).toContain('done=disconnected')
  expect(await text(running)).toContain('This was stopped before an answer came.')
  expect(reached[0]?.signal.aborted).toBe(true)
  expect(await text(call('Notes', 'alice', 'search'))).toContain('Connect your Notes account')
  expect(reached).toHaveLength(1)
  expect(notes.asked.map(({ path }) => path)).toContain('/revoke')
})

it('ends an answer that is on its way', async () => {
  const { browser, call, begun } = await pageHouse()
  const alice = await browser().signIn('alice')
  await alice.connect()
  const answer = await call('Notes', 'alice', 'stream')
  await begun()
  const rest = answer.text()
  await alice.post('disconnect', ACCOUNT)
  expect(await rest).toContain('it is not known whether this was done')
})

it('ends a call with a key that is removed, and no call of anybody else', async () => {
  const { browser, call, begun, release } = await pageHouse()
  const alice = await browser().signIn('alice')
  const bob = await browser().signIn('bob')
  await alice.post('key', OWN_KEY)
  await bob.post('key', { ...OWN_KEY, key: 'canary0f-a-key-of-bobs-own' })
  await bob.connect()
  const [alices, bobs] = [call('Search', 'alice', 'wait'), call('Search', 'bob', 'wait')]
  const others = call('Notes', 'bob', 'wait')
  await begun(3)
  await bob.post('disconnect', { which: 'key:Search' })
  expect(await text(bobs)).toContain('This was stopped')
  release()
  expect(await text(alices)).toContain('done by search.example')
  expect(await text(others)).toContain('done by notes.example')
})

it.each([
  ['an account', 'Notes', ACCOUNT],
  ['a key', 'Search', OWN_KEY],
])('ends a call with %s on another instance within five seconds', async (_, server, form) => {
  const { browser, call, begun, instance } = await pageHouse()
  const alice = await browser().signIn('alice')
  await alice.connect()
  await alice.post('key', OWN_KEY)
  const running = call(server, 'alice', 'wait', instance())
  await begun()
  await vi.advanceTimersByTimeAsync(6_000)
  await alice.post('disconnect', form)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(await text(running)).toContain('This was stopped')
})

it('ends a call on another instance when the person has connected again since', async () => {
  const { browser, call, begun, instance, clock } = await pageHouse()
  const alice = await browser().signIn('alice')
  await alice.connect()
  const running = call('Notes', 'alice', 'wait', instance())
  await begun()
  await vi.advanceTimersByTimeAsync(3_000)
  await alice.post('disconnect', ACCOUNT)
  clock.forward(1)
  await alice.connect()
  await vi.advanceTimersByTimeAsync(3_000)
  expect(await text(running)).toContain('This was stopped')
})

it('lets a call go on for as long as its credential is there', async () => {
  const { browser, call, begun, release } = await pageHouse()
  const alice = await browser().signIn('alice')
  await alice.connect()
  const running = call('Notes', 'alice', 'wait')
  await begun()
  await vi.advanceTimersByTimeAsync(20_000)
  release()
  expect(await text(running)).toContain('done by notes.example')
})

it('forgets what used a credential that is taken back', async () => {
  const { browser, call } = await pageHouse()
  const alice = await browser().signIn('alice')
  await alice.connect()
  await call('Notes', 'alice', 'search')
  await alice.post('disconnect', ACCOUNT)
  await alice.connect()
  expect(await alice.page()).toContain('Not used yet.')
})
