// The contract of access keys over whatever stores them, as two instances of a gateway have it. It holds
// no test of one store.

import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Principal } from '../../../src/core/principal.ts'
import type { ConsentStore } from '../../../src/core/vault/consent-store.ts'
import type { SecretStore } from '../../../src/core/vault/secret-store.ts'
import { type AccessKeys, accessKeys } from '../../../src/gateway/index.ts'

/** The stores of one instance. */
export interface KeyStores {
  readonly secrets: SecretStore
  readonly consents: ConsentStore
}

const NOW = 1_800_000_000_000
const wanted = {
  name: 'laptop',
  servers: ['Tasks', 'My notes'],
  scopes: ['read'],
  until: new Date(NOW + 1000),
}

/** Runs the contract over factories of empty stores. */
export function accessKeysContract(
  name: string,
  make: () => Promise<readonly [KeyStores, KeyStores]>,
): void {
  describe(`access keys in ${name}`, () => {
    let one: AccessKeys
    let other: AccessKeys
    let alice: Principal
    let bob: Principal
    beforeEach(async () => {
      // A store may still have what an earlier test wrote.
      alice = { issuer: 'https://login.example', subject: `alice-${randomUUID()}` }
      bob = { issuer: 'https://login.example', subject: `bob-${randomUUID()}`, tenant: 'acme' }
      const options = { audit: { record() {} }, now: () => NOW }
      ;[one, other] = (await make()).map((stores) => accessKeys({ ...stores, ...options })) as [
        AccessKeys,
        AccessKeys,
      ]
    })

    it('are known on every instance, as their person’s', async () => {
      const { key, record } = await one.create(bob, wanted)
      const found = await other.find(key)
      expect(found?.principal).toEqual(bob)
      expect(found?.servers).toEqual(wanted.servers)
      expect(await other.list(bob)).toEqual([record])
      expect(await other.list(alice)).toEqual([])
    })

    it('are revoked on every instance, once, by their person', async () => {
      const { key, record } = await one.create(alice, wanted)
      expect(await other.revoke(bob, record.id)).toBe(false)
      expect(await one.find(key)).toBeDefined()
      expect(await other.revoke(alice, record.id)).toBe(true)
      expect(await one.find(key)).toBeUndefined()
      expect(await one.revoke(alice, record.id)).toBe(false)
      expect(await one.list(alice)).toMatchObject([{ id: record.id, revokedAt: NOW / 1000 }])
    })

    it('of one name stand beside each other', async () => {
      const keys = await Promise.all([one.create(alice, wanted), other.create(alice, wanted)])
      for (const { key } of keys) expect(await one.find(key)).toBeDefined()
      expect(await one.list(alice)).toHaveLength(2)
    })
  })
}
