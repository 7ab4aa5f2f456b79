// The pins, the reflection marks, the sign-ins, the consents, and the counts and approvals of calls in
// PostgreSQL, a real one: the contracts over two instances.

import { beforeAll } from 'vitest'
import {
  type PostgresDatabase,
  postgresCallApprovals,
  postgresCallCounts,
  postgresConsentStore,
  postgresReflectionMarks,
  postgresSignInStore,
  postgresToolPins,
} from '../../../src/store/postgres/index.ts'
import { reflectionMarksContract } from '../../core/carry/reflection-marks-contract.ts'
import { toolPinReviewContract, toolPinsContract } from '../../core/carry/tool-pins-contract.ts'
import { consentStoreContract } from '../../core/vault/consent-store-contract.ts'
import { signInStoreContract } from '../../core/vault/sign-in-store-contract.ts'
import { callApprovalsContract } from '../../policy/call-approvals-contract.ts'
import { callCountsContract } from '../../policy/call-counts-contract.ts'
import { opened } from './ground.ts'
import { type SharedPostgres, sharedPostgres } from './shared.ts'

let server: SharedPostgres

beforeAll(async () => {
  server = await sharedPostgres()
})

/** Generous: a busy machine keeps a connection waiting for seconds. */
const timeouts = { connect: 25_000, statement: 25_000 }

async function two(): Promise<readonly [PostgresDatabase, PostgresDatabase]> {
  const { database, schema } = await server.schema()
  const open = () => opened(server, database, { schema, timeouts, connections: 2 })
  return [await open(), await open()]
}

toolPinsContract('PostgreSQL', async () => {
  const [one, other] = await two()
  return { stores: [postgresToolPins(one), postgresToolPins(other)] }
})

toolPinReviewContract('PostgreSQL', async () => postgresToolPins((await two())[0]))

reflectionMarksContract('PostgreSQL', async () => {
  const [one, other] = await two()
  return { stores: [postgresReflectionMarks(one), postgresReflectionMarks(other)] }
})

signInStoreContract('PostgreSQL', async () => {
  const [one, other] = await two()
  return { stores: [postgresSignInStore(one), postgresSignInStore(other)] }
})

consentStoreContract('PostgreSQL', async () => {
  const [one, other] = await two()
  return { stores: [postgresConsentStore(one), postgresConsentStore(other)] }
})

callCountsContract('PostgreSQL', async () => {
  const [one, other] = await two()
  return { stores: [postgresCallCounts(one), postgresCallCounts(other)] }
})

callApprovalsContract('PostgreSQL', async () => {
  const [one, other] = await two()
  return { stores: [postgresCallApprovals(one), postgresCallApprovals(other)] }
})
