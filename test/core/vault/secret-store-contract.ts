// The contract of every secret store. An implementation's test calls this with a factory; it holds
// no test of one implementation.

import { beforeEach, describe, expect, it } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import { principalKey } from '../../../src/core/principal.ts'
import {
  DEPLOYMENT,
  type SecretKey,
  type SecretRecord,
  type SecretStore,
} from '../../../src/core/vault/secret-store.ts'
import { alice, bob, ISSUER, MCP } from '../parts.ts'

/**
 * What a factory gives: two stores over the same records, as two connections or processes have
 * them.
 */
export interface SecretStoreUnderTest {
  readonly stores: readonly [SecretStore, SecretStore]
  readonly close?: () => void | Promise<void>
}

/** A connection of alice's. */
export function connection(changes: Partial<SecretRecord> = {}): SecretRecord {
  return {
    owner: principalKey(alice),
    resource: MCP,
    kind: 'connection',
    issuer: ISSUER,
    version: 1,
    secrets: {
      accessToken: new Credential('access-of-alice'),
      refreshToken: new Credential('refresh-of-alice'),
    },
    facts: { scopes: ['a', 'b'], expiresAt: 1_800_000_000, note: 'x', dead: false },
    ...changes,
  }
}

/** A record with its secrets in plain, to compare. */
export function plain(record: SecretRecord | undefined): unknown {
  if (!record) return undefined
  return {
    ...record,
    secrets: Object.fromEntries(
      Object.entries(record.secrets).map(([name, one]) => [name, one.reveal()]),
    ),
  }
}

const keyOf = ({ owner, resource, kind }: SecretRecord): SecretKey => ({ owner, resource, kind })

