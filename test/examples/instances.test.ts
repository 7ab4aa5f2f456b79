// Runs the unchanged example of several instances: two processes over one PostgreSQL, with
// TaskFlow's issuer and MCP server.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog } from 'onbehalf/log'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { loadKeys } from '../../examples/taskflow/keys.ts'
import { freePorts } from '../../examples/taskflow/listen.ts'
import { startTaskflow, type Taskflow } from '../../examples/taskflow/taskflow.ts'
import { PORTS } from '../../examples/taskflow/urls.ts'
import { listAll, say, send } from '../end-to-end/chat.ts'
import { kill, type Program, start } from '../end-to-end/program.ts'
import { type PostgresServer, startPostgres } from '../store/postgres/server.ts'
import { type ModelProvider, startModelProvider } from './chat-completions.ts'
import { signIn } from './taskflow/sign-in.ts'

let folder: string
let taskflow: Taskflow
let provider: ModelProvider
let postgres: PostgresServer
const programs: Program[] = []
let chatkits: readonly string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onbehalf-instances-'))
  const log = createLog({ level: 'error', destination: { write: () => {} } })
  taskflow = await startTaskflow({
    port: await freePorts(PORTS),
    dataDir: join(folder, 'taskflow'),
    log,
    env: {},
  })
  provider = await startModelProvider()
  const { chatClientKey } = await loadKeys(join(folder, 'taskflow'))
  postgres = await startPostgres()
  const env = {
    ...provider.env,
    ISSUER: taskflow.urls.issuer,
    RESOURCE: taskflow.urls.chatkit,
    MCP_URL: taskflow.urls.mcp,
    CLIENT_ID: 'taskflow-chat',
    CLIENT_JWK: JSON.stringify(chatClientKey),
    PGHOST: postgres.host,
    PGPORT: String(postgres.port),
    PGUSER: postgres.user,
    PGDATABASE: await postgres.database(),
    PORT: '0',
  }
  // At the same moment, so that both want to make the tables.
  for (let n = 0; n < 2; n++)
    programs.push(
      start(process.execPath, ['--conditions=onbehalf-source', 'examples/instances/server.ts'], {
        env,
      }),
    )
  const lines = await Promise.all(programs.map(({ firstLine }) => firstLine))
  const ports = lines.map((line) => z.object({ port: z.number() }).parse(JSON.parse(line)).port)
  chatkits = ports.map((port) => `http://127.0.0.1:${port}/chatkit`)
}, 60_000)

afterAll(async () => {
  await Promise.all(programs.map(kill))
  await postgres?.close()
  await taskflow?.close()
  await provider?.close()
  await rm(folder, { recursive: true, force: true })
})

it('a conversation goes on at whichever instance its next message comes to, is its person’s at both, and both end when told to', async () => {
  const [one = '', other = ''] = chatkits
  const { issuer, chatkit: resource } = taskflow.urls
  const [alice, bob] = await Promise.all([
    signIn({ issuer, as: 'alice', resource }),
    signIn({ issuer, as: 'bob', resource }),
  ])
  const { threadId } = await say(one, alice, 'Add a task to water the plants')
  expect((await say(other, alice, "What's pending?", threadId)).text).toContain('Water the plants')
  // Two turns: a message, the call, the answer.
  expect(await listAll(one, alice, 'items.list', { thread_id: threadId })).toHaveLength(6)
  for (const chatkit of chatkits) {
    expect((await send(chatkit, bob, 'threads.get_by_id', { thread_id: threadId })).status).toBe(
      404,
    )
    expect((await send(chatkit, 'forged', 'threads.list', {})).status).toBe(401)
  }
  for (const { child } of programs) child.kill('SIGTERM')
  const ends = await Promise.all(programs.map(({ ended }) => ended))
  expect(ends).toEqual([
    { code: 0, signal: null },
    { code: 0, signal: null },
  ])
  for (const { out, err } of programs) expect(out() + err()).not.toContain(alice.split('.')[2])
}, 60_000)
