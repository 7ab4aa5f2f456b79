// The vault, the secret store and the rotation of their keys in PostgreSQL, a real one: the
// contracts over two instances, and what only several writers at once can show.

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import {
  keyUse,
  listKeyring,
  type MasterKeys,
  retireKey,
  rotateKeyring,
  SealError,
} from '../../../src/store/index.ts'
import {
  openPostgres,
  type PostgresDatabase,
  postgresConsentStore,
  postgresSecretStore,
  postgresVault,
} from '../../../src/store/postgres/index.ts'
import { alice, ISSUER } from '../../core/parts.ts'
import { connection, plain, secretStoreContract } from '../../core/vault/secret-store-contract.ts'
import { vaultContract } from '../../core/vault/vault-contract.ts'
import { accessKeysContract } from '../../gateway/keys/access-keys-contract.ts'
import { formsOf, ground, groundForTest } from '../ground.ts'
import { deposit, now, record, rotationContract } from '../sealing/rotation-contract.ts'
import { session, untilSomebodyWaits } from './ground.ts'
import { type SharedPostgres, sharedPostgres } from './shared.ts'

let server: SharedPostgres

beforeAll(async () => {
  server = await sharedPostgres()
})

/** Generous: a busy machine keeps a connection waiting for seconds. */
const timeouts = { connect: 25_000, statement: 25_000 }

/** Two instances over a new schema. */
async function openTwo(): Promise<{
  readonly one: PostgresDatabase
  readonly other: PostgresDatabase
  readonly database: string
  readonly schema: string
}> {
  const { database, schema } = await server.schema()
  const { host, port, user } = server
  const open = () => openPostgres({ host, port, user, database, schema, timeouts, connections: 2 })
  return { one: await open(), other: await open(), database, schema }
}

/** The same two for all contracts: opening them takes longer than most tests. */
let kept: Promise<Awaited<ReturnType<typeof openTwo>>> | undefined

afterAll(async () => {
  const made = await kept
  await Promise.all([made?.one.close(), made?.other.close()])
})

/** Two instances over one schema, whose tables are empty. */
async function emptied(): Promise<Awaited<ReturnType<typeof openTwo>>> {
  kept ??= openTwo()
  const made = await kept
  const tables = ['vault_entry', 'secret', 'retired_key'].map((table) => `${made.schema}.${table}`)
  await server.query(`truncate ${tables.join()} restart identity`, made.database)
  return made
}

vaultContract('PostgreSQL', async (clock) => {
  const { one, database, schema } = await emptied()
  const made = ground()
  return {
    vault: postgresVault(one, made.masterKeys, { now: clock }),
    size: async () => {
      const rows = await server.query(`select count(*) as n from ${schema}.vault_entry`, database)
      return Number(rows[0]?.n)
    },
    deposits: 200,
    close: made.close,
  }
})

accessKeysContract('PostgreSQL', async () => {
  const { one, other } = await emptied()
  const made = groundForTest()
  const instance = (database: typeof one) => ({
    secrets: postgresSecretStore(database, made.masterKeys),
    consents: postgresConsentStore(database),
  })
  return [instance(one), instance(other)]
})

secretStoreContract('PostgreSQL', async () => {
  const { one, other } = await emptied()
  const made = ground()
  return {
    stores: [
      postgresSecretStore(one, made.masterKeys),
      postgresSecretStore(other, made.masterKeys),
    ],
    close: made.close,
  }
})

rotationContract('PostgreSQL', async () => {
  // Apart from the others: one of its tests uses two databases.
  const { one, other, database, schema } = await openTwo()
  onTestFinished(async () => void (await Promise.all([one.close(), other.close()])))
  const { keyring, masterKeys } = groundForTest()
  return {
    keyring,
    masterKeys,
    database: one,
    other,
    stores: (keys) => ({
      secrets: postgresSecretStore(one, keys),
      vault: postgresVault(one, keys, { now }),
    }),
    bodies: () => server.query(`select body from ${schema}.secret order by seq`, database),
    run: (statements) => server.query(`set search_path = ${schema}; ${statements}`, database),
  }
})

