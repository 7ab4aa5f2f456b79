// What `npm start` and `npm run token` promise to a script that calls them: their output, exit
// codes and ports, and a clean end.

import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { Agent, createServer, get, request, type Server } from 'node:http'
import { connect } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../../examples/taskflow/listen.ts'
import { PORTS, type TaskflowUrls } from '../../examples/taskflow/urls.ts'
import { inputOf, send } from './chat.ts'
import { retried, temporaryFolder } from './fixtures.ts'
import { kill, type Program, ready, runScript, start } from './program.ts'

const programs: Program[] = []
const folders: string[] = []

function run(...args: Parameters<typeof runScript>): Program {
  const program = runScript(...args)
  programs.push(program)
  return program
}

async function folder(): Promise<string> {
  const path = await temporaryFolder()
  folders.push(path)
  return path
}

afterAll(async () => {
  await Promise.all(programs.map(kill))
  await Promise.all(folders.map((path) => rm(path, { recursive: true, force: true })))
})

/** Runs a program to its end. */
async function outcome(program: Program) {
  const { code } = await program.ended
  return { code, out: program.out(), err: program.err() }
}

async function listensOn(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const up = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return up
}

const portOf = (url: string) => Number(new URL(url).port)

async function portsThatListen(first: number): Promise<readonly number[]> {
  const ports = Array.from({ length: PORTS }, (_, offset) => first + offset)
  const up = await Promise.all(ports.map(listensOn))
  return ports.filter((_, index) => up[index])
}

/** Signals a program. Returns its exit code, and the seconds until it ended. */
async function signalled(program: Program, signal: () => void) {
  const from = performance.now()
  signal()
  const { code } = await program.ended
  return { code, seconds: (performance.now() - from) / 1000 }
}

