// Mixed load on the real command `onbehalf gateway`: many people call, list, open and end sessions, try
// each other's, come with expired tokens, and a second server fails in every way. Each answer is looked at.

import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Issuer, startIssuer } from '../../../src/cli/conformance/world/issuer.ts'
import {
  type Recorded,
  startUpstream,
  type Upstream,
} from '../../../src/cli/conformance/world/upstream.ts'
import { freePort } from '../../../src/cli/leaktest/house/listen.ts'

/** What was seen. `rssMb` and `descriptors` are those of the gateway, at the start and at the end. */
export interface Tally {
  /** Faults that were made on purpose: failing servers, foreign sessions, expired tokens. */
  faults: number
  calls: number
  /** Good requests without a good answer, and faults that were not refused. */
  failed: number
  /** Calls that the server got twice. */
  doubled: number
  /** Credentials in answers, and answers or calls that were another person's. */
  leaked: number
  rssMb: readonly [number, number]
  descriptors: readonly [number, number]
}

/** How long it goes on: until one of them is reached. */
export interface LoadOptions {
  readonly people: number
  readonly calls: number
  readonly minutes: number
  /** Is told how it goes, at times. */
  readonly say: (line: string) => void
}

const AT_ONCE = 16
const EVERY = 10_000
const ROOT = join(import.meta.dirname, '../../..')

/** Puts the load on a gateway of its own, and counts. */
export async function runLoad(options: LoadOptions): Promise<Tally> {
  const [issuer, good, bad] = [await startIssuer(0), await startUpstream(0), await startUpstream(0)]
  const gateway = await startGateway(issuer, good, bad)
  const tally: Tally = {
    ...{ faults: 0, calls: 0, failed: 0, doubled: 0, leaked: 0 },
    rssMb: [0, 0],
    descriptors: [0, 0],
  }
  try {
    const world = { url: gateway.url, issuer, good, bad, tally }
    // What every gateway has after its first calls is no growth.
    await work(world, { ...options, calls: Math.min(2_000, options.calls / 10) })
    const before = gateway.size()
    await work(world, options)
    const after = gateway.size()
    tally.rssMb = [before.rssMb, after.rssMb]
    tally.descriptors = [before.descriptors, after.descriptors]
    return tally
  } finally {
    await Promise.all([gateway.stop(), issuer.close(), good.close(), bad.close()])
  }
}

interface World {
  readonly url: string
  readonly issuer: Issuer
  readonly good: Upstream
  readonly bad: Upstream
  readonly tally: Tally
}

interface Person {
  readonly name: string
  token: string
  session: string
}

/** Each worker has people of its own; nobody calls twice at once, so that every answer is known. */
async function work(world: World, { people, calls, minutes, say }: LoadOptions): Promise<void> {
  const everybody = Array.from({ length: people }, (_, at) => ({
    name: `person${at}`,
    token: '',
    session: '',
  }))
  const end = performance.now() + minutes * 60_000
  let count = 0
  async function worker(at: number): Promise<void> {
    const own = everybody.filter((_, index) => index % AT_ONCE === at)
    for (let turn = 0; own.length > 0 && count < calls && performance.now() < end; turn++) {
      const [person, other] = [own[turn % own.length], everybody[(turn * 7 + at) % people]]
      if (!person || !other) return
      count += 1
      await step(world, person, other, count)
      if (count % EVERY === 0) say(`${count} calls, ${world.tally.failed} failed`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => worker(at)))
  takeStock(world)
}

/** One request, chosen by its number. */
async function step(world: World, person: Person, other: Person, number: number): Promise<void> {
  if (person.session === '' || number % 97 === 0) await open(world, person)
  if (number % 211 === 0) await tryForeign(world, person, other)
  if (number % 223 === 0) await tryExpired(world, person)
  if (number % 101 === 0) await tryBad(world, person, number)
  const { tally } = world
  tally.calls += 1
  const text = `${person.name}-${number}-of-this-run`
  const name = number % 13 === 0 ? 'echo' : 'add_note'
  const list = number % 17 === 0
  const answer = list
    ? await send(world, person, 'Good', 'tools/list', {})
    : await send(world, person, 'Good', 'tools/call', { name, arguments: { text } })
  if (answer.status !== 200 || answer.text.includes('"isError":true')) tally.failed += 1
  else if (list) tally.leaked += own(answer.text, person) ? 0 : 1
  else if (name === 'add_note' && !answer.text.includes(`noted ${text}"`)) tally.failed += 1
  tally.leaked += holdsSecret(world, answer.text, person) ? 1 : 0
  if (world.good.calls.length > 500) takeStock(world)
}

/** A list has the person's own tool, and nobody else's. */
function own(text: string, { name }: Person): boolean {
  const names = [...text.matchAll(/only_(person\d+)/g)].map(([, found]) => found)
  return names.length === 1 && names[0] === name
}

function holdsSecret({ good }: World, text: string, { token }: Person): boolean {
  return (
    text.includes(token) ||
    /eyJ[\w-]{20,}\.eyJ/.test(text) ||
    good.secrets().sessions.some((id) => text.includes(id))
  )
}

/** What reached the server: each call once, with the credential of whoever called. */
function takeStock({ good, bad, tally }: World): void {
  const calls = (good.calls as Recorded[]).splice(0)
  ;(bad.calls as Recorded[]).splice(0)
  const texts = calls.map(({ args }) => String(args.text))
  tally.doubled += texts.length - new Set(texts).size
  tally.leaked += calls.filter(
    ({ args, person }) => !String(args.text).startsWith(`${person}-`),
  ).length
}

async function open(world: World, person: Person): Promise<void> {
  if (person.session !== '') await send(world, person, 'Good', '', {}, 'DELETE')
  person.token = tokenFor(world, person.name)
  person.session = ''
  const answer = await send(world, person, 'Good', 'initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'load', version: '1' },
  })
  person.session = answer.session
  if (answer.session === '') world.tally.failed += 1
}

