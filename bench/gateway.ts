// What the gateway costs: CPU of its own process for each call, and what a caller waits more, against
// the same calls without it. Everything is measured in one run, in turns. The issuer is in this
// process; the gateway asks it once.

import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { exportJWK, SignJWT } from 'jose'
import { Pool } from 'undici'
import { type Child, startChild } from './child.ts'
import { median, percentile } from './median.ts'

const CALLS = 1_500
const WARM_UP = 500
const ROUNDS = 5
const FILE = new URL('./gateway-server.ts', import.meta.url)
const BODY = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'echo', arguments: { text: 'x'.repeat(100) } },
})

/** What is on. */
const MODES = {
  everything: { fills: true, exchanges: true, audit: true },
  withoutAudit: { fills: true, exchanges: true, audit: false },
  withoutFilling: { fills: false, exchanges: true, audit: true },
  withoutExchange: { fills: false, exchanges: false, audit: true },
} as const

interface Figures {
  readonly cpuMicros: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly perSecond: number
}

/** One contender: where its calls go, and whose CPU they cost. */
interface Contender {
  readonly pool: Pool
  readonly path: string
  readonly child: Child
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Measures. Gives `cpuMicros` (everything on, 16 at once), `cpuVsRawEcho`, `addedP50Ms` (one at a
 * time), `throughputVsDirect`, `p99OverP50`, `rssMb` after all calls, `startMs` until the first call
 * was answered, and the CPU of each mode.
 */
export async function gatewayCost(
  report: (line: string) => void,
): Promise<Readonly<Record<string, unknown>>> {
  const issuer = await startIssuer()
  const echo = await startChild(FILE, JSON.stringify({ kind: 'echo' }))
  const children: Child[] = [echo]
  const contenders: Record<string, Contender> = { direct: contenderAt(echo, '/mcp', {}) }
  const headers = { authorization: `Bearer ${await issuer.token('alice')}` }
  let startMs = Number.NaN
  try {
    for (const [name, mode] of Object.entries(MODES)) {
      const port = await freePort()
      const startedAt = performance.now()
      const given = { kind: 'gateway', port, issuer: issuer.url, ...mode }
      const child = await startChild(
        FILE,
        JSON.stringify({ ...given, echo: `http://127.0.0.1:${echo.port}/mcp` }),
        ['--expose-gc'],
      )
      children.push(child)
      const contender = contenderAt(child, '/mcp/Echo', headers)
      contenders[name] = contender
      await call(contender)
      if (name === 'everything') startMs = performance.now() - startedAt
    }
    const one = await measure(contenders, 1)
    const many = await measure(contenders, 16)
    for (const [name, { cpuMicros, p50Ms, perSecond }] of Object.entries(many))
      report(
        `${name.padEnd(16)} ${cpuMicros.toFixed(0)} µs CPU a call, p50 ${p50Ms.toFixed(2)} ms, ${perSecond.toFixed(0)}/s at 16; p50 ${one[name]?.p50Ms.toFixed(2)} ms at 1`,
      )
    const { rss } = (await contenders.everything?.child.memory()) ?? { rss: Number.NaN }
    return ratios(one, many, rss, startMs)
  } finally {
    for (const { pool } of Object.values(contenders)) await pool.destroy()
    for (const child of children) await child.end()
    await issuer.close()
  }
}

function ratios(
  one: Readonly<Record<string, Figures>>,
  many: Readonly<Record<string, Figures>>,
  rss: number,
  startMs: number,
): Readonly<Record<string, unknown>> {
  const { direct, everything } = many
  const alone = one.everything
  if (!direct || !everything || !alone || !one.direct) return {}
  const rounded = (value: number) => Math.round(value * 100) / 100
  return {
    cpuMicros: Math.round(everything.cpuMicros),
    cpuVsRawEcho: rounded(everything.cpuMicros / direct.cpuMicros),
    addedP50Ms: rounded(alone.p50Ms - one.direct.p50Ms),
    throughputVsDirect: rounded(everything.perSecond / direct.perSecond),
    p99OverP50: rounded(everything.p99Ms / everything.p50Ms),
    rssMb: Math.round(rss / 1_000_000),
    startMs: Math.round(startMs),
    cpuMicrosByMode: Object.fromEntries(
      Object.keys(MODES).map((name) => [name, Math.round(many[name]?.cpuMicros ?? Number.NaN)]),
    ),
  }
}

/** Medians of rounds, in each of which every contender has its turn. */
async function measure(
  contenders: Readonly<Record<string, Contender>>,
  atOnce: number,
): Promise<Readonly<Record<string, Figures>>> {
  const rounds = new Map<string, Figures[]>()
  for (const contender of Object.values(contenders)) await calls(contender, WARM_UP, atOnce)
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, contender] of Object.entries(contenders)) {
      const before = await contender.child.cpu()
      const startedAt = performance.now()
      const waits = await calls(contender, CALLS, atOnce)
      const seconds = (performance.now() - startedAt) / 1000
      const cpuMicros = ((await contender.child.cpu()) - before) / CALLS
      const figures = {
        cpuMicros,
        p50Ms: percentile(waits, 0.5),
        p99Ms: percentile(waits, 0.99),
        perSecond: CALLS / seconds,
      }
      rounds.set(name, [...(rounds.get(name) ?? []), figures])
    }
  const middle = (list: readonly Figures[], name: keyof Figures) =>
    median(list.map((figures) => figures[name]))
  return Object.fromEntries(
    [...rounds].map(([name, list]) => [
      name,
      {
        cpuMicros: middle(list, 'cpuMicros'),
        p50Ms: middle(list, 'p50Ms'),
        p99Ms: middle(list, 'p99Ms'),
        perSecond: middle(list, 'perSecond'),
      },
    ]),
  )
}

/** Makes calls. Gives the milliseconds of each. */
async function calls(contender: Contender, count: number, atOnce: number): Promise<number[]> {
  const waits: number[] = []
  let left = count
  const lane = async () => {
    while (left-- > 0) {
      const startedAt = performance.now()
      await call(contender)
      waits.push(performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return waits
}

async function call({ pool, path, headers }: Contender): Promise<void> {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: BODY,
  })
  const answer = await body.text()
  if (statusCode !== 200 || !answer.includes('xxxx'))
    throw new Error(`A call of the bench failed: ${statusCode} ${answer.slice(0, 200)}`)
}

function contenderAt(
  child: Child,
  path: string,
  headers: Readonly<Record<string, string>>,
): Contender {
  return {
    pool: new Pool(`http://127.0.0.1:${child.port}`, { connections: 16 }),
    path,
    child,
    headers,
  }
}

/** An issuer with keys of its own, that exchanges every token. */
async function startIssuer() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }
  const server = createServer((request, response) => {
    void text(request).then(async () => {
      const answer = (body: unknown) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      if (request.url?.startsWith('/.well-known/'))
        return answer({
          issuer: url,
          jwks_uri: `${url}/jwks`,
          token_endpoint: `${url}/token`,
          response_types_supported: ['code'],
        })
      if (request.url === '/jwks') return answer({ keys: [jwk] })
      return answer({
        access_token: `issued-${Math.random()}-for-the-server-behind`,
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'use',
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    token: (subject: string) =>
      new SignJWT({ scope: 'use', client_id: 'agent' })
        .setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'at+jwt' })
        .setIssuer(url)
        .setSubject(subject)
        .setAudience('everybody')
        .setIssuedAt()
        .setJti('one')
        .setExpirationTime('1h')
        .sign(privateKey),
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