describe('a TaskFlow that was started with --json', () => {
  let taskflow: Program
  let urls: TaskflowUrls
  let data: string
  let model: Server

  beforeAll(async () => {
    data = await folder()
    // A language model that never answers, so that an answer of the chat goes on until it is ended.
    model = createServer().listen(0, '127.0.0.1')
    await once(model, 'listening')
    const address = model.address()
    const port = typeof address === 'object' ? address?.port : 0
    taskflow = run('start', ['--json', '--port', '0', '--data', basename(data)], {
      cwd: dirname(data),
      env: { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_MODEL: 'silent' },
    })
    urls = await ready(taskflow)
  })
  afterAll(() => {
    model.closeAllConnections()
    model.close()
  })

  const token = (...args: readonly string[]) =>
    outcome(run('token', [...args, '--data', basename(data)], { cwd: dirname(data) }))

  it('--json prints the URL of each part; the ports are consecutive, and each part answers', async () => {
    const port = portOf(urls.web)
    expect(urls).toEqual({
      web: `http://127.0.0.1:${port}`,
      chatkit: `http://127.0.0.1:${port}/chatkit`,
      mcp: `http://127.0.0.1:${port + 1}/mcp`,
      gateway: `http://127.0.0.1:${port + 7}/mcp`,
      api: `http://127.0.0.1:${port + 2}/api`,
      issuer: `http://127.0.0.1:${port + 3}`,
    })
    const page = await fetch(urls.web)
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<html')])
    for (const part of [urls.chatkit, urls.mcp, urls.gateway, `${urls.api}/tasks`]) {
      expect((await fetch(part, { method: 'POST', body: '{}' })).status).toBe(401)
    }
    expect((await fetch(`${urls.issuer}/.well-known/oauth-authorization-server`)).status).toBe(200)
  })

  it('TaskFlow keeps its data in the folder of --data, which only the owner can read', async () => {
    expect(JSON.parse(await readFile(join(data, 'demo.json'), 'utf8'))).toEqual(urls)
    expect((await stat(data)).mode & 0o777).toBe(0o700)
    for (const file of [
      'demo.json',
      'chat.db',
      'tasks.db',
      'issuer.db',
      'taskflow.log',
      'keys/keys.json',
    ])
      expect([file, (await stat(join(data, file))).mode & 0o777]).toEqual([file, 0o600])
  })

  it('the token command prints a token and nothing else', async () => {
    const readOnly = ['--scope', 'tasks:read']
    const runs = await Promise.all([
      token('--as', 'alice'),
      token('--as', 'bob', ...readOnly),
      token('--as', 'alice', '--audience', 'chat'),
      token('--as', 'alice', '--audience', 'mcp'),
      token('--as', 'alice', '--audience', 'api'),
      token('--as', 'bob', '--audience', urls.api, ...readOnly),
      outcome(run('token', ['--as', 'bob', '--issuer', urls.issuer, '--audience', urls.mcp])),
    ])
    for (const one of runs)
      expect(one).toEqual({
        code: 0,
        err: '',
        out: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/),
      })
    expect(
      runs.map(({ out }) => {
        const { sub, aud, scope, iss } = decodeJwt(out)
        return [sub, aud, scope, iss]
      }),
    ).toEqual(
      [
        ['alice', urls.chatkit, 'tasks:read tasks:write'],
        ['bob', urls.chatkit, 'tasks:read'],
        ['alice', urls.chatkit, 'tasks:read tasks:write'],
        ['alice', urls.mcp, 'tasks:read tasks:write'],
        ['alice', urls.api, 'tasks:read tasks:write'],
        ['bob', urls.api, 'tasks:read'],
        ['bob', urls.mcp, 'tasks:read tasks:write'],
      ].map((one) => [...one, urls.issuer]),
    )
  })

  it('the token command says on stderr what is wrong, with the right exit code', async () => {
    const elsewhere = await folder()
    const [nobody, stranger, nowhere, notRunning, unknown] = await Promise.all([
      token(),
      token('--as', 'mallory'),
      token('--as', 'alice', '--audience', 'printer'),
      outcome(run('token', ['--as', 'alice', '--data', elsewhere])),
      token('--as', 'alice', '--audience', 'https://elsewhere.example/api'),
    ])
    expect(nobody).toEqual({ code: 2, out: '', err: expect.stringContaining('--as') })
    expect(stranger).toEqual({ code: 2, out: '', err: expect.stringContaining('alice') })
    expect(nowhere).toEqual({
      code: 2,
      out: '',
      err: expect.stringContaining('chat, mcp, gateway, api'),
    })
    expect(notRunning).toEqual({ code: 1, out: '', err: expect.stringContaining('npm start') })
    expect(unknown).toEqual({ code: 1, out: '', err: expect.stringContaining('invalid_target') })
  })

  it('a second TaskFlow on the same ports and data says what to do, and disturbs nothing', async () => {
    const second = await outcome(
      run('start', ['--json', '--port', String(portOf(urls.web)), '--data', data]),
    )
    expect(second).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(
        /^TaskFlow needs the ports (\d+) to \d+, and ports \1, .* are in use\. Choose another first one with --port\.\n$/,
      ),
    })
    expect((await fetch(urls.web)).status).toBe(200)
    expect(existsSync(join(data, 'demo.json'))).toBe(true)
  })

  it('TaskFlow ends cleanly on SIGTERM within 5 seconds, whatever its connections are doing', async () => {
    const { out: chatToken } = await token('--as', 'alice')
    const params = { input: inputOf('Are you there?') }
    const stream = await send(urls.chatkit, chatToken.trim(), 'threads.create', params)
    const reader = stream.body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('thread.created')
    const streamEnded = (async () => {
      while (!(await reader?.read())?.done);
    })().catch(() => {})

    const agent = new Agent({ keepAlive: true })
    const idle = get(`${urls.web}/config.json`, { agent })
    const [answer] = await once(idle, 'response')
    answer.resume()
    await once(answer, 'end')
    const half = request(urls.chatkit, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${chatToken.trim()}`,
        'content-type': 'application/json',
        'content-length': 100,
      },
    })
    half.on('error', () => {})
    half.write('{"type":')

    const { code, seconds } = await signalled(taskflow, () => taskflow.child.kill('SIGTERM'))
    expect(code).toBe(0)
    expect(seconds).toBeLessThan(5)
    await streamEnded
    agent.destroy()
    half.destroy()

    expect(await portsThatListen(portOf(urls.web))).toEqual([])
    expect(existsSync(join(data, 'demo.json'))).toBe(false)
    expect(taskflow.out()).toBe(`${JSON.stringify(urls)}\n`)
    expect(taskflow.err()).toBe('')
    const log = (await readFile(join(data, 'taskflow.log'), 'utf8')).trim().split('\n')
    expect(
      log
        .map((line) => JSON.parse(line))
        .filter(({ level }) => level === 'error' || level === 'warn'),
    ).toEqual([])
  })
})

describe('a TaskFlow in a terminal', () => {
  it('in a terminal, TaskFlow listens at --port, and ends cleanly on Ctrl-C', async () => {
    const data = await folder()
    const { program, port } = await retried(async () => {
      const port = await freePorts(PORTS)
      const program = run('start', ['--port', String(port), '--data', data])
      while (!program.out().includes('Ctrl-C')) {
        const ended = await Promise.race([
          program.ended,
          once(program.child.stdout ?? process, 'data'),
        ])
        if ('code' in ended) throw new Error(program.err())
      }
      return { program, port }
    })
    expect(program.out()).toContain(`http://127.0.0.1:${port}`)
    expect(program.out()).toContain('not a language model')
    expect(await portsThatListen(port)).toHaveLength(PORTS)
    const { code, seconds } = await signalled(program, () =>
      process.kill(-(program.child.pid ?? Number.NaN), 'SIGINT'),
    )
    expect(code).toBe(0)
    expect(seconds).toBeLessThan(5)
    expect(await portsThatListen(port)).toEqual([])
    expect(existsSync(join(data, 'demo.json'))).toBe(false)
    expect(program.err()).toBe('')
  })

  it('TaskFlow ends when npm gets SIGTERM', async () => {
    const data = await folder()
    const program = start('npm', [
      'start',
      '--silent',
      '--',
      '--json',
      '--port',
      '0',
      '--data',
      data,
    ])
    programs.push(program)
    const urls = await ready(program)
    // `ended` waits for every process that holds the output, so for all that npm has started.
    const { seconds } = await signalled(program, () => program.child.kill('SIGTERM'))
    expect(seconds).toBeLessThan(5)
    expect(await portsThatListen(portOf(urls.web))).toEqual([])
    expect(existsSync(join(data, 'demo.json'))).toBe(false)
  })
})

