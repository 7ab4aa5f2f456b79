// Kept sign-ins in PostgreSQL, a real one: two instances share them, and refresh once.

import { beforeAll, expect, it } from 'vitest'
import { postgresSecretStore, postgresSignInStore } from '../../src/store/postgres/index.ts'
import { groundForTest } from '../store/ground.ts'
import { opened } from '../store/postgres/ground.ts'
import { type SharedPostgres, sharedPostgres } from '../store/postgres/shared.ts'
import { house, whoIs } from './house.ts'

let server: SharedPostgres

beforeAll(async () => {
  server = await sharedPostgres()
})

/** Generous: a busy machine keeps a connection waiting for seconds. */
const timeouts = { connect: 25_000, statement: 25_000 }

it('in PostgreSQL, 50 requests on two instances make one refresh, and a sign-out counts for both', async () => {
  const { database, schema } = await server.schema()
  const { masterKeys } = groundForTest()
  const open = () => opened(server, database, { schema, timeouts, connections: 4 })
  const databases = [await open(), await open()]
  let instances = 0
  const { browser, instance, clock, issuer } = await house({
    storesOf: () => {
      const one = databases[instances++ % 2]
      if (!one) throw new Error('no database')
      return { store: postgresSignInStore(one), secrets: postgresSecretStore(one, masterKeys) }
    },
  })
  const person = browser()
  await person.signIn()
  const other = instance()
  clock.forward(299)
  const asked = Array.from({ length: 50 }, (_, number) =>
    whoIs(number % 2 ? person.admit() : person.admit(undefined, other)),
  )
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['alice']))
  expect(issuer.refreshes()).toBe(1)
  const thief = browser()
  for (const [name, value] of person.cookies) thief.cookies.set(name, value)
  await person.ask('POST', '/auth/sign-out', other)
  expect(await whoIs(thief.admit())).toBe('sign_in_ended')
})
