// The observer in front of everything that can be wrong with telemetry: a collector that hangs, a
// queue that is full, an observer that throws, texts that a caller chose.

import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  AlwaysOffSampler,
  BatchSpanProcessor,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { hopsSeenBy } from '../../src/core/observe.ts'
import { otelObserver } from '../../src/otel/index.ts'

import { gatewayHouse, textOf, tokenFor } from '../gateway/house.ts'
import { build } from '../mcp-server/house.ts'
import { startCollector } from './collector.ts'

/** An observer whose spans can be read. */
function readable() {
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  })
  return { observer: otelObserver({ tracerProvider }), spans: () => exporter.getFinishedSpans() }
}

/** Calls a tool through a gateway, as alice. */
async function callThrough(house: ReturnType<typeof gatewayHouse>): Promise<string> {
  const client = await house.connect('/mcp/Tasks', { token: tokenFor('alice') })
  const result = await client.callTool({ name: 'add_task', arguments: { title: 'oats' } })
  await client.close()
  return textOf(result)
}

describe('a gateway with telemetry', () => {
  it('costs no call anything when the collector hangs, and drops what it has no room for', async () => {
    const collector = await startCollector()
    const hanging = collector.hang()
    const exporter = new OTLPTraceExporter({ url: `${collector.url}/v1/traces` })
    const processor = new BatchSpanProcessor({
      exporter,
      maxQueueSize: 2,
      maxExportBatchSize: 1,
      scheduledDelayMillis: 1,
    })
    const observer = otelObserver({
      tracerProvider: new TracerProvider({ spanProcessors: [processor] }),
    })
    const house = gatewayHouse({ observer })
    expect(await callThrough(house)).toContain('oats of alice')
    await hanging
    // The collector has a span, and does not answer. Calls go on.
    expect(await callThrough(house)).toContain('oats of alice')
    expect(collector.bodies).toEqual([])
    await collector.close()
  })

  it('serves on when the observer throws', async () => {
    const broken = {
      begin() {
        throw new Error('no telemetry today')
      },
    }
    expect(await callThrough(gatewayHouse({ observer: broken }))).toContain('oats of alice')
    const endless = { begin: () => ({ traceparent: undefined, end: () => broken.begin() }) }
    expect(await callThrough(gatewayHouse({ observer: endless }))).toContain('oats of alice')
  })

  it('puts the reason of a refusal on the door, and nothing of the token', async () => {
    const { observer, spans } = readable()
    const house = gatewayHouse({ observer })
    const response = await house.ask('/mcp/Tasks', 'stolen.secret.token', { jsonrpc: '2.0' })
    expect(response.status).toBe(401)
    expect(spans().map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
      ['onbehalf door', 'signature_invalid'],
    ])
    expect(JSON.stringify(spans().map(({ attributes }) => attributes))).not.toContain('stolen')
  })

  it('takes the trace of its caller, and none that is no trace', async () => {
    const { observer, spans } = readable()
    const house = gatewayHouse({ observer })
    const token = tokenFor('alice')
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }
    const trace = '0af7651916cd43dd8448eb211c80319c'
    const traceparent = `00-${trace}-b7ad6b7169203331-01`
    await (await house.ask('/mcp/Notes', token, list, { traceparent })).text()
    expect(new Set(spans().map((span) => span.spanContext().traceId))).toEqual(new Set([trace]))
    const sent = house.notes.reached.at(-1)?.headers.get('traceparent')
    const carried = spans().filter(({ attributes }) => attributes['onbehalf.hop'] === 'carry')
    expect(sent).toBe(`00-${trace}-${carried.at(-1)?.spanContext().spanId}-01`)
    expect(new Set(house.events.map((event) => event.trace))).toEqual(new Set([trace]))

    const before = spans().length
    const wrong = { traceparent: '00-canary-of-a-client-01' }
    await (await house.ask('/mcp/Notes', token, list, wrong)).text()
    const later = spans().slice(before)
    expect(new Set(later.map((span) => span.spanContext().traceId)).size).toBe(1)
    expect(JSON.stringify(later.map(({ attributes }) => attributes))).not.toContain('canary')
  })

  it('ties the hops of the audit together where nothing is sampled', async () => {
    const tracerProvider = new TracerProvider({ sampler: new AlwaysOffSampler() })
    const house = gatewayHouse({ observer: otelObserver({ tracerProvider }) })
    expect(await callThrough(house)).toContain('oats of alice')
    expect(house.tasks.reached.at(-1)?.headers.get('traceparent')).toMatch(/-00$/)
    expect(house.events.every(({ trace }) => /^[0-9a-f]{32}$/.test(trace))).toBe(true)
  })

  it('shows no text that a client chose', async () => {
    const { observer, spans } = readable()
    const house = gatewayHouse({ observer })
    for (const method of ['canary/of-a-client', 'tools/call']) {
      const params = { name: 'canary of a model', arguments: { text: 'canary' } }
      const message = { jsonrpc: '2.0', id: 1, method, params }
      await (await house.ask('/mcp/Notes', tokenFor('alice'), message)).text()
    }
    const shown = JSON.stringify(spans().map(({ name, attributes }) => ({ name, attributes })))
    expect(shown).not.toContain('canary')
    expect(shown).toContain('"mcp.method.name":"_OTHER"')
  })
})

it('counts durations by hop, server and reason, and no tool that a server named', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const house = gatewayHouse({ observer: otelObserver({ meterProvider }) })
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'search' } }
  await (await house.ask('/mcp/Notes', tokenFor('alice'), call)).text()
  await house.ask('/mcp/Tasks', 'wrong', {})
  await meterProvider.forceFlush()
  const metrics = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
  const points = metrics.flatMap(({ descriptor, dataPoints }) =>
    dataPoints.map(({ attributes }) => ({ name: descriptor.name, ...attributes })),
  )
  expect(points).toContainEqual({
    name: 'onbehalf.hop.duration',
    'onbehalf.hop': 'door',
    'error.type': 'signature_invalid',
  })
  expect(points).toContainEqual({
    name: 'mcp.client.operation.duration',
    'mcp.method.name': 'tools/call',
    'server.address': 'notes.example',
    'server.port': 443,
  })
  expect(JSON.stringify(points)).not.toMatch(/search|alice/)
  const active = metrics.find(({ descriptor }) => descriptor.name === 'onbehalf.hop.active')
  expect(active?.dataPoints.every(({ value }) => value === 0)).toBe(true)
  await meterProvider.shutdown()
})

it('ends the span of a call that could not be opened', async () => {
  const { observer, spans } = readable()
  let isOpening = false
  const house = await build({
    observer: {
      begin(start) {
        isOpening ||= start.hop === 'tool'
        return observer.begin(start)
      },
    },
    now() {
      if (isOpening) throw new Error('no clock')
      return Date.now()
    },
  })
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami' } }
  await house.post(call).catch(() => {})
  expect(spans().map(({ name, attributes }) => [name, attributes['error.type']])).toContainEqual([
    'tools/call whoami',
    'internal_error',
  ])
})

it('ends a hop once', () => {
  let ends = 0
  const begin = hopsSeenBy({ begin: () => ({ traceparent: undefined, end: () => ends++ }) })
  const underWay = begin({ hop: 'carry' })
  underWay?.end({ reason: 'server_unavailable' })
  underWay?.end()
  expect(ends).toBe(1)
})
