// The clients, and how each is made to list the tools of a person. It has no tests.

import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Stream } from 'node:stream'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Package } from '../frameworks/servers/packages.ts'
import { connectAs } from './person.ts'
import { REDIRECT, rememberingProvider } from './provider.ts'

/** What a client gets. */
export interface Visit {
  /** The address of the gateway: all that the client is told. */
  readonly url: string
  /** Who signs in. */
  readonly as: string
  /** Where its package is. */
  readonly folder: string
  /** Where it may keep things. */
  readonly home: string
}

/** A client. */
export interface RealClient {
  readonly name: string
  /** Absent for a dependency of this repository. */
  readonly package?: Package
  /** Lists the tools of a person. Gives their names. */
  tools(visit: Visit): Promise<string>
}

/** What both servers behind the gateway have. */
const EXPECTED = ['TaskFlow__taskflow_list_tasks', 'Classic__taskflow_list_tasks']

function judged(names: readonly string[]): string {
  const missing = EXPECTED.filter((name) => !names.includes(name))
  if (missing.length > 0) throw new Error(`no ${missing.join(', ')} among ${names.join(', ')}`)
  return `${names.length} tools`
}

export const CLIENTS: readonly RealClient[] = [
  {
    name: 'mcp-remote 0.15.1',
    package: { from: 'npm', name: 'mcp-remote', version: '0.15.1' },
    async tools({ url, as, folder, home }) {
      mkdirSync(home, { recursive: true })
      const transport = new StdioClientTransport({
        command: process.execPath,
        args: [join(folder, 'node_modules/mcp-remote/dist/proxy.js'), url, '--allow-http'],
        env: { PATH: '', HOME: home, MCP_REMOTE_CONFIG_DIR: home },
        stderr: 'pipe',
      })
      const opened = urlIn(transport.stderr).then((start) => connectAs(start, as))
      const client = new Client({ name: 'test', version: '1.0.0' })
      try {
        await Promise.all([client.connect(transport), opened])
        return judged((await client.listTools()).tools.map(({ name }) => name))
      } finally {
        await client.close()
      }
    },
  },
  {
    name: 'MCP inspector 2.12.0',
    package: { from: 'npm', name: '@modelcontextprotocol/inspector', version: '2.12.0' },
    async tools({ url, as, folder, home }) {
      mkdirSync(home, { recursive: true })
      const program = '@modelcontextprotocol/inspector/clients/launcher/build/index.js'
      const child = spawn(
        process.execPath,
        [
          join(folder, 'node_modules', program),
          ...['--cli', url, '--transport', 'http', '--method', 'tools/list', '--format', 'json'],
          ...['--connect-timeout', '60000'],
        ],
        {
          env: { PATH: '', HOME: home, MCP_AUTO_OPEN_ENABLED: 'true' },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      )
      let output = ''
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk
      })
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
      try {
        const start = urlIn(child.stderr)
        await Promise.race([start.then((found) => connectAs(found, as)), ended])
        const code = await ended
        if (code !== 0) throw new Error(`it ended with ${code}`)
        return judged([...output.matchAll(/"name": ?"([^"]+)"/g)].map(([, name = '']) => name))
      } finally {
        child.kill()
      }
    },
  },
  {
    name: 'SDK v2',
    async tools({ url, as }) {
      const { provider, wasSentTo } = rememberingProvider()
      const first = new StreamableHTTPClientTransport(new URL(url), { authProvider: provider })
      await new Client({ name: 'test', version: '1.0.0' }).connect(first).catch(() => {})
      await first.finishAuth(await answerOf(wasSentTo(), as))
      const client = new Client({ name: 'test', version: '1.0.0' })
      await client.connect(
        new StreamableHTTPClientTransport(new URL(url), { authProvider: provider }),
      )
      const { tools } = await client.listTools()
      await client.close()
      return judged(tools.map(({ name }) => name))
    },
  },
  {
    name: 'SDK v1',
    async tools({ url, as }) {
      const { provider, wasSentTo } = rememberingProvider()
      const first = new TransportV1(new URL(url), { authProvider: provider })
      await new ClientV1({ name: 'test', version: '1.0.0' }).connect(first).catch(() => {})
      await first.finishAuth((await answerOf(wasSentTo(), as)).get('code') ?? '')
      const client = new ClientV1({ name: 'test', version: '1.0.0' })
      await client.connect(new TransportV1(new URL(url), { authProvider: provider }))
      const { tools } = await client.listTools()
      await client.close()
      return judged(tools.map(({ name }) => name))
    },
  },
]

/** The answer that an SDK gets, whose program listens at no address. */
async function answerOf(start: string, as: string): Promise<URLSearchParams> {
  return new URL(await connectAs(start, as, REDIRECT)).searchParams
}

/** The first address that a program tells its person to open. */
function urlIn(stream: Stream | null): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    stream?.on('data', (chunk: Buffer) => {
      text += chunk
      const [url] = /https?:\/\/\S+\/oauth\/authorize\?\S+(?=\s)/.exec(text) ?? []
      if (url !== undefined) resolve(url)
    })
    stream?.on('end', () => reject(new Error(`it told nobody to open anything: ${text}`)))
  })
}
