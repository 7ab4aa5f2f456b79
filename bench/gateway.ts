// What the gateway costs: CPU of its own process for each call, and what a caller waits more, against
// the same calls without it, through `mcp-proxy` and through nginx. Everything is measured in one run,
// in turns. bench/README.md explains the method.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Child, startChild } from './child.ts'
import { commandFigures } from './gateway-command.ts'
import { type Issuer, startIssuer } from './gateway-issuer.ts'
import { type Contender, contenderAt, type Measured, measure } from './gateway-load.ts'
import { type Peer, startMcpProxy, startNginx } from './gateway-peers.ts'

const FILE = new URL('./gateway-server.ts', import.meta.url)

const EVERYTHING = {
  fills: true,
  exchanges: true,
  audit: true,
  allows: true,
  remembers: true,
  isQuick: true,
}

/** What is on: everything, and then each thing off. */
const MODES = {
  everything: EVERYTHING,
  withoutAudit: { ...EVERYTHING, audit: false },
  withoutFilling: { ...EVERYTHING, fills: false },
  withoutExchange: { ...EVERYTHING, exchanges: false },
  withoutAllowList: { ...EVERYTHING, allows: false },
  withoutTokenCache: { ...EVERYTHING, remembers: false },
  withoutQuickWay: { ...EVERYTHING, isQuick: false },
} as const

/** The seven figures of one run, and those of single parts. */
type Ratios = Readonly<Record<string, unknown>>

/**
 * Measures. Gives `cpuMicros` (everything on, 16 at once) and its ratios to the server behind, to
 * a bare hop and to `mcp-proxy`; `addedP50Ms` (one at a time) and its ratio to what nginx adds; `throughputVsDirect`,
 * `p99OverP50` (16 at once); `rssMb` after 10,000 calls of 1,000 people, and `startMs` from the start of
 * the command to its first answered call.
 */
export async function gatewayCost(report: (line: string) => void): Promise<Ratios> {
  const issuer = await startIssuer()
  const echo = await startChild(FILE, JSON.stringify({ kind: 'echo' }))
  const behind = `http://127.0.0.1:${echo.port}/mcp`
  const children: Child[] = [echo]
  const peers: Peer[] = []
  const contenders: Record<string, Contender> = { direct: contenderAt(echo, '/mcp', () => ({})) }
  try {
    const hop = await startChild(FILE, JSON.stringify({ kind: 'hop', echo: behind }))
    children.push(hop)
    contenders.bareHop = contenderAt(hop, '/mcp', () => ({}))
    for (const [name, start] of Object.entries({ mcpProxy: startMcpProxy, nginx: startNginx })) {
      const peer = await start(behind, await freePort(), report)
      if (!peer) continue
      peers.push(peer)
      contenders[name] = contenderAt(peer, '/mcp', () => peer.headers)
    }
    const headers = { authorization: `Bearer ${await issuer.token(1)}` }
    for (const [name, mode] of Object.entries(MODES)) {
      const child = await startGateway(mode, issuer, behind)
      children.push(child)
      contenders[name] = contenderAt(child, '/mcp/Echo', () => headers)
    }
    const one = await measure(contenders, 1)
    const many = await measure(contenders, 16)
    tell(one, many, report)
    const { startMs, megabytes } = await commandFigures(issuer, behind, await freePort())
    report(`memory after 1, 10,000, 20,000 and 30,000 calls: ${megabytes.join(', ')} MB`)
    return { ...ratios(one, many), rssMb: megabytes[1] ?? null, startMs }
  } finally {
    for (const { pool } of Object.values(contenders)) await pool.destroy()
    for (const child of children) await child.end()
    for (const peer of peers) peer.end()
    issuer.close()
  }
}

async function startGateway(
  mode: (typeof MODES)[keyof typeof MODES],
  { url: issuer }: Issuer,
  echo: string,
): Promise<Child> {
  const given = { kind: 'gateway', port: await freePort(), issuer, echo, ...mode }
  return startChild(FILE, JSON.stringify(given), ['--expose-gc'], { isSilent: true })
}

function tell(one: Measured, many: Measured, report: (line: string) => void): void {
  for (const [name, { cpuMicros, p50Ms, p99Ms, perSecond }] of Object.entries(many))
    report(
      `${name.padEnd(18)} at 16: ${cpuMicros.toFixed(0)} µs CPU a call, p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms, ${perSecond.toFixed(0)}/s; at 1: ${one[name]?.cpuMicros.toFixed(0)} µs, p50 ${one[name]?.p50Ms.toFixed(2)} ms`,
    )
}

function ratios(one: Measured, many: Measured): Ratios {
  const { direct, everything, bareHop, mcpProxy } = many
  if (!direct || !everything || !one.direct || !one.everything) return {}
  const added = one.everything.p50Ms - one.direct.p50Ms
  return {
    cpuMicros: Math.round(everything.cpuMicros),
    cpuVsRawEcho: rounded(everything.cpuMicros / direct.cpuMicros),
    cpuVsBareHop: bareHop ? rounded(everything.cpuMicros / bareHop.cpuMicros) : null,
    cpuVsMcpProxy: mcpProxy ? rounded(everything.cpuMicros / mcpProxy.cpuMicros) : null,
    addedP50Ms: rounded(added),
    addedP50VsNginx: one.nginx ? rounded(added / (one.nginx.p50Ms - one.direct.p50Ms)) : null,
    throughputVsDirect: rounded(everything.perSecond / direct.perSecond),
    p99OverP50: rounded(everything.p99Ms / everything.p50Ms),
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
