// Two instances of the real command over one PostgreSQL, behind a balancer that is not sticky: a rolling
// restart loses no call, and one that is killed fails calls cleanly and doubles none.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { startIssuer } from '../../../src/cli/conformance/world/issuer.ts'
import { type Recorded, startUpstream } from '../../../src/cli/conformance/world/upstream.ts'
import { freePort } from '../../../src/cli/leaktest/house/listen.ts'
import { main } from '../../../src/cli/main.ts'
import { startPostgres } from '../../store/postgres/server.ts'
import { type Agreement, agreements } from './keys-and-clocks.ts'

/** What was seen of one scene. */
export interface Scene {
  readonly name: string
  calls: number
  /** Calls without a good answer. */
  failed: number
  /** Calls that the server got twice. */
  doubled: number
}

const ROOT = join(import.meta.dirname, '../../..')
const PEOPLE = 8

/** What was seen of two instances. */
export interface Seen {
  readonly scenes: readonly Scene[]
  readonly agreements: readonly Agreement[]
}

/**
 * Looks at what two instances agree on, then runs the scenes, one after the other.
 *
 * @param onlyAgreements Whether the scenes are left out.
 */
export async function runTwoInstances(onlyAgreements: boolean): Promise<Seen> {
  const folder = mkdtempSync(join(tmpdir(), 'onbehalf-two-'))
  const postgres = await startPostgres({ durable: true })
  const [issuer, upstream] = [await startIssuer(0), await startUpstream(0)]
  const quiet = { out() {}, note() {}, signal: new AbortController().signal }
  await main(['keys', 'init', '--keyring', join(folder, 'keyring.json')], quiet)
  const place = `${postgres.user}@${postgres.host}:${postgres.port}/${await postgres.database()}`
  const env = {
    LOAD_SECRET: 'the-secret-of-two-gateways-under-load',
    LOAD_KEY: 'the-key-of-the-deployment-under-load',
    DATABASE_URL: `postgres://${place}?sslmode=disable`,
  }
  const url = 'http://127.0.0.1:8080'
  const instances = await Promise.all(
    [1, 2].map(async (number) => {
      const file = join(folder, `${number}.yaml`)
      const port = await freePort()
      writeFileSync(
        file,
        `listen: 127.0.0.1:${port}
url: ${url}
allowedHosts: ['127.0.0.1:${port}']
audience: ${url}
issuer: { preset: oidc, issuer: '${issuer.origin}', clientId: gateway, clientSecret: env:LOAD_SECRET }
servers:
  Good:
    url: ${upstream.url}
    source: { type: exchange, scopes: [mcp] }
    placement: { type: argument, parameters: [{ pointer: /user_id, value: subject }, { pointer: /access_token, value: credential }] }
  Kept:
    url: ${upstream.url}
    source: { type: static, of: deployment }
    placement: { type: argument, parameters: [{ pointer: /user_id, value: subject }, { pointer: /access_token, value: credential }] }
keys: { Kept: env:LOAD_KEY }
accessKeys: true
sessionSecret: env:LOAD_SECRET
store: { postgres: env:DATABASE_URL, keyring: keyring.json }
audit: { to: postgres }
`,
      )
      return new Instance(file, port, env)
    }),
  )
  const token = (subject: string, seconds = 3600) =>
    issuer.token({ subject, audience: url, scope: 'mcp', seconds })
  const world: World = {
    balancer: new Balancer(instances),
    token,
    calls: upstream.calls as Recorded[],
  }
  const { balancer } = world
  try {
    await Promise.all(instances.map((instance) => instance.start()))
    const agreed = await agreementsOf(instances, token)
    if (onlyAgreements) return { scenes: [], agreements: agreed }
    const scenes = [
      await callDuring('rolling restart', world, async () => {
        for (const instance of instances) {
          balancer.leave(instance)
          await after(LEAVING_MS)
          await instance.end('SIGTERM')
          await instance.start()
          balancer.join(instance)
        }
      }),
      await callDuring('one killed', world, async () => {
        const [first] = instances
        if (!first) return
        await first.end('SIGKILL')
        balancer.leave(first)
        await first.start()
        balancer.join(first)
      }),
      await callDuring(`PostgreSQL away for ${AWAY_MS / 1000} s`, world, async () => {
        await postgres.crash()
        await after(AWAY_MS)
        await postgres.start()
      }),
      await callDuring('afterwards', world, () => after(AFTERWARDS_MS)),
    ]
    return { scenes, agreements: agreed }
  } finally {
    await Promise.all(instances.map((instance) => instance.end('SIGTERM')))
    await Promise.all([issuer.close(), upstream.close(), postgres.close()])
    rmSync(folder, { recursive: true })
  }
}