/** Runs the contract over factories of empty stores. */
export function secretStoreContract(
  name: string,
  make: () => SecretStoreUnderTest | Promise<SecretStoreUnderTest>,
): void {
  describe(`${name} as a secret store`, () => {
    let store: SecretStore
    let other: SecretStore
    beforeEach(async () => {
      const made = await make()
      ;[store, other] = made.stores
      return made.close
    })

    it('gives back what was written, through every connection', async () => {
      expect(await store.read(keyOf(connection()))).toBeUndefined()
      expect(await store.write(connection())).toBe(true)
      for (const one of [store, other])
        expect(plain(await one.read(keyOf(connection())))).toEqual(plain(connection()))
    })

    it('gives secrets as credentials, which print as nothing', async () => {
      await store.write(connection())
      const record = await store.read(keyOf(connection()))
      for (const secret of Object.values(record?.secrets ?? {}))
        expect(secret).toBeInstanceOf(Credential)
      expect(Object.keys(record?.secrets ?? {})).toEqual(['accessToken', 'refreshToken'])
      expect(JSON.stringify(record)).not.toMatch(/of-alice/)
    })

    it.each<[string, Partial<SecretKey>]>([
      ['another person', { owner: principalKey(bob) }],
      [
        'the same subject of another issuer',
        { owner: principalKey({ ...alice, issuer: 'https://login.evil.example' }) },
      ],
      ['the same subject in a tenant', { owner: principalKey({ ...alice, tenant: 'acme' }) }],
      ['the deployment', { owner: DEPLOYMENT }],
      ['a wildcard', { owner: '%' }],
      ['an owner that differs in case', { owner: principalKey(alice).toUpperCase() }],
      ['another resource', { resource: 'https://other.example/mcp' }],
      ['a resource that differs in a slash', { resource: `${MCP}/` }],
      ['another kind', { kind: 'static' }],
    ])('gives nothing to %s, and lets it remove nothing', async (_, changes) => {
      await store.write(connection())
      const elsewhere = { ...keyOf(connection()), ...changes }
      expect(await store.read(elsewhere)).toBeUndefined()
      await store.remove(elsewhere)
      expect(await store.read(keyOf(connection()))).toBeDefined()
    })

    it('keeps records of several owners, resources and kinds side by side', async () => {
      const records = [
        connection(),
        connection({
          owner: principalKey(bob),
          secrets: { accessToken: new Credential('access-of-bob') },
        }),
        connection({ resource: 'https://other.example/mcp' }),
        connection({
          kind: 'static',
          issuer: '',
          secrets: { key: new Credential('key-of-alice') },
        }),
        connection({
          kind: 'static',
          issuer: '',
          owner: DEPLOYMENT,
          secrets: { key: new Credential('key-of-all') },
        }),
      ]
      for (const record of records) expect(await store.write(record)).toBe(true)
      for (const record of records)
        expect(plain(await other.read(keyOf(record)))).toEqual(plain(record))
    })

    it('writes only on top of the version that is stored', async () => {
      expect(await store.write(connection({ version: 2 }))).toBe(false)
      expect(await store.read(keyOf(connection()))).toBeUndefined()
      expect(await store.write(connection())).toBe(true)
      expect(await store.write(connection({ facts: {} }))).toBe(false)
      expect(await store.write(connection({ version: 3 }))).toBe(false)
      expect(
        await other.write(
          connection({ version: 2, secrets: { accessToken: new Credential('second') } }),
        ),
      ).toBe(true)
      expect(await store.write(connection({ version: 2 }))).toBe(false)
      expect(plain(await store.read(keyOf(connection())))).toMatchObject({
        version: 2,
        secrets: { accessToken: 'second' },
      })
    })

    it('lets exactly one of many concurrent writers win each version, and keeps what the winner wrote', async () => {
      for (let version = 1; version <= 10; version++) {
        const writers = Array.from({ length: 12 }, (_, n) => ({
          text: `version-${version}-of-writer-${n}`,
          store: n % 2 === 0 ? store : other,
        }))
        const won = await Promise.all(
          writers.map(({ text, store: one }) =>
            one.write(connection({ version, secrets: { accessToken: new Credential(text) } })),
          ),
        )
        expect(won.filter(Boolean)).toHaveLength(1)
        const winner = writers[won.indexOf(true)]?.text
        expect(plain(await store.read(keyOf(connection())))).toMatchObject({
          version,
          secrets: { accessToken: winner },
        })
      }
    })

    it('removes a record, and lets nobody bring it back with a later version', async () => {
      await store.write(connection())
      await other.remove(keyOf(connection()))
      expect(await store.read(keyOf(connection()))).toBeUndefined()
      expect(await store.write(connection({ version: 2 }))).toBe(false)
      expect(await store.write(connection())).toBe(true)
      await store.remove({ ...keyOf(connection()), resource: 'https://unknown.example' })
    })

    it('shares nothing with its callers that can be changed', async () => {
      const scopes = ['a']
      const secrets: Record<string, Credential> = { accessToken: new Credential('first') }
      await store.write(connection({ secrets, facts: { scopes } }))
      scopes.push('admin')
      secrets.accessToken = new Credential('changed')
      const read = await store.read(keyOf(connection()))
      expect(plain(read)).toMatchObject({
        secrets: { accessToken: 'first' },
        facts: { scopes: ['a'] },
      })
      Object.assign(read?.facts ?? {}, { scopes: ['admin'] })
      expect((await store.read(keyOf(connection())))?.facts).toEqual({ scopes: ['a'] })
    })

    it('keeps names and texts of every kind', async () => {
      const secrets = Object.fromEntries(
        [
          'plain',
          'with "quotes" \\',
          'ümläut €',
          '\u{1f511}',
          '\ud800 alone',
          'x'.repeat(100_000),
        ].map((text, n) => [`name ${n}`, new Credential(text)]),
      )
      Object.defineProperty(secrets, '__proto__', {
        value: new Credential('odd'),
        enumerable: true,
      })
      const record = connection({ secrets, facts: { '': '', constructor: 'x', zero: 0, none: [] } })
      await store.write(record)
      const read = await store.read(keyOf(record))
      expect(Object.keys(read?.secrets ?? {})).toEqual(Object.keys(secrets))
      expect(plain(read)).toEqual(plain(record))
    })

    it.each<[string, Partial<SecretRecord>, RegExp]>([
      ['a connection without issuer', { issuer: '' }, /issuer/],
      ['a static key with an issuer', { kind: 'static' }, /issuer/],
      ['version 0', { version: 0 }, /version/],
      ['a version that is no whole number', { version: 1.5 }, /version/],
      ['a version that is no number', { version: Number.NaN }, /version/],
      [
        'a secret in plain',
        { secrets: { accessToken: 'in-plain' as unknown as Credential } },
        /accessToken must be a Credential/,
      ],
    ])('refuses %s', async (_, changes, message) => {
      const failed = store.write(connection(changes))
      await expect(failed).rejects.toThrow(TypeError)
      await expect(failed).rejects.toThrow(message)
      await expect(failed).rejects.not.toThrow(/in-plain/)
      expect(await store.read(keyOf(connection(changes)))).toBeUndefined()
    })
  })
}
