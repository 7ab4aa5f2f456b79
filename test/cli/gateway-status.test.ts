// The status of a gateway, as its operator reads it: what is true now, to this machine alone, and nothing
// that could not be shown to everybody.

import { hash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { freePorts } from '../../examples/taskflow/listen.ts'
import { readConfiguration } from '../../src/cli/gateway/configuration.ts'
import { statusOf } from '../../src/cli/gateway/status.ts'
import { main } from '../../src/cli/main.ts'
import type { Gateway } from '../../src/gateway/index.ts'
import { createKeyring, openSqlite, sqliteSecretStore } from '../../src/store/index.ts'
import { groundForTest } from '../store/ground.ts'

const CANARY = 'canary0f-the-secret-of-the-gateway'
const SERVERS = `issuer: { preset: oidc, issuer: https://login.example, clientId: gateway, clientSecret: env:STATUS_TEST }
servers:
  Tasks: { url: https://tasks.example/mcp }
  Notes: { url: https://notes.example/mcp, source: { type: static, of: deployment } }
keys: { Notes: env:STATUS_TEST }
sessionSecret: env:STATUS_TEST
audit: { file: audit.jsonl }
store: { sqlite: gateway.db, keyring: keyring.json }
`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onbehalf-status-'))
  createKeyring(join(folder, 'keyring.json'))
  vi.stubEnv('STATUS_TEST', CANARY)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

/** Asks as a client that writes its own headers. */
function ask(
  port: number,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        text += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode, text }))
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** Runs the command; gives the ports of the gateway and of its status. */
async function running() {
  const front = await freePorts(2)
  const port = front + 1
  const file = join(folder, 'onbehalf.yaml')
  const text = `listen: 127.0.0.1:${front}\nstatus: { listen: '127.0.0.1:${port}' }\n${SERVERS}`
  writeFileSync(file, text)
  const notes: string[] = []
  const stop = new AbortController()
  const note = (line: string) => void notes.push(line)
  const ended = main(['gateway', '--config', file], { out() {}, note, signal: stop.signal })
  const end = () => {
    stop.abort()
    return ended
  }
  onTestFinished(async () => void (await end()))
  await vi.waitUntil(() => notes.some((line) => line.startsWith('listening')), 10_000)
  await vi.waitUntil(() => ask(port, '/status').catch(() => undefined), 10_000)
  return { front, port, file, text, notes, end }
}

it('says how the instance is, after a change of the file too, and nothing that is secret', async () => {
  const { front, port, file, text, notes, end } = await running()
  const first = await ask(port, '/status')
  expect(first.status).toBe(200)
  expect(JSON.parse(first.text)).toEqual({
    instance: `${hostname()}:${process.pid}`,
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    configuration: {
      sha256: hash('sha256', text),
      loadedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    },
    store: { type: 'sqlite', reachable: true },
    servers: [
      { name: 'Tasks', breaker: 'closed' },
      { name: 'Notes', breaker: 'closed' },
    ],
    sessions: { joint: 0, stdio: 0 },
  })
  expect(first.text).not.toMatch(/canary|\.example/)
  expect((await ask(front, '/status')).status).toBe(404)

  const changed = `${text}scopes: [mcp]\n`
  writeFileSync(file, changed)
  await vi.waitUntil(() => notes.some((line) => line.includes('is used now')), 10_000)
  const { configuration } = JSON.parse((await ask(port, '/status')).text)
  expect(configuration.sha256).toBe(hash('sha256', changed))

  expect(await end()).toBe(0)
  await expect(ask(port, '/status')).rejects.toThrow()
})

it('refuses what comes by another name or from a page, and does nothing else', async () => {
  const { port } = await running()
  const status = async (...args: Parameters<typeof ask>) => (await ask(...args)).status
  expect(await status(port, '/status', { headers: { host: 'evil.example' } })).toBe(403)
  expect(await status(port, '/status', { headers: { host: `localhost.evil.example` } })).toBe(403)
  expect(await status(port, '/status', { headers: { origin: 'https://evil.example' } })).toBe(403)
  expect(await status(port, '/status', { headers: { origin: 'null' } })).toBe(403)
  expect(await status(port, '/status', { method: 'POST' })).toBe(404)
  expect(await status(port, '/mcp/Tasks')).toBe(404)
  expect(await status(port, '/status', { headers: { host: 'localhost:9999' } })).toBe(200)
})

describe('the store', () => {
  const gateway = {
    status: () => ({ servers: [], sessions: { joint: 0, stdio: 0 } }),
  } as Partial<Gateway>
  const statusWith = (read: () => Promise<undefined>) => {
    const { masterKeys } = groundForTest()
    const secrets = { ...sqliteSecretStore(openSqlite(':memory:'), masterKeys), read }
    const store = { type: 'postgres', secrets }
    return statusOf(undefined, { gateway, store, text: '' } as never).read()
  }

  it('that fails is not reachable, and why is not told', async () => {
    const status = await statusWith(() => Promise.reject(new Error(`no way to ${CANARY}`)))
    expect(status.store).toEqual({ type: 'postgres', reachable: false })
    expect(JSON.stringify(status)).not.toContain(CANARY)
  })

  it('that does not answer within two seconds is not reachable', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const status = statusWith(() => new Promise(() => {}))
    await vi.advanceTimersByTimeAsync(2_000)
    expect((await status).store.reachable).toBe(false)
  })
})

it.each([
  ['status: on', 'status must be a map'],
  ["status: { listen: '9465' }", 'status.listen must be HOST:PORT'],
  ["status: { listen: '0.0.0.0:9465' }", 'status.listen must be an address of this machine alone'],
  ["status: { listen: '[::]:9465' }", 'status.listen must be an address of this machine alone'],
  ["status: { listen: '10.0.0.7:9465' }", 'status.listen must be an address of this machine alone'],
  ["status: { listen: '127.0.0.1:9465', open: true }", 'status.open: it has listen'],
])('refuses %s', async (more, words) => {
  const file = join(folder, 'onbehalf.yaml')
  writeFileSync(file, `${SERVERS}${more}\n`)
  const reading = readConfiguration(file, { env: process.env, warn() {}, isCheck: true })
  await expect(reading).rejects.toThrow(words)
})
