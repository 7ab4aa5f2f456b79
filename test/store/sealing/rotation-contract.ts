// The contract of key rotation over any database: re-wrapping and retiring while stores are in use.
// It holds no test of one database.

import { describe, expect, it } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import type { SecretRecord, SecretStore } from '../../../src/core/vault/secret-store.ts'
import type { Handle, Vault } from '../../../src/core/vault/vault.ts'
import {
  fileMasterKeys,
  keyUse,
  listKeyring,
  type MasterKeys,
  retireKey,
  rewrap,
  rotateKeyring,
  SealError,
  type SealedDatabase,
} from '../../../src/store/index.ts'
import { alice, ISSUER, START } from '../../core/parts.ts'
import { connection } from '../../core/vault/secret-store-contract.ts'

/** What a factory gives: an empty database over two connections, and a keyring of its own. */
export interface RotationGround {
  readonly keyring: string
  readonly masterKeys: MasterKeys
  readonly database: SealedDatabase
  /** Another connection to the same. */
  readonly other: SealedDatabase
  /** The stores over `database`. */
  stores(masterKeys: MasterKeys): { readonly secrets: SecretStore; readonly vault: Vault }
  /** The encrypted bodies of the secrets, in their order. */
  bodies(): Promise<unknown>
  /** Runs statements, as somebody does who has the database. */
  run(statements: string): Promise<unknown>
}

/** The clock of the vaults. */
export const now = () => START * 1000

/** A connected account of the person with this number. */
export const record = (n: number, version = 1): SecretRecord =>
  connection({
    owner: `person-${n}`,
    version,
    secrets: { accessToken: new Credential(`access-${n}-${version}`) },
  })

/** Deposits a text for alice. */
export const deposit = (vault: Vault, text: string): Promise<Handle> =>
  vault.deposit({
    credential: new Credential(text),
    owner: alice,
    destinations: [ISSUER],
    expiresAt: START + 300,
  })

const idsOf = (made: Pick<RotationGround, 'keyring'>) =>
  listKeyring(made.keyring).map(({ id }) => id)

/** Stores as a server has them. */
function server(made: RotationGround, masterKeys: MasterKeys = fileMasterKeys(made.keyring)) {
  return { ...made.stores(masterKeys), database: made.database }
}

