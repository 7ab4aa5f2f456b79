// docs/gateway/first-steps.md does what it says: its issuer and server are started, its file is served, and
// each of its calls prints what stands beside it. Ports and the way to the programs are the test's.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { createKeyring } from '../../src/store/index.ts'

const PAGE = readFileSync('docs/gateway/first-steps.md', 'utf8')
/** With what base64 has and a form spells otherwise. */
const SECRET = 'the+secret/of+the/gateway/at/its/issuer=='
const CALL = /^TOKEN=(?<token>\S+) node first-steps\/call\.mjs (?<tool>\S+) # (?<printed>.+)$/gm
const [file = '', rules = '', asks = ''] = [...PAGE.matchAll(/```yaml\n(.*?)```/gs)].map(
  ([, yaml]) => yaml,
)
const [before = '', after = '', asking = ''] = PAGE.split(/## 5\. A rule|## 6\. A yes/)

const folder = mkdtempSync(join(tmpdir(), 'onbehalf-first-steps-'))
const config = join(folder, 'onbehalf.yaml')
const audit = join(folder, 'audit.jsonl')
const end = new AbortController()
const children: ChildProcess[] = []
const notes: string[] = []
const waiting = new Set<() => void>()
let env: Record<string, string>
let issuer: string
let ended: Promise<number>

/** Starts one of the page's programs. */
function start(program: string, more: Record<string, string> = {}, args: readonly string[] = []) {
  const child = spawn(
    process.execPath,
    ['--conditions=onbehalf-source', `docs/snippets/first-steps/${program}`, ...args],
    { env: { ...process.env, ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  children.push(child)
  return child
}

/** Starts one that goes on, until it says that it listens. */
async function serve(program: string, port: number) {
  const child = start(program, { PORT: String(port) })
  const [address] = await once(child.stdout, 'data')
  return String(address).trim()
}

/** Ports that are free, each another one. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

/** Resolves when the gateway has said something, so many times. */
async function told(words: string, times = 1): Promise<void> {
  while (notes.filter((note) => note.includes(words)).length < times)
    await new Promise<void>((resolve) => waiting.add(resolve))
}

function note(line: string): void {
  notes.push(line)
  for (const look of waiting) look()
  waiting.clear()
}

/** Makes the calls of a part of the page. Gives what each printed, and what it should have. */
async function calls(part: string) {
  return Promise.all(
    [...part.matchAll(CALL)].map(
      async ({ groups: { token = '', tool = '', printed = '' } = {} }) => ({
        printed,
        was: await call(token, tool),
      }),
    ),
  )
}

/** Calls a tool. Gives what was printed. */
async function call(token: string, tool: string): Promise<string> {
  const child = start('call.mjs', { TOKEN: await tokenIn(token) }, [tool])
  const [out, problem] = await Promise.all([text(child.stdout), text(child.stderr)])
  return out + problem
}

/** What the shell puts in the place of `$ALICE`; other words are themselves. */
async function tokenIn(word: string): Promise<string> {
  if (!word.startsWith('$')) return word
  return (await fetch(`${issuer}/${word.slice(1).toLowerCase()}`)).text()
}

/** Signs alice in, as a browser that was given the link of a question. Gives the page, and its cookie. */
async function signIn(link: string) {
  const visit = (url: string | null, cookie = '') =>
    fetch(url ?? '', { redirect: 'manual', headers: { cookie } })
  const cookieOf = (answer: Response) => {
    const [set] = answer.headers.getSetCookie().filter((one) => !one.includes('Max-Age=0'))
    return set?.split(';', 1)[0]
  }
  const location = (answer: Response) =>
    new URL(answer.headers.get('location') ?? '', answer.url).href
  const away = await visit(location(await visit(link)))
  const who = await (await visit(location(away))).text()
  const [, alice = ''] = /href="([^"]+person=alice)"/.exec(who) ?? []
  const back = await visit(new URL(alice, issuer).href)
  const signedIn = await visit(location(back), cookieOf(away))
  const cookie = cookieOf(signedIn) ?? ''
  return { cookie, page: await (await visit(link, cookie)).text() }
}

beforeAll(async () => {
  const [gateway = 0, first = 0, second = 0] = await freePorts(3)
  const address = `http://127.0.0.1:${gateway}/mcp`
  env = { GATEWAY: address, GATEWAY_CLIENT_SECRET: SECRET, ISSUER: `http://127.0.0.1:${first}` }
  const addresses = await Promise.all([serve('issuer.mjs', first), serve('whoami.mjs', second)])
  issuer = addresses[0]
  process.env.EVERYTHING_KEY = 'the-key-of-the-server-everything'
  writeFileSync(join(folder, 'gateway.secret'), `${SECRET}\n`)
  const everything = 'node_modules/@modelcontextprotocol/server-everything/dist/index.js'
  const changed = file
    .replace('127.0.0.1:8080', `127.0.0.1:${gateway}`)
    .replace('http://127.0.0.1:8081', issuer)
    .replace('http://127.0.0.1:8082/mcp', addresses[1])
    .replace('npx, args: [mcp-server-everything]', `${process.execPath}, args: [${everything}]`)
  writeFileSync(config, `${changed}audit: { file: '${audit}' }\n`)
  const signal = end.signal
  expect(await main(['gateway', '--config', config, '--check'], { out() {}, note, signal })).toBe(0)
  ended = main(['gateway', '--config', config], { out() {}, note, signal })
  await Promise.race([told('listening on'), ended])
}, 120_000)

afterAll(async () => {
  end.abort()
  await ended
  for (const child of children) child.kill()
  rmSync(folder, { recursive: true, force: true })
  delete process.env.EVERYTHING_KEY
}, 120_000)

it('the calls of the page print what it says, before its rule and after', async () => {
  const first = await calls(before)
  expect(first).toHaveLength(4)
  for (const { printed, was } of first) expect(was).toContain(printed)
  writeFileSync(config, `${readFileSync(config, 'utf8')}${rules}`)
  await told('is used now')
  const second = await calls(after)
  expect(second).toHaveLength(2)
  for (const { printed, was } of second) expect(was.trim()).toBe(printed)
  expect(readFileSync(audit, 'utf8')).toContain('"reason":"policy_refused"')
}, 120_000)

it('a call that a rule asks about waits, and passes once when alice has said yes in her browser', async () => {
  createKeyring(join(folder, 'keyring.json'))
  writeFileSync(config, `${readFileSync(config, 'utf8')}${asks}`)
  await told('is used now', 2)
  const [, printed = ''] = /Whoami__delete_all # (.+)call=$/m.exec(asking) ?? []
  const deleteAll = () => call('$ALICE', 'Whoami__delete_all')
  const waits = await deleteAll()
  const gateway = new URL(env.GATEWAY ?? '').origin
  expect(waits).toContain(printed.replace('http://127.0.0.1:8080', gateway))
  const [link = '', id = ''] = /http\S+call=(\S+)/.exec(waits) ?? []
  const { cookie, page } = await signIn(link)
  expect(page).toContain('Yes, do it')
  const yes = { cookie, origin: gateway, 'sec-fetch-site': 'same-origin' }
  const body = new URLSearchParams({ id })
  await fetch(`${gateway}/connections/approve`, { method: 'POST', headers: yes, body })
  expect(await deleteAll()).toContain("All of alice's is deleted.")
  expect(await deleteAll()).toContain('This was not done yet')
}, 120_000)
