// The stores behind a real PgBouncer, in session and in transaction mode: every contract, and that
// nothing of one client is left for another. `npm run test:pooler` runs it.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  openPostgres,
  type PostgresDatabase,
  type PostgresOptions,
  postgresConsentStore,
  postgresReflectionMarks,
  postgresRunStore,
  postgresSecretStore,
  postgresSignInStore,
  postgresThreadStore,
  postgresToolPins,
  postgresVault,
} from '../../src/store/postgres/index.ts'
import { runStoreContract } from '../chatkit/runs/run-store-contract.ts'
import { threadStoreContract } from '../chatkit/threads/thread-store-contract.ts'
import { reflectionMarksContract } from '../core/carry/reflection-marks-contract.ts'
import { toolPinsContract } from '../core/carry/tool-pins-contract.ts'
import { consentStoreContract } from '../core/vault/consent-store-contract.ts'
import { secretStoreContract } from '../core/vault/secret-store-contract.ts'
import { signInStoreContract } from '../core/vault/sign-in-store-contract.ts'
import { vaultContract } from '../core/vault/vault-contract.ts'
import { ground, groundForTest } from '../store/ground.ts'
import { listenTo, opened, RUN, TERMS } from '../store/postgres/ground.ts'
import { type SharedPostgres, sharedPostgres } from '../store/postgres/shared.ts'
import { rotationContract } from '../store/sealing/rotation-contract.ts'
import { type PgBouncer, startPgBouncer } from './pgbouncer.ts'

const program = process.env.ONBEHALF_PGBOUNCER ?? ''
const timeouts = { connect: 25_000, statement: 25_000 }
const HOST = '127.0.0.1'

describe.each(['session', 'transaction'] as const)('in %s mode', (mode) => {
  let server: SharedPostgres
  let pooler: PgBouncer
  let database: string
  const open: PostgresDatabase[] = []

  beforeAll(async () => {
    server = await sharedPostgres()
    pooler = await startPgBouncer(program, mode, server)
    database = await server.database()
  })
  afterAll(async () => {
    for (const one of open) await one.close()
    await pooler?.close()
  })

  let schemas = 0
  const more = (): PostgresOptions => ({
    timeouts,
    connections: 3,
    ...(mode === 'transaction' ? { pooler: mode } : {}),
  })
  const through = () => ({ host: HOST, port: pooler.port, user: server.user })

  /** Two instances behind the pooler, over an empty schema. They are closed with the pooler. */
  async function two(): Promise<readonly [PostgresDatabase, PostgresDatabase, string]> {
    schemas += 1
    const schema = `s${schemas}`
    const one = await openPostgres({ ...through(), database, schema, ...more() })
    const other = await openPostgres({ ...through(), database, schema, ...more() })
    // The contracts end their tests, and not what they were given.
    open.push(one, other)
    if (open.length > 4) for (const old of open.splice(0, 2)) await old.close()
    return [one, other, schema]
  }

  threadStoreContract(async () => postgresThreadStore((await two())[0]))
  runStoreContract(async () => postgresRunStore((await two())[0]))
  vaultContract('PgBouncer', async (now) => {
    const made = ground()
    const [one] = await two()
    return { vault: postgresVault(one, made.masterKeys, { now }), deposits: 100, close: made.close }
  })
  secretStoreContract('PgBouncer', async () => {
    const made = ground()
    const [one, other] = await two()
    const stores = [
      postgresSecretStore(one, made.masterKeys),
      postgresSecretStore(other, made.masterKeys),
    ] as const
    return { stores, close: made.close }
  })
  rotationContract('PgBouncer', async () => {
    const { keyring, masterKeys } = groundForTest()
    const [one, other, schema] = await two()
    return {
      keyring,
      masterKeys,
      database: one,
      other,
      stores: (keys) => ({
        secrets: postgresSecretStore(one, keys),
        vault: postgresVault(one, keys, { now: () => 1_800_000_000_000 }),
      }),
      bodies: () => server.query(`select body from ${schema}.secret order by seq`, database),
      run: (statements) => server.query(`set search_path = ${schema}; ${statements}`, database),
    }
  })
  consentStoreContract('PgBouncer', async () => {
    const [one, other] = await two()
    return { stores: [postgresConsentStore(one), postgresConsentStore(other)] }
  })
  signInStoreContract('PgBouncer', async () => {
    const [one, other] = await two()
    return { stores: [postgresSignInStore(one), postgresSignInStore(other)] }
  })
  toolPinsContract('PgBouncer', async () => {
    const [one, other] = await two()
    return { stores: [postgresToolPins(one), postgresToolPins(other)] }
  })
  reflectionMarksContract('PgBouncer', async () => {
    const [one, other] = await two()
    return { stores: [postgresReflectionMarks(one), postgresReflectionMarks(other)] }
  })

  it.each(['by what they have', 'with a connection that listens'])(
    'instances hear of each other, %s',
    async (how) => {
      const direct = how.startsWith('with')
        ? { direct: { host: server.host, port: server.port } }
        : {}
      schemas += 1
      const options = { schema: `s${schemas}`, ...more(), ...direct }
      const one = await opened(through(), database, options)
      const other = await opened(through(), database, options)
      const runs = postgresRunStore(one)
      await runs.begin(RUN, TERMS)
      const heard = listenTo(postgresRunStore(other), RUN.id)()
      await runs.append(RUN.id, 1, ['"one"'])
      await heard
      expect(await postgresRunStore(other).events(RUN.id, 0, 10)).toEqual(['"one"'])
    },
  )

  it('leaves nothing in a session that another client could meet', async () => {
    const [one] = await two()
    const store = postgresReflectionMarks(one)
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.mark(`https://${index}`, index)),
    )
    const clean = await settingsOf({ host: server.host, port: server.port, user: server.user })
    for (let client = 0; client < 10; client += 1)
      expect(await settingsOf(through())).toEqual(clean)
  })

  it('refuses what is state of a session among the parameters of a connection', async () => {
    const client = new pg.Client({ ...through(), database, options: '-c search_path=s1' })
    client.on('error', () => {})
    await expect(client.connect()).rejects.toThrow(/unsupported startup parameter/)
  })

  async function settingsOf(place: { host: string; port: number; user: string }): Promise<unknown> {
    const client = new pg.Client({ ...place, database })
    await client.connect()
    try {
      const { rows } = await client.query(
        "select current_setting('search_path') as path, current_setting('statement_timeout') as time",
      )
      return rows
    } finally {
      await client.end()
    }
  }
})
