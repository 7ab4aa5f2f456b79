// An MCP server in a few lines, for the tests of its process: it tells its environment and arguments,
// starts a process of its own, takes memory, and ends when it is asked to. It holds no test.

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const kept: unknown[] = []

const methods: Record<string, (params: { name?: string; text?: string }) => unknown> = {
  initialize: () => ({
    protocolVersion: '2025-11-25',
    capabilities: {},
    serverInfo: { name: 'child', version: String(process.pid) },
  }),
  about: () => ({
    pid: process.pid,
    env: process.env,
    args: process.argv.slice(2),
    cwd: process.cwd(),
  }),
  'tools/call': ({ name = '', ...params }) => ({
    content: [{ type: 'text', text: JSON.stringify(methods[name]?.(params)) }],
  }),
  child: () => {
    const child: ChildProcess = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      stdio: 'inherit',
    })
    kept.push(child)
    return { pid: child.pid }
  },
  memory: () => {
    kept.push(Buffer.alloc(300 * 1024 * 1024, 1))
    return {}
  },
  say: ({ text }) => {
    process.stderr.write(`${text}\n`)
    return {}
  },
  ask: () => {
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: 'q', method: 'roots/list' })}\n`)
    return {}
  },
  end: () => process.exit(7),
  stay: () => {
    process.on('SIGTERM', () => {})
    setInterval(() => {}, 1000)
    return {}
  },
}

process.stdout.write('A greeting, which is no message\n')
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params = {} } = JSON.parse(line)
  if (id === undefined || method === 'never' || params.name === 'never') return
  const result = methods[method]?.(params) ?? {}
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`)
})
