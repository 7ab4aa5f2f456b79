// Other proxies in front of the same server, for `bench/gateway.ts`: `mcp-proxy` of npm, installed in a
// folder that is thrown away, and nginx, where it is installed.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { Child } from './child.ts'
import { treeCpuMicros } from './tree-cpu.ts'

const run = promisify(execFile)

/** A proxy that was started. */
export interface Peer extends Pick<Child, 'cpu' | 'port'> {
  /** The headers that a call needs. */
  readonly headers: Readonly<Record<string, string>>
  end(): void
}

const MCP_PROXY = 'mcp-proxy@6.7.19'

/** What runs `mcp-proxy`: as its makers show it, with a client for the server behind. */
const PROGRAM = `
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Server } from '@modelcontextprotocol/server'
import { proxyServer, startHTTPServer } from 'mcp-proxy'
const client = new Client({ name: 'proxy', version: '1' }, { versionNegotiation: { mode: 'legacy' } })
await client.connect(new StreamableHTTPClientTransport(new URL(process.argv[2])))
await startHTTPServer({
  port: Number(process.argv[3]),
  host: '127.0.0.1',
  enableJsonResponse: true,
  async createServer() {
    const capabilities = client.getServerCapabilities()
    const server = new Server(client.getServerVersion(), { capabilities })
    await proxyServer({ client, server, serverCapabilities: capabilities })
    return server
  },
})
console.log('ready')
`

/**
 * Installs and starts \`mcp-proxy\`. Undefined where it cannot be had, and why is reported.
 *
 * @param behind The URL of the server.
 */
export async function startMcpProxy(
  behind: string,
  port: number,
  report: (line: string) => void,
): Promise<Peer | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'onbehalf-mcp-proxy-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}')
    writeFileSync(join(folder, 'proxy.mjs'), PROGRAM)
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent']
    await run('npm', ['install', ...options, MCP_PROXY], { cwd: folder })
    const child = spawn(process.execPath, ['proxy.mjs', behind, String(port)], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const end = () => {
      child.kill()
      remove()
    }
    const lines = createInterface({ input: child.stdout })
    const isReady = await Promise.race([
      once(lines, 'line').then(() => true),
      once(child, 'exit').then(() => false),
    ])
    if (!isReady) throw new Error('it ended')
    child.stdout.resume()
    const headers = await openSession(port)
    return { port, headers, cpu: async () => treeCpuMicros(child.pid), end }
  } catch (error) {
    remove()
    report(`no mcp-proxy here: ${error instanceof Error ? error.message : 'unknown'}`)
    return undefined
  }
}

/** Opens a session, as a client does once. Gives the headers of its calls. */
async function openSession(port: number): Promise<Readonly<Record<string, string>>> {
  const post = (message: object, more: Readonly<Record<string, string>> = {}) =>
    fetch(`http://127.0.0.1:${port}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...more,
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    })
  const clientInfo = { name: 'bench', version: '1' }
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
  const response = await post({ id: 0, method: 'initialize', params })
  await response.text()
  const headers = {
    'mcp-session-id': response.headers.get('mcp-session-id') ?? '',
    'mcp-protocol-version': '2025-11-25',
  }
  await post({ method: 'notifications/initialized' }, headers)
  return headers
}

/** Starts nginx with one worker. Undefined where it is not installed, and why is reported. */
export async function startNginx(
  behind: string,
  port: number,
  report: (line: string) => void,
): Promise<Peer | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'onbehalf-nginx-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, nginxConfiguration(behind, port, folder))
  const child = spawn('nginx', ['-c', file, '-p', folder, '-e', join(folder, 'error.log')], {
    stdio: 'ignore',
  })
  const failed = once(child, 'exit').catch((error: unknown) => [error])
  const isUp = await Promise.race([listens(port), failed.then(() => false)])
  if (!isUp) {
    remove()
    report('no nginx here: it is not on the PATH, or did not start')
    return undefined
  }
  const end = () => {
    child.kill()
    remove()
  }
  return { port, headers: {}, cpu: async () => treeCpuMicros(child.pid), end }
}

function nginxConfiguration(behind: string, port: number, folder: string): string {
  const { host } = new URL(behind)
  return `daemon off; worker_processes 1; pid ${folder}/nginx.pid;
events { worker_connections 256; }
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  keepalive_requests 1000000;
  upstream behind { server ${host}; keepalive 32; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`
}

/** Whether something listens within five seconds. */
async function listens(port: number): Promise<boolean> {
  for (let tries = 0; tries < 50; tries++) {
    const socket = connect(port, '127.0.0.1')
    const isUp = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (isUp) return true
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return false
}
