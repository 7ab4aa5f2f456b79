// The commands that work on databases, over a real PostgreSQL: keys, marks and pins do there what they
// do in SQLite.

import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { readConfiguration } from '../../src/cli/gateway/configuration.ts'
import { main } from '../../src/cli/main.ts'
import { staticKeys } from '../../src/core/vault/static-keys.ts'
import { listKeyring } from '../../src/store/index.ts'
import {
  type PostgresDatabase,
  postgresReflectionMarks,
  postgresSecretStore,
  postgresToolPins,
} from '../../src/store/postgres/index.ts'
import { MCP, START } from '../core/parts.ts'
import { groundForTest } from '../store/ground.ts'
import { opened } from '../store/postgres/ground.ts'
import { type SharedPostgres, sharedPostgres } from '../store/postgres/shared.ts'
import { record } from '../store/sealing/rotation-contract.ts'
import { runMain, type Told } from './run-main.ts'

let server: SharedPostgres
let app: PostgresDatabase
let schema: string

beforeAll(async () => {
  server = await sharedPostgres()
})

beforeEach(async () => {
  const place = await server.schema()
  schema = place.schema
  app = await opened(server, place.database, {
    schema,
    timeouts: { connect: 25_000, statement: 25_000 },
  })
  const { host, port, user } = server
  const settings = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGDATABASE: place.database }
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
})

async function run(...args: string[]): Promise<Told> {
  return runMain([...args, '--postgres', '--schema', schema])
}

it('rotates the keys of what is stored, while the app runs', async () => {
  const { keyring, masterKeys } = groundForTest()
  const store = postgresSecretStore(app, masterKeys)
  await store.write(record(1))
  const [old = ''] = listKeyring(keyring).map(({ id }) => id)
  const keys = (...args: string[]) => run('keys', ...args, '--keyring', keyring)
  expect(await main(['keys', 'rotate', '--keyring', keyring], quiet)).toBe(0)
  expect(await keys('retire', old)).toMatchObject({
    code: 1,
    out: expect.stringContaining('still needed: 1 rows'),
  })
  expect(await keys('rewrap')).toEqual({ code: 0, out: '1 rows re-wrapped\n', note: '' })
  expect(await keys('list')).toMatchObject({ out: expect.stringMatching(/ {2}1 rows {2}current/) })
  expect(await keys('retire', old)).toMatchObject({ code: 0 })
  expect((await store.read(record(1)))?.secrets.accessToken?.reveal()).toBe('access-1-1')
})

it('lists and clears marks, also for the app that runs', async () => {
  const marked = postgresReflectionMarks(app)
  await marked.mark(MCP, START * 1000)
  expect((await run('marks', 'list')).out).toContain(MCP)
  expect(await run('marks', 'clear', MCP)).toMatchObject({ code: 0 })
  expect(await marked.isMarked(MCP)).toBe(false)
})

it('lists and clears pins', async () => {
  await postgresToolPins(app).add('owner', MCP, [{ tool: 't', label: 't', fingerprint: 'f' }])
  expect((await run('pins', 'list')).out).toContain(`${MCP}: tools pinned 1, people 1`)
  expect(await run('pins', 'clear', MCP)).toMatchObject({ code: 0 })
})

it('says what to check when the server is not there', async () => {
  vi.stubEnv('PGPORT', '1')
  expect(await run('marks', 'list')).toMatchObject({
    code: 1,
    out: '',
    note: expect.stringContaining('Check PGHOST'),
  })
})

const quiet = { out() {}, note() {}, signal: new AbortController().signal }

it('keeps the keys of a gateway whose file names the database by a URL', async () => {
  const { keyring, masterKeys } = groundForTest()
  const { PGHOST, PGPORT, PGUSER, PGDATABASE } = process.env
  const url = `postgres://${PGUSER}:secret%2F1@${PGHOST}:${PGPORT}/${PGDATABASE}?schema=${schema}&sslmode=disable`
  const file = join(dirname(keyring), 'onbehalf.yaml')
  writeFileSync(
    file,
    `issuer: { preset: oidc, issuer: https://login.example, clientId: gateway }
servers: { Search: { url: https://search.example/mcp, source: { type: static, of: deployment } } }
keys: { Search: env:SEARCH_KEY }
store: { postgres: env:DATABASE_URL, keyring: ${keyring} }
`,
  )
  const env = { DATABASE_URL: url, SEARCH_KEY: 'canary0f-the-key-of-the-search' }
  const configured = await readConfiguration(file, { env, warn() {} })
  await configured.close()
  const keys = staticKeys(postgresSecretStore(app, masterKeys))
  expect(await keys.has('deployment', 'https://search.example/mcp')).toBe(true)
  const wrong = { ...env, DATABASE_URL: url.replace(`/${PGDATABASE}`, '/nothing_here') }
  const failed = await readConfiguration(file, { env: wrong, warn() {} }).catch(String)
  expect(failed).toContain('store.postgres cannot be opened')
  expect(failed).not.toContain('secret')
})
