// `npm run conformance:chatkit`: the ChatKit server on a loopback port, with the fixed responder
// behind a real door, for clients that replay recorded exchanges. It prints one line of JSON.
// Anybody can empty it from outside, so it is for tests only.

import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createAuditor, createDoor } from 'onbehalf'
import {
  type ChatCaller,
  type ChatkitServer,
  chatkitServer,
  memoryRunStore,
  memoryThreadStore,
  type RunStore,
  type ThreadStore,
} from 'onbehalf/chatkit'
import { jwtVerifier } from 'onbehalf/jwt'
import { openSqlite, sqliteRunStore, sqliteThreadStore } from 'onbehalf/store'
import { openPostgres, postgresRunStore, postgresThreadStore } from 'onbehalf/store/postgres'
import { startPostgres } from '../store/postgres/server.ts'
import { conformanceApp } from './conformance-responder.ts'

const HELP = `npm run -s conformance:chatkit [-- --store memory|sqlite|postgres] [--port N]

Starts the ChatKit server with the fixed responder and prints one line of JSON: {"url", "resetUrl", "tokens": {"alice", "bob"}}.
POST resetUrl empties the store. It runs until it gets a signal.

  --store   where threads are kept (default sqlite); postgres starts a server of its own
  --port    the port on 127.0.0.1 (default: a free one)`

const ISSUER = 'https://issuer.example'

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        store: { type: 'string', default: 'sqlite' },
        port: { type: 'string', default: '0' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    const port = Number(values.port)
    if (!(Number.isInteger(port) && port >= 0 && port < 65_536))
      throw new TypeError('--port takes a number from 0 to 65535')
    return { ...values, port }
  } catch (error) {
    console.error(
      `${error instanceof Error ? error.message : 'The arguments cannot be read'}\n\n${HELP}`,
    )
    return process.exit(2)
  }
}

/** Where threads are kept: opened empty, and anew each time. */
interface Ground {
  open(): Promise<{ readonly store: ThreadStore; readonly runs: RunStore; close(): Promise<void> }>
  end(): Promise<void>
}

async function groundFor(name: string): Promise<Ground> {
  switch (name) {
    case 'memory':
      return {
        open: async () => ({
          store: memoryThreadStore(),
          runs: memoryRunStore(),
          close: async () => {},
        }),
        end: async () => {},
      }
    case 'sqlite': {
      const folder = await mkdtemp(join(tmpdir(), 'onbehalf-conformance-'))
      let files = 0
      return {
        async open() {
          files += 1
          const database = openSqlite(join(folder, `${files}.db`))
          return {
            store: sqliteThreadStore(database),
            runs: sqliteRunStore(database),
            close: async () => database.close(),
          }
        },
        end: () => rm(folder, { recursive: true, force: true }),
      }
    }
    case 'postgres':
      return postgresGround()
    default:
      console.error(`--store knows memory, sqlite and postgres, not "${name}"\n\n${HELP}`)
      return process.exit(2)
  }
}

async function postgresGround(): Promise<Ground> {
  const postgres = await startPostgres()
  const { host, port, user } = postgres
  const database = await postgres.database()
  let schemas = 0
  return {
    async open() {
      schemas += 1
      const opened = await openPostgres({
        host,
        port,
        user,
        database,
        schema: `empty_${schemas}`,
        connections: 4,
      })
      return {
        store: postgresThreadStore(opened),
        runs: postgresRunStore(opened),
        close: opened.close,
      }
    },
    end: () => postgres.close(),
  }
}

/** A real door, whose issuer exists in this process only. */
async function doorOf(resource: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] }
  const fetch: typeof globalThis.fetch = async (input) => {
    const url = String(input instanceof Request ? input.url : input)
    return Response.json(
      url.includes('.well-known') ? { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` } : jwks,
    )
  }
  const door = createDoor({
    resource,
    verifier: jwtVerifier({ issuer: ISSUER, fetch }),
    auditor: createAuditor({ record: () => {} }),
  })
  const token = (subject: string) =>
    new SignJWT({ client_id: 'conformance' })
      .setProtectedHeader({ alg: 'ES256', kid: 'k', typ: 'at+jwt' })
      .setIssuer(ISSUER)
      .setSubject(subject)
      .setAudience(resource)
      .setJti(crypto.randomUUID())
      .setIssuedAt()
      .setExpirationTime('12h')
      .sign(privateKey)
  return { door, tokens: { alice: await token('alice'), bob: await token('bob') } }
}

const { store: name, port, help } = readArguments()
if (help) {
  console.log(HELP)
  process.exit(0)
}
const ground = await groundFor(name)
const server = createServer()
await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
const address = server.address()
if (address === null || typeof address === 'string') throw new Error('The server has no port')
const origin = `http://127.0.0.1:${address.port}`
const { door, tokens } = await doorOf(`${origin}/chatkit`)

let opened = await ground.open()
let chatkit = serve()

function serve(): ChatkitServer {
  return chatkitServer<ChatCaller>({
    ...conformanceApp(),
    async admit(request) {
      const admission = await door.admit(request)
      if (!admission.ok) return admission
      return { ok: true, value: { principal: admission.value.principal, end: async () => {} } }
    },
    store: opened.store,
    runs: opened.runs,
    rateLimit: 'none',
    onError: (error, { type }) => console.error(type ?? 'a request', error),
  })
}

async function empty(): Promise<void> {
  await chatkit.close()
  await opened.close()
  opened = await ground.open()
  chatkit = serve()
}

server.on('request', (request, response) => {
  if (request.url === '/chatkit') return void chatkit.listener(request, response)
  if (request.url !== '/reset' || request.method !== 'POST') return response.writeHead(404).end()
  return void empty().then(
    () => response.writeHead(204).end(),
    () => response.writeHead(500).end(),
  )
})

let ending = false
async function end(): Promise<void> {
  if (ending) return
  ending = true
  server.close()
  server.closeAllConnections()
  await chatkit.close()
  await opened.close()
  await ground.end()
  process.exit(0)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end())

console.log(JSON.stringify({ url: `${origin}/chatkit`, resetUrl: `${origin}/reset`, tokens }))