async function agreementsOf(
  [first, second]: readonly Instance[],
  token: (subject: string, seconds: number) => string,
): Promise<readonly Agreement[]> {
  if (!first || !second) throw new Error('two instances are needed')
  const restartSecond = async (minutesOff: number) => {
    await second.end('SIGTERM')
    await second.start(minutesOff)
  }
  let calls = 0
  const seen = await agreements({
    first: first.address,
    second: second.address,
    token,
    isAnswered(address, server, credential) {
      calls += 1
      return isAnswered(address, credential, `agreement-${calls}`, server)
    },
    restartSecond,
  })
  await restartSecond(0)
  return seen
}

/** Milliseconds that PostgreSQL is away, and of calls at the end. */
const AWAY_MS = 30_000
const AFTERWARDS_MS = 5_000
/** Milliseconds between leaving the balancer and SIGTERM, as the manifests give 5,000. */
const LEAVING_MS = 2_000
/** Milliseconds between two calls of a person that failed. */
const PAUSE_MS = 200

interface World {
  readonly balancer: Balancer
  readonly token: (subject: string) => string
  /** What the server behind was sent. */
  readonly calls: Recorded[]
}

/** People call while the work is done. */
async function callDuring(
  name: string,
  { balancer, token, calls }: World,
  work: () => Promise<void>,
): Promise<Scene> {
  const scene: Scene = { name, calls: 0, failed: 0, doubled: 0 }
  let isOver = false
  calls.splice(0)
  const person = async (number: number) => {
    const credential = token(`person${number}`)
    while (!isOver) {
      scene.calls += 1
      const text = `${name}-${number}-${scene.calls}`
      if (await isAnswered(balancer.next(), credential, text)) continue
      scene.failed += 1
      await after(PAUSE_MS)
    }
  }
  const people = Array.from({ length: PEOPLE }, (_, number) => person(number))
  await work()
  isOver = true
  await Promise.all(people)
  const texts = calls.map(({ args }) => String(args.text))
  return { ...scene, doubled: texts.length - new Set(texts).size }
}

async function isAnswered(
  address: string,
  credential: string,
  text: string,
  server = 'Good',
): Promise<boolean> {
  const call = { name: 'add_note', arguments: { text } }
  try {
    const response = await fetch(`${address}/mcp/${server}`, {
      method: 'POST',
      headers: {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        'mcp-protocol-version': '2025-11-25',
        authorization: `Bearer ${credential}`,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: call }),
    })
    return (await response.text()).includes(`noted ${text}"`)
  } catch {
    return false
  }
}

/** Gives the instances in turn. It knows no sessions. */
class Balancer {
  readonly #up: Instance[]
  #turn = 0

  constructor(instances: readonly Instance[]) {
    this.#up = [...instances]
  }

  next(): string {
    this.#turn += 1
    return this.#up[this.#turn % this.#up.length]?.address ?? ''
  }

  leave(instance: Instance): void {
    this.#up.splice(this.#up.indexOf(instance), 1)
  }

  join(instance: Instance): void {
    this.#up.push(instance)
  }
}

const SOURCE = ['--conditions=onbehalf-source']

/** Options of Node for a process whose clock is minutes off. */
function shiftedClock(minutesOff: number): readonly string[] {
  if (minutesOff === 0) return []
  const code = `const Real = Date, off = ${minutesOff * 60_000}
globalThis.Date = class Date extends Real {
  constructor(...given) { given.length === 0 ? super(Real.now() + off) : super(...given) }
  static now() { return Real.now() + off }
}`
  return ['--import', `data:text/javascript,${encodeURIComponent(code)}`]
}

/** One process of the command. */
class Instance {
  readonly address: string
  readonly #file: string
  readonly #env: Readonly<Record<string, string>>
  #child: ChildProcess | undefined

  constructor(file: string, port: number, env: Readonly<Record<string, string>>) {
    this.#file = file
    this.#env = env
    this.address = `http://127.0.0.1:${port}`
  }

  /** Resolves when it is ready. Its clock may be minutes off. */
  async start(minutesOff = 0): Promise<void> {
    const program = [join(ROOT, 'bin/onbehalf.mjs'), 'gateway', '--config', this.#file]
    const child = spawn(process.execPath, [...shiftedClock(minutesOff), ...SOURCE, ...program], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ...this.#env },
    })
    this.#child = child
    const isReady = () =>
      fetch(`${this.address}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      )
    while (!(await isReady())) {
      if (child.exitCode !== null) throw new Error('the gateway did not start')
      await after(50)
    }
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