/** Runs the contract. */
export function rotationContract(
  name: string,
  make: () => RotationGround | Promise<RotationGround>,
): void {
  describe(`${name}: re-wrapping`, () => {
    it('re-wrapping puts every row under the current key, does not change the encrypted bodies, and then has nothing left to do', async () => {
      const made = await make()
      const { secrets, vault, database } = server(made)
      for (let n = 0; n < 40; n++) await secrets.write(record(n))
      const handle = await deposit(vault, 'deposited')
      const before = await made.bodies()
      const { id } = rotateKeyring(made.keyring)
      expect(await rewrap(database, made.masterKeys)).toEqual({ rewrapped: 41, left: 0 })
      expect(await keyUse(database)).toEqual(new Map([[id, 41]]))
      expect(await made.bodies()).toEqual(before)
      expect(await rewrap(database, made.masterKeys)).toEqual({ rewrapped: 0, left: 0 })
      for (let n = 0; n < 40; n++)
        expect((await secrets.read(record(n)))?.secrets.accessToken?.reveal()).toBe(`access-${n}-1`)
      expect((await vault.withdraw(handle, alice, ISSUER))?.reveal()).toBe('deposited')
    })

    it('skips rows that cannot be opened, and says how many there are', async () => {
      const made = await make()
      const { secrets, database } = server(made)
      for (let n = 0; n < 5; n++) await secrets.write(record(n))
      await made.run(
        `update secret set key_id = 'lost' where seq = 2; update secret set owner = 'thief' where seq = 4`,
      )
      rotateKeyring(made.keyring)
      expect(await rewrap(database, made.masterKeys)).toEqual({ rewrapped: 3, left: 2 })
    })

    it('re-wrapping stops when told, and the next call continues where it stopped', async () => {
      const made = await make()
      const { secrets, database } = server(made)
      for (let n = 0; n < 100; n++) await secrets.write(record(n))
      rotateKeyring(made.keyring)
      const controller = new AbortController()
      const stopping: MasterKeys = {
        ...made.masterKeys,
        wrap: (...args) => {
          controller.abort()
          return made.masterKeys.wrap(...args)
        },
      }
      const first = await rewrap(database, stopping, { signal: controller.signal })
      expect(first.rewrapped).toBeGreaterThan(0)
      expect(first.left).toBe(100 - first.rewrapped)
      expect(await rewrap(database, made.masterKeys, { signal: controller.signal })).toEqual({
        rewrapped: 0,
        left: first.left,
      })
      expect(await rewrap(database, made.masterKeys)).toEqual({ rewrapped: first.left, left: 0 })
    })

    it('re-wrapping does not overwrite what another process wrote between its reading and its writing', async () => {
      const made = await make()
      const { secrets, database } = server(made)
      for (let n = 0; n < 3; n++) await secrets.write(record(n))
      rotateKeyring(made.keyring)
      let wrote = false
      const overtaken: MasterKeys = {
        ...made.masterKeys,
        async wrap(dataKey, aad) {
          if (!wrote) {
            wrote = true
            await secrets.write(record(1, 2))
            await secrets.remove(record(2))
          }
          return made.masterKeys.wrap(dataKey, aad)
        },
      }
      expect(await rewrap(database, overtaken)).toEqual({ rewrapped: 1, left: 0 })
      const read = async (n: number) =>
        (await secrets.read(record(n)))?.secrets.accessToken?.reveal()
      expect([await read(0), await read(1), await read(2)]).toEqual([
        'access-0-1',
        'access-1-2',
        undefined,
      ])
    })
  })

  describe(`${name}: retiring a key`, () => {
    it('retiring a key is refused while rows are under the key, and counts these rows', async () => {
      const made = await make()
      const [{ secrets, vault, database }, second] = [server(made), await make()]
      for (let n = 0; n < 3; n++) await secrets.write(record(n))
      await deposit(vault, 'x')
      const [old = ''] = idsOf(made)
      rotateKeyring(made.keyring)
      expect(await retireKey(made.keyring, [second.database, database], old)).toEqual({
        retired: false,
        rows: 4,
      })
      expect(idsOf(made)).toContain(old)
      await rewrap(database, made.masterKeys)
      expect(await retireKey(made.keyring, [second.database, database], old)).toEqual({
        retired: true,
      })
      expect(idsOf(made)).not.toContain(old)
    })

    it('retiring a key is refused for the current key and for a key that the keyring does not have', async () => {
      const made = await make()
      const [current = ''] = idsOf(made)
      await expect(retireKey(made.keyring, [made.other], current)).rejects.toThrow(
        /cannot lose its current key/,
      )
      await expect(retireKey(made.keyring, [made.other], 'nope')).rejects.toThrow(
        /no key with that id/,
      )
    })

    it.each(['vault', 'secrets'] as const)(
      'retiring a key between the sealing and the writing of a row of the %s loses nothing',
      async (which) => {
        const made = await make()
        const [old = ''] = idsOf(made)
        const operator = made.other
        let raced = false
        // The secret is wrapped under the old key; before it is written, the key is rotated out and
        // retired.
        const racing: MasterKeys = {
          ...made.masterKeys,
          async wrap(dataKey, aad) {
            const wrapped = await made.masterKeys.wrap(dataKey, aad)
            if (!raced) {
              raced = true
              rotateKeyring(made.keyring)
              await rewrap(operator, made.masterKeys)
              expect(await retireKey(made.keyring, [operator], old)).toEqual({ retired: true })
            }
            return wrapped
          },
        }
        const { secrets, vault, database } = server(made, racing)
        if (which === 'secrets') {
          expect(await secrets.write(record(1))).toBe(true)
          expect((await secrets.read(record(1)))?.secrets.accessToken?.reveal()).toBe('access-1-1')
        } else {
          const handle = await deposit(vault, 'raced')
          expect((await vault.withdraw(handle, alice, ISSUER))?.reveal()).toBe('raced')
        }
        expect([...(await keyUse(database)).keys()]).toEqual(idsOf(made))
      },
    )

    it('retiring a key between the reading and the opening of a row loses nothing', async () => {
      const made = await make()
      const [old = ''] = idsOf(made)
      const operator = made.other
      let raced = false
      const racing: MasterKeys = {
        ...made.masterKeys,
        async unwrap(keyId, wrapped, aad) {
          if (!raced) {
            raced = true
            rotateKeyring(made.keyring)
            await rewrap(operator, made.masterKeys)
            await retireKey(made.keyring, [operator], old)
          }
          return made.masterKeys.unwrap(keyId, wrapped, aad)
        },
      }
      await server(made).secrets.write(record(1))
      expect(
        (await server(made, racing).secrets.read(record(1)))?.secrets.accessToken?.reveal(),
      ).toBe('access-1-1')
    })

    it('retiring a key makes a process that still has the old keyring fail to write, and stores nothing', async () => {
      const made = await make()
      const [old = ''] = idsOf(made)
      const database = made.other
      const before = { ...made.masterKeys }
      const stuck: MasterKeys = {
        ...before,
        wrap: async () => ({ keyId: old, wrapped: new Uint8Array(80) }),
      }
      rotateKeyring(made.keyring)
      await retireKey(made.keyring, [database], old)
      const { secrets, vault } = server(made, stuck)
      await expect(secrets.write(record(1))).rejects.toThrow(SealError)
      await expect(deposit(vault, 'x')).rejects.toThrow(SealError)
      expect(await keyUse(database)).toEqual(new Map())
    })
  })
}
