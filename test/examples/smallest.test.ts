// The smallest ChatKit server, as its file stands, in a process of its own: TaskFlow's issuer signs people in, TaskFlow's MCP server has the tools.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog } from 'onbehalf/log'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { loadKeys } from '../../examples/taskflow/keys.ts'
import { freePorts } from '../../examples/taskflow/listen.ts'
import { startTaskflow, type Taskflow } from '../../examples/taskflow/taskflow.ts'
import { PORTS } from '../../examples/taskflow/urls.ts'
import { listAll, say, send } from '../end-to-end/chat.ts'
import { kill, type Program, start } from '../end-to-end/program.ts'
import { signIn } from './taskflow/sign-in.ts'

let folder: string
let taskflow: Taskflow
let program: Program
let chatkit: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onbehalf-smallest-'))
  const log = createLog({ level: 'error', destination: { write: () => {} } })
  taskflow = await startTaskflow({
    port: await freePorts(PORTS),
    dataDir: join(folder, 'taskflow'),
    log,
    env: {},
  })
  const { chatClientKey } = await loadKeys(join(folder, 'taskflow'))
  program = start(
    process.execPath,
    ['--conditions=onbehalf-source', 'examples/smallest/server.ts'],
    {
      env: {
        ISSUER: taskflow.urls.issuer,
        RESOURCE: taskflow.urls.chatkit,
        MCP_URL: taskflow.urls.mcp,
        CLIENT_ID: 'taskflow-chat',
        CLIENT_JWK: JSON.stringify(chatClientKey),
        DATABASE: join(folder, 'chat.db'),
        PORT: '0',
      },
    },
  )
  const { port } = z.object({ port: z.number() }).parse(JSON.parse(await program.firstLine))
  chatkit = `http://127.0.0.1:${port}/chatkit`
})

afterAll(async () => {
  if (program) await kill(program)
  await taskflow?.close()
  await rm(folder, { recursive: true, force: true })
})

test('it is under 40 lines', async () => {
  const text = await readFile(new URL('../../examples/smallest/server.ts', import.meta.url), 'utf8')
  expect(text.trimEnd().split('\n').length).toBeLessThan(40)
})

test('a person’s agent calls the tools in their name, and nobody else sees what came of it', async () => {
  const { issuer, chatkit: resource } = taskflow.urls
  const [alice, bob] = await Promise.all([
    signIn({ issuer, as: 'alice', resource }),
    signIn({ issuer, as: 'bob', resource }),
  ])
  await say(chatkit, alice, 'Add a task to water the plants')
  const turn = await say(chatkit, alice, "What's pending?")
  expect(turn.text).toContain('Water the plants')
  expect((await say(chatkit, bob, "What's pending?")).text).not.toContain('Water the plants')
  expect(await listAll(chatkit, bob, 'threads.list')).toHaveLength(1)
  expect((await send(chatkit, bob, 'threads.get_by_id', { thread_id: turn.threadId })).status).toBe(
    404,
  )
  expect((await send(chatkit, 'forged', 'threads.list', {})).status).toBe(401)
  expect(turn.raw + program.out() + program.err()).not.toContain(alice.split('.')[2])
})
