// Real Python clients against the gateway of `npm start`, and the agent of README as it is printed.

import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { standInModelServer } from '../../examples/python/stand-in.ts'
import { freePorts, takenPorts } from '../../examples/taskflow/listen.ts'
import { outputOf } from '../issuers-real/program.ts'
import { must, NotOffered, say, type Tally } from '../issuers-real/tally.ts'

const ROOT: string = join(import.meta.dirname, '../..')
const README_PORT = 3000
const GATEWAY_OFFSET = 7
const PORTS = 8
const RUNNER: string = join(ROOT, 'scripts/run.mjs')

/** TaskFlow as `npm start` starts it. */
interface Running {
  readonly port: number
  readonly gateway: string
  /** What `npm run -s token -- --as NAME --audience gateway` prints. */
  token(name: string): Promise<string>
  stop(): Promise<void>
}

/** A Python with the newer SDK of MCP and FastMCP, and one with the older SDK alone. */
export interface Pythons {
  readonly newer: string
  readonly older: string
}

/** Runs the clients, and then the agent of README. */
export async function runClients(
  tally: Tally,
  cache: string,
  { newer, older }: Pythons,
): Promise<void> {
  const data = join(cache, 'taskflow')
  rmSync(data, { recursive: true, force: true })
  mkdirSync(data, { recursive: true })
  const taskflow = await startTaskflow(data)
  try {
    await clients(tally, taskflow, newer, 9)
    await clients(tally, taskflow, older, 3)
    await tally.step('the agent of README acts as alice', () => readmeAgent(taskflow, data, newer))
  } finally {
    await taskflow.stop()
  }
}

interface Told {
  readonly name: string
  readonly tools?: number
  readonly added?: boolean
  readonly hidden?: boolean
  readonly error?: string
}

/** Runs the clients of one Python, of which there are `expected`. */
async function clients(
  tally: Tally,
  { gateway, token }: Running,
  python: string,
  expected: number,
): Promise<void> {
  const program = join(import.meta.dirname, 'clients.py')
  const args = [program, gateway, await token('alice'), 'Water the yucca']
  const { output } = await outputOf({ command: python, args })
  const lines = output
    .split('\n')
    .flatMap((line): Told[] => (line.startsWith('{"name"') ? [JSON.parse(line)] : []))
  if (lines.length === 0) say(output.slice(-2000))
  await tally.step('the Python clients ran', async () => {
    must(lines.length === expected, `${lines.length} of ${expected}`)
    return undefined
  })
  for (const { name, error, tools = 0, added, hidden } of lines)
    await tally.step(name, async () => {
      // At the address of all servers, the gateway itself speaks the older family alone so far.
      if (error?.includes('Unsupported protocol version')) throw new NotOffered(error)
      must(error === undefined, String(error))
      must(tools >= 10 && added && hidden, JSON.stringify({ tools, added, hidden }))
      return `${tools} tools`
    })
}

/** Runs docs/snippets/agent_as_alice.py, unchanged where the ports of README are free. */
async function readmeAgent({ port, gateway, token }: Running, data: string, python: string) {
  const printed = join(ROOT, 'docs/snippets/agent_as_alice.py')
  const text = readFileSync(printed, 'utf8')
  must(readFileSync(join(ROOT, 'README.md'), 'utf8').includes(text.trim()), 'README prints another')
  let program = printed
  if (port !== README_PORT) {
    program = join(data, 'agent.py')
    writeFileSync(program, text.replace('http://127.0.0.1:3007/mcp', gateway))
  }
  const heard: string[] = []
  const model = createServer(
    standInModelServer({ onRequest: async (body) => void heard.push(body) }),
  )
  await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve))
  try {
    const TOKEN = await token('alice')
    const env = {
      TOKEN,
      OPENAI_API_KEY: 'none',
      OPENAI_BASE_URL: `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1`,
      OPENAI_AGENTS_DISABLE_TRACING: '1',
    }
    const { code, output } = await outputOf({ command: python, args: [program], env })
    must(code === 0 && output.includes('Buy groceries'), output.slice(-600))
    for (const word of ['access_token', 'user_id', 'eyJ'])
      must(!heard.join().includes(word), `the model saw ${word}`)
  } finally {
    model.closeAllConnections()
    await new Promise((resolve) => model.close(resolve))
  }
  return port === README_PORT ? 'as printed' : `as printed, but for the port ${port}`
}

async function startTaskflow(data: string): Promise<Running> {
  const taken = await takenPorts(README_PORT, PORTS)
  const port = taken.length === 0 ? README_PORT : await freePorts(PORTS)
  const args = [RUNNER, 'start', '--json', '--port', `${port}`, '--data', data]
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = new Promise<void>((resolve) => void child.once('exit', () => resolve()))
  process.once('exit', () => child.kill('SIGTERM'))
  const line = await new Promise<string>((resolve) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()))
    void gone.then(() => resolve('{}'))
  })
  const { gateway } = JSON.parse(line) as { readonly gateway?: string }
  must(gateway === `http://127.0.0.1:${port + GATEWAY_OFFSET}/mcp`, `npm start: ${line}`)
  return {
    port,
    gateway,
    async token(name) {
      const asked = ['token', '--as', name, '--audience', 'gateway', '--data', data]
      const { code, output } = await outputOf({
        command: process.execPath,
        args: [RUNNER, ...asked],
      })
      must(code === 0, output)
      return output.trim()
    },
    async stop() {
      child.kill('SIGTERM')
      await gone
    },
  }
}
