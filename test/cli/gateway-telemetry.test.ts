// Metrics, traces and the audit of a gateway, as its file asks for them.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { freePorts } from '../../examples/taskflow/listen.ts'
import { type Configured, readConfiguration } from '../../src/cli/gateway/configuration.ts'
import { startCollector } from '../otel/collector.ts'

const SERVERS = `issuer: { preset: oidc, issuer: https://login.example, clientId: gateway }
servers:
  Tasks: { url: https://tasks.example/mcp, source: { type: own } }
`

let folder: string
let opened: Configured | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onbehalf-telemetry-'))
})
afterEach(async () => {
  await opened?.close()
  await opened?.telemetry?.close()
  opened = undefined
  rmSync(folder, { recursive: true, force: true })
})

async function configured(more: string, before?: Configured, isCheck = false) {
  const file = join(folder, 'onbehalf.yaml')
  writeFileSync(file, SERVERS + more)
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const telemetry = before?.telemetry
  const made = await readConfiguration(file, { env: {}, warn, isCheck, telemetry })
  return { made, warnings }
}

/** A request that the door refuses. */
const refused = ({ gateway }: Configured) =>
  gateway.fetch(new Request('http://127.0.0.1:8080/mcp/Tasks', { method: 'POST', body: '{}' }))

it('serves metrics at an address of their own, which go on when the file changes', async () => {
  const port = await freePorts(1)
  const metrics = `metrics: { listen: '127.0.0.1:${port}' }\n`
  const first = await configured(`audit: { file: audit.jsonl }\n${metrics}`)
  opened = first.made
  expect((await refused(first.made)).status).toBe(401)
  const next = await configured(
    `audit: { file: audit.jsonl }\n${metrics}scopes: [mcp]\n`,
    first.made,
  )
  expect(next.warnings).toEqual([])
  await first.made.close()
  opened = next.made
  expect((await refused(next.made)).status).toBe(401)
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  expect(text).toMatch(
    /onbehalf_hop_duration_count\{[^}]*onbehalf_hop="door"[^}]*error_type="credential_missing"[^}]*\} 2/,
  )
  expect((await fetch(`http://127.0.0.1:${port}/mcp`)).status).toBe(404)
  expect(readFileSync(join(folder, 'audit.jsonl'), 'utf8').trim().split('\n')).toHaveLength(2)

  const moved = await configured(`metrics: { listen: '127.0.0.1:${port + 1}' }\n`, next.made)
  expect(moved.warnings).toEqual([
    'metrics and otel have changed in the file: that is used after a restart',
  ])
  await moved.made.close()
})

it('sends traces and metrics to a collector, and what is left at the end', async () => {
  const collector = await startCollector()
  const { made } = await configured(
    `audit: { file: audit.jsonl }\notel: { endpoint: ${collector.url}, serviceName: front }\n`,
  )
  await refused(made)
  await made.close()
  await made.telemetry?.close()
  const sent = collector.bodies.join('')
  expect(collector.spans().map(({ name }) => name)).toEqual(['onbehalf door'])
  expect(sent).toContain('onbehalf.hop.duration')
  expect(sent).toContain('"front"')
  await collector.close()
})

it.each([
  ['metrics: on', 'metrics must be a map'],
  ["metrics: { listen: '9464' }", 'metrics.listen must be HOST:PORT'],
  ['otel: { endpoint: collector }', 'otel.endpoint must be the URL'],
  ['otel: { endpoint: https://u:canary@collector.example }', 'otel.endpoint must be the URL'],
  ['otel: { endpoint: https://c.example, headers: {} }', 'otel.headers: it has endpoint'],
  ['audit: syslog', 'audit must be stdout, or a map with file'],
  ['audit: { to: syslog }', 'audit.to must be postgres'],
  ['audit: { to: postgres }', 'audit.to: postgres needs store with postgres'],
  ['audit: { to: postgres, sync: true }', 'audit.sync: beside to there is nothing'],
  ['audit: { file: a, rotate: true }', 'audit.rotate: it has file and sync'],
])('refuses %s when the file is checked', async (more, words) => {
  await expect(configured(more, undefined, true)).rejects.toThrow(words)
})
