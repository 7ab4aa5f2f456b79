// The token command: one access token on stdout and nothing else, or a sentence on stderr and the
// right exit code.

import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../../examples/taskflow/token.ts'
import { type RunningIssuer, resources, startIssuer, web } from './issuer/running-issuer.ts'

let running: RunningIssuer
let empty: string

beforeAll(async () => {
  running = await startIssuer()
  empty = await mkdtemp(join(tmpdir(), 'taskflow-token-'))
  const { chat: chatkit, mcp, api } = resources
  await writeFile(
    join(running.dataDir, 'demo.json'),
    JSON.stringify({ web, chatkit, mcp, api, issuer: running.issuer }),
  )
})
afterAll(async () => {
  await running.stop()
  await rm(empty, { recursive: true, force: true })
  expect(running.failures).toEqual([])
})

async function run(...args: readonly string[]) {
  let out = ''
  let err = ''
  const code = await main(args, { out: (text) => (out += text), err: (text) => (err += text) })
  return { code, out, err }
}

const demo = () => ['--data', running.dataDir]

describe('the token', () => {
  it('the printed token is all that is on stdout', async () => {
    const { code, out, err } = await run('--as', 'alice', ...demo())
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    expect(decodeJwt(out)).toMatchObject({
      sub: 'alice',
      aud: resources.chat,
      scope: 'tasks:read tasks:write',
      client_id: 'taskflow-cli',
    })
  })

  it('the printed token is all that is on stdout when the program runs by itself', async () => {
    const program = fileURLToPath(new URL('../../../examples/taskflow/token.ts', import.meta.url))
    const child = spawn(process.execPath, [
      '--conditions=onbehalf-source',
      '--disable-warning=ExperimentalWarning',
      program,
      '--as',
      'bob',
      ...demo(),
    ])
    let out = ''
    let err = ''
    child.stdout.on('data', (text) => (out += text))
    child.stderr.on('data', (text) => (err += text))
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(decodeJwt(out).sub).toBe('bob')
  })

  it('the printed token has exactly the scopes of --scope', async () => {
    const { out } = await run('--as', 'bob', '--scope', 'tasks:read', ...demo())
    expect(decodeJwt(out)).toMatchObject({ sub: 'bob', scope: 'tasks:read' })
  })

  it.each(['chat', 'mcp', 'api'] as const)(
    'the printed token is for %s when --audience says so, by name or by URL',
    async (name) => {
      expect(decodeJwt((await run('--as', 'alice', '--audience', name, ...demo())).out).aud).toBe(
        resources[name],
      )
      expect(
        decodeJwt((await run('--as', 'alice', '--audience', resources[name], ...demo())).out).aud,
      ).toBe(resources[name])
    },
  )

  it('the printed token needs no file of the demo when --issuer names the server', async () => {
    const { out } = await run('--as', 'alice', '--issuer', running.issuer, '--data', empty)
    expect(decodeJwt(out).aud).toBe(resources.chat)
    const forApi = await run(
      '--as',
      'alice',
      '--issuer',
      running.issuer,
      '--audience',
      resources.api,
      '--data',
      empty,
    )
    expect(decodeJwt(forApi.out).aud).toBe(resources.api)
  })
})

describe('--help', () => {
  it('--help names every option', async () => {
    const { code, out } = await run('--help')
    expect(code).toBe(0)
    for (const option of ['--as', '--scope', '--audience', '--issuer', '--data'])
      expect(out).toContain(option)
  })
})

describe('wrong usage', () => {
  it.each([
    ['no --as', [], 'alice or bob'],
    ['an unknown person', ['--as', 'carol'], '--as alice or --as bob'],
    ['an unknown scope', ['--as', 'alice', '--scope', 'tasks:admin'], 'tasks:read and tasks:write'],
    ['an empty scope', ['--as', 'alice', '--scope', ''], 'tasks:read and tasks:write'],
    ['an unknown audience', ['--as', 'alice', '--audience', 'printer'], 'chat, mcp, gateway, api'],
    ['an unknown option', ['--as', 'alice', '--wat'], '--wat'],
    ['two people', ['--as', 'alice', '--as', 'bob'], '--as is there twice'],
    [
      'an issuer elsewhere without https',
      ['--as', 'alice', '--issuer', 'http://login.example'],
      'https',
    ],
    ['an issuer that is no URL', ['--as', 'alice', '--issuer', 'localhost:3003'], '--issuer'],
  ])(
    'wrong usage is refused: %s, and the command says what is right, with exit code 2 and nothing on stdout',
    async (_name, args, hint) => {
      const { code, out, err } = await run(...args, ...demo())
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toContain(hint)
    },
  )

  it('wrong usage is refused: an audience by name whose URL nobody can know', async () => {
    const { code, err } = await run(
      '--as',
      'alice',
      '--issuer',
      running.issuer,
      '--audience',
      'api',
      '--data',
      empty,
    )
    expect(code).toBe(2)
    expect(err).toContain('URL')
  })
})

describe('what cannot be done', () => {
  it('the command fails without a running demo, and says how to start it', async () => {
    const { code, out, err } = await run('--as', 'alice', '--data', empty)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('npm start')
  })

  it('the command fails when the demo has ended but its file is still there, and says how to start it', async () => {
    const { chat: chatkit, mcp, api } = resources
    await writeFile(
      join(empty, 'demo.json'),
      JSON.stringify({ web, chatkit, mcp, api, issuer: `http://127.0.0.1:${await freePort()}` }),
    )
    const { code, out, err } = await run('--as', 'alice', '--data', empty)
    await rm(join(empty, 'demo.json'))
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('npm start')
  })

  it('the command fails for a resource that the issuer does not know, and says so', async () => {
    const { code, err } = await run(
      '--as',
      'alice',
      '--audience',
      'https://evil.example/api',
      ...demo(),
    )
    expect(code).toBe(1)
    expect(err).toContain('invalid_target')
  })

  it('the command fails at a server that is no issuer, and does not repeat what it says', async () => {
    const server = createServer((_request, response) => response.end('{"error":"secret-detail"}'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const { code, out, err } = await run('--as', 'alice', '--issuer', `http://127.0.0.1:${port}`)
    server.close()
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).not.toContain('secret-detail')
    expect(err).toContain('is no authorization server')
    expect(err).not.toContain('npm start')
  })

  it('the command fails at a named issuer that does not answer, and names it but not the demo, which may well run', async () => {
    const issuer = `http://127.0.0.1:${await freePort()}`
    const { code, out, err } = await run('--as', 'alice', '--issuer', issuer, ...demo())
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toBe(
      `token: Nobody answers at ${issuer}: check --issuer, or leave it out for the running demo\n`,
    )
  })

  it('the command fails at an issuer whose name is spelled otherwise, and says that it must be the same', async () => {
    const { code, err } = await run(
      '--as',
      'alice',
      '--issuer',
      running.issuer.replace('127.0.0.1', 'localhost'),
      ...demo(),
    )
    expect(code).toBe(1)
    expect(err).toContain('letter by letter')
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
