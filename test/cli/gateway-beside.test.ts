// `onbehalf gateway --config FILE -- COMMAND`: up while the command runs, down with its exit code, and the
// gateway's secrets are not in the command's environment.

import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'

const SECRET = 'canary0f-the-secret-beside'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onbehalf-beside-'))
  process.env.GATEWAY_BESIDE_SECRET = SECRET
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
  delete process.env.GATEWAY_BESIDE_SECRET
})

/** Runs the gateway beside a script of Node, which has the file to write to as its argument. */
async function beside(script: string, signal = new AbortController().signal) {
  const lines: string[] = []
  const config = join(folder, 'onbehalf.yaml')
  writeFileSync(
    config,
    `listen: 127.0.0.1:${await freePort()}
issuer: { preset: oidc, issuer: https://login.example, clientId: gateway, clientSecret: env:GATEWAY_BESIDE_SECRET }
servers:
  Tasks:
    url: https://tasks.example/mcp
    source: { type: exchange, scopes: [tasks:read] }
`,
  )
  const told = join(folder, 'told.json')
  const code = main(['gateway', '--config', config, '--', process.execPath, '-e', script, told], {
    out: (line) => void lines.push(line),
    note() {},
    signal,
  })
  return { code: () => code, lines, told }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const TELL = `
  const { writeFileSync } = require('node:fs')
  const url = process.env.ONBEHALF_GATEWAY_URL
  fetch(url + '/healthz').then(({ status }) => {
    writeFileSync(process.argv[1], JSON.stringify({ url, status, environment: process.env }))
    process.exitCode = 7
  })`

it('is up for the command, and ends with its exit code', async () => {
  const { code, lines, told } = await beside(TELL)
  expect(await code()).toBe(7)
  const text = readFileSync(told, 'utf8')
  const { url, status } = JSON.parse(text) as { url: string; status: number }
  expect(status).toBe(200)
  expect(lines).toEqual([])
  await expect(fetch(`${url}/healthz`)).rejects.toThrow()
})

it('keeps the secrets of its file from the command', async () => {
  const { code, told } = await beside(TELL)
  await code()
  const text = readFileSync(told, 'utf8')
  expect(text).not.toContain(SECRET)
  expect(text).not.toContain('GATEWAY_BESIDE_SECRET')
  expect(text).toContain('PATH')
})

it('ends the command when it is to end itself', async () => {
  const stop = new AbortController()
  const { code, told } = await beside(
    `require('node:fs').writeFileSync(process.argv[1], ''); setInterval(() => {}, 1000)`,
    stop.signal,
  )
  await expect.poll(() => existsSync(told), { timeout: 20_000 }).toBe(true)
  stop.abort()
  expect(await code()).toBe(128 + 15)
})

it.each([
  ['a command that there is not', ['--config', 'FILE', '--', './no-such-program'], 1, 'ENOENT'],
  ['no command', ['--config', 'FILE', '--'], 2, 'needs a command'],
  ['a check with a command', ['--config', 'FILE', '--check', '--', 'true'], 2, 'run no command'],
])('refuses %s', async (_, args, exit, told) => {
  const { code } = await beside('')
  await code()
  const notes: string[] = []
  const asked = args.map((arg) => (arg === 'FILE' ? join(folder, 'onbehalf.yaml') : arg))
  const signal = new AbortController().signal
  const note = (line: string) => void notes.push(line)
  expect(await main(['gateway', ...asked], { out: note, note, signal })).toBe(exit)
  expect(notes.join('\n')).toContain(told)
})
