// The contract of every store of consents. An implementation's test calls this with a factory; it
// holds no test of one implementation.

import { beforeEach, describe, expect, it } from 'vitest'
import type { ConsentRecord, ConsentStore } from '../../../src/core/vault/consent-store.ts'

/** Two stores over the same consents, as two connections or processes have them. */
export interface ConsentStoreUnderTest {
  readonly stores: readonly [ConsentStore, ConsentStore]
  readonly close?: () => void | Promise<void>
}

const consent = (id: string, more: Partial<ConsentRecord> = {}): ConsentRecord => ({
  id,
  owner: 'alice',
  job: 'weekly-report',
  servers: ['tasks', 'Mail'],
  scopes: ['tasks:read'],
  givenAt: 1_800_000_000.5,
  endsAt: 1_800_086_400,
  ...more,
})

/** Runs the contract over factories of empty stores. */
export function consentStoreContract(
  name: string,
  make: () => ConsentStoreUnderTest | Promise<ConsentStoreUnderTest>,
): void {
  describe(`${name} as a store of consents`, () => {
    let store: ConsentStore
    let other: ConsentStore
    beforeEach(async () => {
      const made = await make()
      ;[store, other] = made.stores
      return made.close
    })

    it('lists what a person agreed to, the newest first, and nothing of anybody else', async () => {
      await store.add(consent('1'))
      await store.add(consent('2', { job: 'sync', servers: [], scopes: [] }))
      await store.add(consent('3', { owner: 'bob' }))
      for (const one of [store, other])
        expect(await one.list('alice')).toEqual([
          consent('2', { job: 'sync', servers: [], scopes: [] }),
          consent('1'),
        ])
      expect(await other.list('carol')).toEqual([])
    })

    it('a later consent for the same job revokes the earlier one, of this person alone', async () => {
      await store.add(consent('1'))
      await store.add(consent('2', { owner: 'bob' }))
      await other.add(consent('3', { givenAt: 1_800_000_100 }))
      expect(await store.list('alice')).toEqual([
        consent('3', { givenAt: 1_800_000_100 }),
        consent('1', { revokedAt: 1_800_000_100 }),
      ])
      expect(await store.list('bob')).toEqual([consent('2', { owner: 'bob' })])
    })

    it('revokes once, and only for its owner', async () => {
      await store.add(consent('1'))
      expect(await store.revoke('bob', '1', 1)).toBe(false)
      expect(await store.revoke('alice', '2', 1)).toBe(false)
      expect(await other.revoke('alice', '1', 1_800_000_001.5)).toBe(true)
      expect(await store.revoke('alice', '1', 2)).toBe(false)
      expect(await store.list('alice')).toEqual([consent('1', { revokedAt: 1_800_000_001.5 })])
    })

    it('does not let anybody change a consent afterwards', async () => {
      const servers = ['tasks']
      await store.add(consent('1', { servers }))
      servers.push('Mail')
      expect((await store.list('alice'))[0]?.servers).toEqual(['tasks'])
    })
  })
}