describe('a start that fails', () => {
  it('a start leaves nothing running when one port is taken', async () => {
    const data = await folder()
    const port = await freePorts(PORTS)
    const other = createServer().listen(port + 2, '127.0.0.1')
    await once(other, 'listening')
    try {
      const { code, out, err } = await outcome(
        run('start', ['--json', '--port', String(port), '--data', data]),
      )
      expect({ code, out, err }).toEqual({
        code: 1,
        out: '',
        err: `TaskFlow needs the ports ${port} to ${port + PORTS - 1}, and port ${port + 2} is in use. Choose another first one with --port.\n`,
      })
      expect(await portsThatListen(port)).toEqual([port + 2])
      expect(existsSync(join(data, 'demo.json'))).toBe(false)
    } finally {
      other.closeAllConnections()
      other.close()
    }
  })

  it.each([
    ['/proc/nope', 'in which no folder can be made', '/proc/nope'],
    ['/proc/nope/deeper', 'below such a folder', '/proc/nope'],
    ['/dev/null/data', 'below a file', '/dev/null'],
  ])('a start with the data folder %s, %s, names the folder and ends', async (data, _, named) => {
    const { code, out, err } = await outcome(
      run('start', ['--json', '--port', '0', '--data', data]),
    )
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(
      /^The folder .* cannot be made \(E[A-Z]+\)\. Choose another one with --data\.\n$/,
    )
    expect(err).toContain(named)
  })

  it('a start names the bad file of the data folder, and quotes nothing of it', async () => {
    const data = await folder()
    await mkdir(join(data, 'keys'))
    await writeFile(join(data, 'keys', 'keys.json'), '{"issuerKey":"not-a-key-but-secret"}')
    const { code, out, err } = await outcome(
      run('start', ['--json', '--port', '0', '--data', data]),
    )
    expect({ code, out, err }).toEqual({
      code: 1,
      out: '',
      err: expect.stringContaining('keys.json'),
    })
    expect(err).not.toContain('secret')
    expect(err).not.toMatch(/^\s+at /m)
  })

  it.each<[string, string[], Record<string, string>, string]>([
    ['a port that is no number', ['--port', 'http'], {}, '--port'],
    ['a port that leaves no room for the others', ['--port', '65533'], {}, '--port'],
    ['a place for sign-ins that there is not', ['--sign-in', 'cookie'], {}, '--sign-in'],
    ['an unknown option', ['--wat'], {}, '--wat'],
    ['an argument that belongs to nothing', ['3000'], {}, '3000'],
    ['an unknown log level', [], { LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
  ])(
    'a start that fails with %s: says what is right, with exit code 2',
    async (_, args, env, named) => {
      const { code, out, err } = await outcome(run('start', ['--json', ...args], { env }))
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toContain(named)
      expect(err).toContain('--data DIR')
    },
  )

  it('a start names the missing variable when the model is only half configured', async () => {
    const data = await folder()
    const env = { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }
    const { code, out, err } = await outcome(
      run('start', ['--json', '--port', '0', '--data', data], { env }),
    )
    expect({ code, out, err }).toEqual({
      code: 1,
      out: '',
      err: expect.stringContaining('OPENAI_MODEL'),
    })
  })

  it('a start is not tried when --help is given', async () => {
    const { code, out, err } = await outcome(run('start', ['--help']))
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const option of ['--port', '--data', '--json', 'OPENAI_API_KEY'])
      expect(out).toContain(option)
  })
})
