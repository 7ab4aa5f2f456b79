// docs/frameworks.md and the pages of docs/frameworks show the files that these tests run. Files that
// no framework's test runs are run here.

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { connect as connectLegacy } from '../../docs/snippets/legacy-sse.ts'
import { listTasks, taskClients } from '../../docs/snippets/pool.ts'
import { connect } from '../../docs/snippets/stdio.ts'
import { connect as connectStarted } from '../../docs/snippets/stdio-started.ts'
import { Credential } from '../../src/core/credential.ts'
import { granted } from '../../src/core/errors.ts'
import { parseBinding } from '../../src/core/parse-binding.ts'
import { type Caller, createAuditor } from '../../src/index.ts'
import { carryingTransport } from '../../src/mcp/transport.ts'
import { alice, bob, issuedToken, verifiedToken } from '../core/parts.ts'
import { legacyServer } from '../mcp/legacy-server.ts'
import { carrier } from '../mcp/parts.ts'
import { BY_ENV, RESOURCE, stdioHouse } from '../stdio/house.ts'
import { keyed } from './servers.ts'

const FOLDER = new URL('../../docs/snippets/', import.meta.url)

/** The code of the files in a folder, without their first comments. */
const snippetsIn = (folder: URL) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8').replace(/^\/\/.*\n\n/, ''))

it('the pages of docs/chat show each file of docs/snippets/chat unchanged', () => {
  const pages = new URL('../../docs/chat/', import.meta.url)
  const shown = readdirSync(pages)
    .map((name) => readFileSync(new URL(name, pages), 'utf8'))
    .join('\n')
  const files = snippetsIn(new URL('chat/', FOLDER))
  expect(files.length).toBeGreaterThan(1)
  expect(files.filter((code) => !shown.includes(`\`\`\`ts\n${code}\`\`\``))).toEqual([])
})

describe('the pages about frameworks', () => {
  it('the pages about frameworks show each file of docs/snippets unchanged, without its first comment', () => {
    const docs = new URL('../../docs/', import.meta.url)
    const folder = new URL('frameworks/', docs)
    const pages = [
      new URL('frameworks.md', docs),
      ...readdirSync(folder).map((name) => new URL(name, folder)),
    ].map((page) => readFileSync(page, 'utf8'))
    const shown = [...pages.join('\n').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(
      ([, code]) => code ?? '',
    )
    const files = snippetsIn(FOLDER)
    expect(shown.length).toBe(10)
    expect(shown.sort()).toEqual(files.sort())
  })
})

const callerOf = (principal: Caller['principal'], changes: Partial<Caller>): Caller => ({
  principal,
  token: verifiedToken({ principal, expiresAt: Date.now() / 1000 + 300 }),
  trace: '4bf92f3577b34da6a3ce929d0e0e4736',
  fetch: () => expect.unreachable(),
  asks: () => false,
  url: () => expect.unreachable(),
  transport: () => expect.unreachable(),
  promptValues: () => expect.unreachable(),
  noteLeftOut: () => {},
  renewWith: () => {},
  end: async () => {},
  [Symbol.dispose]: () => {},
  [Symbol.asyncDispose]: async () => {},
  ...changes,
})

describe('a snippet', () => {
  it('a snippet runs a stdio server for one caller', async () => {
    const binding = parseBinding('tasks', {
      url: 'stdio:everything',
      resource: 'https://everything.example',
      placement: {
        type: 'argument',
        parameters: [{ pointer: '/message', value: 'subject', tool: 'echo' }],
      },
    })
    const caller = callerOf(alice, {
      transport: (_, inner) =>
        carryingTransport(inner ?? expect.unreachable(), {
          binding,
          source: async () => granted(issuedToken('canary-of-a-snippet')),
          principal: alice,
          auditor: createAuditor({ record: () => {} }),
          trace: '4bf92f3577b34da6a3ce929d0e0e4736',
          deadline: 20_000,
        }),
    })
    const program = 'node_modules/@modelcontextprotocol/server-everything/dist/index.js'
    const client = await connect(caller, process.execPath, [program, 'stdio'])
    expect(await client.callTool({ name: 'echo', arguments: {} })).toMatchObject({
      content: [{ text: 'Echo: alice' }],
    })
    await client.close()
  })

  it('a snippet talks to a stdio server whose process is started', async () => {
    const { caller, keys, processes } = stdioHouse(BY_ENV)
    await keys.put(alice, RESOURCE, new Credential('canary-of-a-snippet-0123'))
    const person = await caller()
    const client = await connectStarted({
      ...person,
      transport: () => person.transport('everything'),
    })
    expect(await client.callTool({ name: 'echo', arguments: { message: 'hi' } })).toMatchObject({
      content: [{ text: 'Echo: hi' }],
    })
    await client.close()
    await processes.close()
  })

  it('a snippet talks to a server over HTTP+SSE', async () => {
    await using server = await legacyServer()
    const { fetch } = carrier(server.url)
    const client = await connectLegacy(callerOf(alice, { fetch: () => fetch }), server.url)
    expect(await client.callTool({ name: 'any', arguments: {} })).toMatchObject({
      content: [{ text: 'done' }],
    })
    await client.close()
  })

  it('a snippet keeps a session for the next request of the same person, and for nobody else', async () => {
    const running = await keyed()
    const initialized: string[] = []
    const caller = (principal: Caller['principal']) =>
      callerOf(principal, {
        fetch: () => async (input, init) => {
          const { subject } = principal
          if (String(init?.body).includes('"initialize"')) initialized.push(subject)
          const headers = new Headers(init?.headers)
          headers.set('x-api-key', `secret.${subject}.${'0'.repeat(32)}`)
          return fetch(input, { ...init, headers })
        },
      })
    const clients = taskClients(running.url)
    const told = []
    for (const principal of [alice, bob, alice, bob])
      told.push(await listTasks(clients, caller(principal)))
    expect(told.map((result) => JSON.stringify(result))).toEqual(
      ['alice', 'bob', 'alice', 'bob'].map((subject) =>
        expect.stringContaining(`done for ${subject}`),
      ),
    )
    expect(initialized).toEqual(['alice', 'bob'])
    await clients.close()
    await running.stop()
  })
})