describe('several instances', () => {
  it('count up one record without losing a step', async () => {
    const { one, other } = await emptied()
    const { masterKeys } = groundForTest()
    const stores = [one, other, one].map((database) => postgresSecretStore(database, masterKeys))
    await stores[0]?.write(connection({ facts: { count: 0 } }))
    await Promise.all(
      stores.map(async (store) => {
        for (let done = 0; done < 10; ) {
          const found = await store.read(connection())
          if (!found) throw new Error('The record is gone')
          const facts = { count: Number(found.facts.count) + 1 }
          if (await store.write({ ...found, version: found.version + 1, facts })) done += 1
        }
      }),
    )
    expect(plain(await stores[1]?.read(connection()))).toMatchObject({
      version: 31,
      facts: { count: 30 },
    })
  })

  it('give a credential that another one took', async () => {
    const { one, other } = await emptied()
    const { masterKeys } = groundForTest()
    const handle = await deposit(postgresVault(one, masterKeys, { now }), 'deposited')
    const there = postgresVault(other, masterKeys, { now })
    expect((await there.withdraw(handle, alice, ISSUER))?.reveal()).toBe('deposited')
    await there.discard(handle, alice)
    expect(
      await postgresVault(one, masterKeys, { now }).withdraw(handle, alice, ISSUER),
    ).toBeUndefined()
  })
})

it('the tables hold no secret and no handle, in any form', async () => {
  const { one, database, schema } = await emptied()
  const { masterKeys } = groundForTest()
  const secret = new Credential('access-of-alice-in-postgres')
  await postgresSecretStore(one, masterKeys).write(connection({ secrets: { accessToken: secret } }))
  const handle = await deposit(postgresVault(one, masterKeys, { now }), 'deposited-by-alice')
  const rows = await server.query(
    `select v::text as row from ${schema}.vault_entry v union all select s::text from ${schema}.secret s`,
    database,
  )
  const text = rows.map(({ row }) => row).join()
  expect(text).toContain(ISSUER)
  // Bytes are shown in hex, so the hex form is the one that must be found.
  expect(text).toContain(Buffer.from(' ').toString('hex'))
  for (const form of ['access-of-alice-in-postgres', 'deposited-by-alice', handle].flatMap(formsOf))
    expect(text).not.toContain(typeof form === 'string' ? form : form.toString('hex'))
})

describe('retiring a key', () => {
  /** Master keys that still seal under a key that another process has rotated out. */
  const stuckAt = (masterKeys: MasterKeys, id: string): MasterKeys => ({
    ...masterKeys,
    wrap: async () => ({ keyId: id, wrapped: new Uint8Array(80) }),
  })

  it('waits for a row that is just being written under it, and is then refused', async () => {
    const { one, database, schema } = await emptied()
    const { keyring, masterKeys } = groundForTest()
    const [old] = listKeyring(keyring)
    await postgresSecretStore(one, masterKeys).write(record(1))
    rotateKeyring(keyring)
    const client = await session(server, database)
    await client.query(`set search_path = ${schema}; begin`)
    await client.query("update secret set owner = 'person-2'")
    const retired = retireKey(keyring, [one], old?.id ?? '')
    await untilSomebodyWaits(client)
    await client.query('commit')
    expect(await retired).toEqual({ retired: false, rows: 1 })
    expect(listKeyring(keyring)).toHaveLength(2)
  })

  it.each(['vault', 'secrets'] as const)(
    'keeps a row out of the %s whose writing waited for it',
    async (which) => {
      const { one, other, database, schema } = await emptied()
      const { keyring, masterKeys } = groundForTest()
      const [old] = listKeyring(keyring)
      rotateKeyring(keyring)
      const client = await session(server, database)
      await client.query(`set search_path = ${schema}; begin`)
      await client.query('lock table vault_entry, secret in share row exclusive mode')
      const stuck = stuckAt(masterKeys, old?.id ?? '')
      const written =
        which === 'vault'
          ? deposit(postgresVault(other, stuck, { now }), 'late')
          : postgresSecretStore(other, stuck).write(record(1))
      const refused = expect(written).rejects.toThrow(SealError)
      await untilSomebodyWaits(client)
      await client.query('insert into retired_key values ($1)', [old?.id])
      await client.query('commit')
      await refused
      expect(await keyUse(one)).toEqual(new Map())
    },
  )
})
