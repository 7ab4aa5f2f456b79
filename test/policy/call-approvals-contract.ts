// What every store of calls that wait for a yes must do. No test lives here by itself.

import { describe, expect, it, onTestFinished } from 'vitest'
import type { CallApprovals, Question } from '../../src/policy/index.ts'

/** Two stores over the same questions, as two instances of an app have them. */
interface Made {
  readonly stores: readonly [CallApprovals, CallApprovals]
  close?(): void
}

const NOW = 1_800_000_000_000
const MINUTE = 60_000
const YES = { approves: true, now: NOW, endsAt: NOW + 5 * MINUTE }

function question(id: string, more: Partial<Question> = {}): Question {
  return {
    id,
    owner: 'alice',
    key: 'k1',
    server: 'Pay',
    tool: 'send',
    arguments: '{"amount":5}',
    askedAt: NOW,
    endsAt: NOW + MINUTE,
    ...more,
  }
}

export function callApprovalsContract(name: string, make: () => Made | Promise<Made>): void {
  async function made(): Promise<readonly [CallApprovals, CallApprovals]> {
    const { stores, close } = await make()
    if (close) onTestFinished(() => close())
    return stores
  }

  describe(`calls that wait for a yes in ${name}`, () => {
    it('are asked about once, and seen by every instance', async () => {
      const [one, other] = await made()
      expect(await one.ask(question('q1'))).toEqual({ id: 'q1', state: 'waiting' })
      expect(await other.ask(question('q2'))).toEqual({ id: 'q1', state: 'waiting' })
      const { owner: _, key: __, ...asked } = question('q1')
      expect(await other.waiting('alice', NOW)).toEqual([asked])
      expect(await other.waiting('bob', NOW)).toEqual([])
    })

    it('are made once by one yes, however many instances ask at once', async () => {
      const stores = await made()
      await stores[0].ask(question('q1'))
      expect(await stores[0].use('q1', NOW)).toBe(false)
      expect(await stores[1].decide('alice', 'q1', YES)).toBe(true)
      expect(await stores[0].ask(question('q2'))).toEqual({ id: 'q1', state: 'approved' })
      expect(await stores[0].waiting('alice', NOW)).toEqual([])
      const used = Array.from({ length: 20 }, (_, index) =>
        (stores[index % 2] ?? stores[0]).use('q1', NOW),
      )
      expect((await Promise.all(used)).filter(Boolean)).toHaveLength(1)
      expect(await stores[1].ask(question('q3'))).toEqual({ id: 'q3', state: 'waiting' })
    })

    it('are decided by their own person, and once', async () => {
      const [one, other] = await made()
      await one.ask(question('q1'))
      expect(await one.decide('bob', 'q1', YES)).toBe(false)
      expect(await one.decide('alice', 'q2', YES)).toBe(false)
      const both = [one, other].map((store, index) =>
        store.decide('alice', 'q1', { ...YES, approves: index === 0 }),
      )
      expect((await Promise.all(both)).filter(Boolean)).toHaveLength(1)
    })

    it('stay declined for as long as the person said', async () => {
      const [one, other] = await made()
      await one.ask(question('q1'))
      await one.decide('alice', 'q1', { ...YES, approves: false })
      expect(await other.ask(question('q2'))).toEqual({ id: 'q1', state: 'declined' })
      expect(await other.use('q1', NOW)).toBe(false)
      const later = question('q3', { askedAt: YES.endsAt, endsAt: YES.endsAt + MINUTE })
      expect(await other.ask(later)).toEqual({ id: 'q3', state: 'waiting' })
    })

    it('run out: the question, and the yes', async () => {
      const [one, other] = await made()
      await one.ask(question('q1'))
      expect(await one.decide('alice', 'q1', { ...YES, now: NOW + MINUTE })).toBe(false)
      expect(await other.waiting('alice', NOW + MINUTE)).toEqual([])
      await one.ask(question('q2', { key: 'k2' }))
      await one.decide('alice', 'q2', YES)
      expect(await other.use('q2', YES.endsAt)).toBe(false)
      expect(await other.use('q2', YES.endsAt - 1)).toBe(true)
    })

    it('wait in a bounded number for each person', async () => {
      const [one, other] = await made()
      for (let index = 0; index < 50; index++)
        expect(await one.ask(question(`q${index}`, { key: `k${index}` }))).toBeDefined()
      expect(await other.ask(question('more', { key: 'more' }))).toBeUndefined()
      expect(await other.ask(question('again', { key: 'k7' }))).toMatchObject({ id: 'q7' })
      expect(await other.ask(question('bob', { key: 'bob', owner: 'bob' }))).toMatchObject({
        id: 'bob',
      })
    })
  })
}
