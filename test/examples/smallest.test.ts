// Runs the unchanged smallest ChatKit server in a process of its own. TaskFlow's issuer signs
// people in, and TaskFlow's MCP server has the tools.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createLog } from 'onbehalf/log'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { loadKeys } from '../../examples/taskflow/keys.ts'
import { freePorts } from '../../examples/taskflow/listen.ts'
import { startTaskflow, type Taskflow } from '../../examples/taskflow/taskflow.ts'
import { PORTS } from '../../examples/taskflow/urls.ts'
import { eventsIn, inputOf, listAll, say, send } from '../end-to-end/chat.ts'
import { kill, type Program, start } from '../end-to-end/program.ts'
import { type ModelProvider, startModelProvider } from './chat-completions.ts'
import { signIn } from './taskflow/sign-in.ts'

let folder: string
let taskflow: Taskflow
let provider: ModelProvider
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
  provider = await startModelProvider()
  const { chatClientKey } = await loadKeys(join(folder, 'taskflow'))
  program = start(
    process.execPath,
    ['--conditions=onbehalf-source', 'examples/smallest/server.ts'],
    {
      env: {
        ...provider.env,
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
  await provider?.close()
  await rm(folder, { recursive: true, force: true })
})

it('the smallest server is under 40 lines', async () => {
  const text = await readFile(new URL('../../examples/smallest/server.ts', import.meta.url), 'utf8')
  expect(text.trimEnd().split('\n').length).toBeLessThan(40)
})

it('without a model the smallest server stops at once and names the variables to set', async () => {
  const { ended, err } = start(
    process.execPath,
    ['--conditions=onbehalf-source', 'examples/smallest/server.ts'],
    { env: { OPENAI_API_KEY: '', OPENAI_BASE_URL: '', OPENAI_MODEL: '' } },
  )
  expect((await ended).code).toBe(1)
  for (const name of ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_MODEL'])
    expect(err()).toContain(name)
})

it('a person’s agent calls the tools in their name, and nobody else sees what came of it', async () => {
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

it('when it is told to end in the middle of an answer, the answer so far is kept and the process ends by itself', async () => {
  const { issuer, chatkit: resource } = taskflow.urls
  const alice = await signIn({ issuer, as: 'alice', resource })
  provider.stall()
  const { body } = await send(chatkit, alice, 'threads.create', { input: inputOf('Hello') })
  let raw = ''
  for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const isFirst = !raw.includes('text_delta')
    raw += piece
    if (isFirst && raw.includes('text_delta')) program.child.kill('SIGTERM')
  }
  expect(await program.ended).toEqual({ code: 0, signal: null })
  const database = new DatabaseSync(join(folder, 'chat.db'))
  const newest = database.prepare('select body from item order by seq desc limit 2').all()
  database.close()
  expect(eventsIn(raw).at(-1)).toMatchObject({ type: 'error' })
  // The very last one is a note for the model.
  expect(newest.at(-1)?.body).toContain('assistant_message')
})