async function tryForeign(world: World, person: Person, other: Person): Promise<void> {
  if (person === other || other.session === '') return
  world.tally.faults += 1
  const thief = { ...person, session: other.session }
  const { status } = await send(world, thief, 'Good', 'tools/list', {})
  if (status !== 404) world.tally.leaked += 1
}

async function tryExpired(world: World, person: Person): Promise<void> {
  world.tally.faults += 1
  const late = { ...person, token: tokenFor(world, person.name, -3600) }
  const { status } = await send(world, late, 'Good', 'tools/list', {})
  if (status !== 401) world.tally.failed += 1
}

const BAD = ['fail', 'drop', 'refuse']

async function tryBad(world: World, person: Person, number: number): Promise<void> {
  world.tally.faults += 1
  const name = BAD[number % BAD.length]
  const stranger = { ...person, session: '' }
  const { text } = await send(world, stranger, 'Bad', 'tools/call', { name, arguments: {} })
  if (!/"isError":true|"error"/.test(text)) world.tally.failed += 1
  world.tally.leaked += holdsSecret(world, text, person) ? 1 : 0
}

const tokenFor = ({ issuer, url }: World, subject: string, seconds = 3600) =>
  issuer.token({ subject, audience: url, scope: 'mcp', seconds })

let sent = 0

async function send(
  { url }: World,
  { token, session }: Person,
  server: 'Good' | 'Bad',
  method: string,
  params: object,
  verb = 'POST',
) {
  sent += 1
  try {
    const response = await fetch(`${url}/mcp/${server}`, {
      method: verb,
      headers: {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        'mcp-protocol-version': '2025-11-25',
        authorization: `Bearer ${token}`,
        ...(session === '' ? {} : { 'mcp-session-id': session }),
      },
      body: verb === 'POST' ? JSON.stringify({ jsonrpc: '2.0', id: sent, method, params }) : null,
    })
    const text = await response.text()
    return { status: response.status, text, session: response.headers.get('mcp-session-id') ?? '' }
  } catch {
    return { status: 0, text: '', session: '' }
  }
}

/** The real command, over a file. */
async function startGateway(issuer: Issuer, good: Upstream, bad: Upstream) {
  const folder = mkdtempSync(join(tmpdir(), 'onbehalf-load-'))
  const url = `http://127.0.0.1:${await freePort()}`
  const file = join(folder, 'onbehalf.yaml')
  const server = (at: string) => `
    url: ${at}
    source: { type: exchange, scopes: [mcp] }
    placement:
      - { type: header }
      - type: argument
        parameters:
          - { pointer: /user_id, value: subject }
          - { pointer: /access_token, value: credential }`
  writeFileSync(
    file,
    `listen: ${new URL(url).host}
audience: ${url}
issuer: { preset: oidc, issuer: '${issuer.origin}', clientId: gateway, clientSecret: env:LOAD_SECRET }
servers:
  Good:${server(good.url)}
  Bad:${server(bad.url)}
`,
  )
  const child = spawn(
    process.execPath,
    ['--conditions=onbehalf-source', join(ROOT, 'bin/onbehalf.mjs'), 'gateway', '--config', file],
    {
      stdio: 'ignore',
      env: { ...process.env, LOAD_SECRET: 'the-secret-of-a-gateway-under-load' },
    },
  )
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const isUp = () =>
    fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    )
  while (child.exitCode === null && !(await isUp())) await new Promise((go) => setTimeout(go, 50))
  return {
    url,
    size: () => sizeOf(child.pid ?? 0),
    async stop() {
      child.kill('SIGTERM')
      await gone
      rmSync(folder, { recursive: true })
    },
  }
}

/** Zeros where the system does not say it. */
function sizeOf(pid: number): { rssMb: number; descriptors: number } {
  try {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return {
      rssMb: Math.round(Number(kilobytes) / 1024),
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
    }
  } catch {
    return { rssMb: 0, descriptors: 0 }
  }
}
