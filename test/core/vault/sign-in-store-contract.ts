// The contract of every store of sign-ins. An implementation's test calls this with a factory; it
// holds no test of one implementation.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { principalKey } from '../../../src/core/principal.ts'
import type {
  SignInRecord,
  SignInStore,
  WhichSignIns,
} from '../../../src/core/vault/sign-in-store.ts'
import { alice, bob, ISSUER } from '../parts.ts'

/** Two stores over the same sign-ins, as two instances have them. */
export interface SignInStoreUnderTest {
  readonly stores: readonly [SignInStore, SignInStore]
  readonly close?: () => void | Promise<void>
}

/** A sign-in of alice's. */
export function signInOf(id: string, changes: Partial<SignInRecord> = {}): SignInRecord {
  return {
    id,
    digest: `digest-of-${id}`,
    owner: principalKey(alice),
    issuer: ISSUER,
    subject: alice.subject,
    device: 'Firefox on Linux',
    startedAt: 1_800_000_000.5,
    usedAt: 1_800_000_000.5,
    endsAt: 1_800_600_000,
    ...changes,
  }
}

const ofBob = { owner: principalKey(bob), subject: bob.subject }

/** Runs the contract over factories of empty stores. */
export function signInStoreContract(
  name: string,
  make: () => SignInStoreUnderTest | Promise<SignInStoreUnderTest>,
): void {
  describe(`${name} as a store of sign-ins`, () => {
    let store: SignInStore
    let other: SignInStore
    let close: SignInStoreUnderTest['close']

    beforeEach(async () => {
      const made = await make()
      ;[store, other] = made.stores
      close = made.close
    })
    afterEach(async () => close?.())

    const idsOf = async (which: WhichSignIns) => (await other.list(which)).map(({ id }) => id)

    it('gives back what was added, in another instance too', async () => {
      const full = signInOf('a', { sessionId: 'sid-1', device: 'Büro “Süd”' })
      expect(await store.add(full)).toBe(true)
      expect(await other.list({ digest: full.digest })).toEqual([full])
      expect(await other.list({ digest: 'digest-of-b' })).toEqual([])
    })

    it.each([
      ['id', signInOf('a', { digest: 'another' })],
      ['digest', signInOf('b', { digest: 'digest-of-a' })],
    ])('adds no second sign-in with the same %s', async (_, second) => {
      await store.add(signInOf('a'))
      expect(await other.add({ ...second, ...ofBob })).toBe(false)
      expect(await store.list('all')).toEqual([signInOf('a')])
    })

    it('finds sign-ins by who they are of, the newest first', async () => {
      await store.add(signInOf('a', { sessionId: 'sid-1' }))
      await store.add(signInOf('b', { ...ofBob, sessionId: 'sid-2' }))
      await store.add(signInOf('c'))
      await store.add(signInOf('d', { issuer: 'https://other.example', sessionId: 'sid-1' }))
      await store.add(signInOf('mark', { owner: '', subject: '', issuer: '' }))
      expect(await idsOf('all')).toEqual(['d', 'c', 'b', 'a'])
      expect(await idsOf({ ids: ['a', 'c', 'x'] })).toEqual(['c', 'a'])
      expect(await idsOf({ ids: [] })).toEqual([])
      expect(await idsOf({ owner: principalKey(bob) })).toEqual(['b'])
      expect(await idsOf({ issuer: ISSUER, subject: alice.subject })).toEqual(['c', 'a'])
      expect(await idsOf({ issuer: ISSUER, sessionId: 'sid-1' })).toEqual(['a'])
    })

    it('notes the last use', async () => {
      await store.add(signInOf('a'))
      await store.touch('a', 1_800_000_100)
      await store.touch('x', 1_800_000_100)
      expect(await other.list('all')).toEqual([signInOf('a', { usedAt: 1_800_000_100 })])
    })

    it('ends sign-ins once, for every instance', async () => {
      await store.add(signInOf('a'))
      await store.add(signInOf('b', ofBob))
      await store.add(signInOf('c'))
      expect(await store.end({ owner: principalKey(alice) }, 1_800_000_200)).toBe(2)
      expect(await other.end({ owner: principalKey(alice) }, 1_800_000_300)).toBe(0)
      expect(await idsOf('all')).toEqual(['b'])
      expect(await idsOf({ digest: 'digest-of-a' })).toEqual([])
      expect(await other.list({ overAt: 0 })).toEqual([
        signInOf('c', { endedAt: 1_800_000_200 }),
        signInOf('a', { endedAt: 1_800_000_200 }),
      ])
    })

    it('lists those whose time is over, and removes them', async () => {
      await store.add(signInOf('a', { endsAt: 1_800_000_500 }))
      await store.add(signInOf('b'))
      expect(await idsOf({ overAt: 1_800_000_499 })).toEqual([])
      expect(await idsOf({ overAt: 1_800_000_500 })).toEqual(['a'])
      await store.remove(['a', 'x'])
      await store.remove([])
      expect(await idsOf('all')).toEqual(['b'])
      expect(await idsOf({ overAt: 1_900_000_000 })).toEqual(['b'])
    })

    it('lets one of several add the same sign-in', async () => {
      const added = await Promise.all(
        [store, other, store, other].map((one) => one.add(signInOf('a'))),
      )
      expect(added.filter(Boolean)).toHaveLength(1)
    })
  })
}
