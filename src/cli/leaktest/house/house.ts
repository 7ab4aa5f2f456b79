// Everything that leaktest brings, started: the model's endpoint, the MCP servers, the issuer, the APIs, the
// receiver for telemetry and the trap. It stays for all runs; each run has a tape of its own.

import type { BroughtServer } from '../config/target.ts'
import { type RunningIssuer, startIssuer } from './issuer-listener.ts'
import type { Listener } from './listen.ts'
import { type McpServer, startMcpServer } from './mcp-server.ts'
import { startModel } from './model.ts'
import { startApi, startTelemetry, startTrap } from './recorders.ts'
import type { Tape } from './tape.ts'

/** What is started. */
export interface House {
  readonly issuer: RunningIssuer
  /** The placeholders that say where everything is. */
  readonly places: ReadonlyMap<string, string>
  /** Takes the tape of another run. What hostile servers know is forgotten. */
  record(tape: Tape): void
  close(): Promise<void>
}

/** Starts everything. */
export async function startHouse(
  servers: Readonly<Record<string, BroughtServer>>,
  first: Tape,
  now: number,
): Promise<House> {
  let current = first
  const tape = () => current
  const trap = await startTrap(tape)
  const places = new Map<string, string>()
  const serverAt = (resource: string) =>
    [...places]
      .find(([name, url]) => /^(?:mcp\.|api)/.test(name) && url === resource)?.[0]
      .replace(/^mcp\./, '')
  const issuer = await startIssuer(tape, now, serverAt)
  const brought = await startServers(servers, tape, trap)
  const model = await startModel(tape)
  const telemetry = await startTelemetry(tape)
  const api = await startApi('api', tape, false)
  const echo = await startApi('api.echo', tape, true)
  places.set('model', `${model.origin}/v1`)
  places.set('issuer', issuer.origin)
  places.set('otlp', telemetry.origin)
  places.set('api', api.origin)
  places.set('api.echo', echo.origin)
  for (const [name, { url }] of brought) places.set(`mcp.${name}`, url)
  const all: readonly Listener[] = [
    ...brought.values(),
    ...[trap, issuer, model, telemetry, api, echo],
  ]
  return {
    issuer,
    places,
    record(next) {
      current = next
      for (const server of [...brought.values(), api, echo]) server.forget()
    },
    async close() {
      await Promise.all(all.map((listener) => listener.close()))
    },
  }
}

async function startServers(
  servers: Readonly<Record<string, BroughtServer>>,
  tape: () => Tape,
  trap: Listener,
): Promise<ReadonlyMap<string, McpServer>> {
  const started = Object.entries(servers).map(
    async ([name, server]) =>
      [name, await startMcpServer({ name, server, tape, trap: trap.origin })] as const,
  )
  return new Map(await Promise.all(started))
}
