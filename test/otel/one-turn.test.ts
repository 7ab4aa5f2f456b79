// The trace of one chat turn of TaskFlow, as a collector gets it over OTLP: every hop is in it, and no
// secret is.

import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { otelObserver } from '../../src/otel/index.ts'
import { type House, startHouse } from '../end-to-end/house.ts'
import { signedIn, type Turn } from '../end-to-end/person.ts'
import { leaksIn, planted } from '../leak/leaks.ts'
import { secretsOf } from '../leak/secrets.ts'
import { type CollectedSpan, type Collector, startCollector } from './collector.ts'

const TITLE = 'zqcontent buy oat milk'

let collector: Collector
let house: House
let turn: Turn
let spans: readonly CollectedSpan[]

beforeAll(async () => {
  collector = await startCollector()
  const exporter = new OTLPTraceExporter({ url: `${collector.url}/v1/traces` })
  const tracerProvider = new TracerProvider({
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  })
  house = await startHouse({}, 'page', otelObserver({ tracerProvider }))
  const alice = await signedIn(house, 'alice')
  turn = await alice.say(`Add a task: ${TITLE}`)
  await house.end()
  await tracerProvider.shutdown()
  spans = collector.spans().filter(({ traceId }) => traceId === turn.trace)
}, 60_000)
afterAll(async () => {
  await house?.close()
  await collector?.close()
})

const ofHop = (hop: string) => spans.filter(({ attributes }) => attributes['onbehalf.hop'] === hop)

/** The hops above a span, the nearest first. */
function above(span: CollectedSpan | undefined): readonly unknown[] {
  const parent = spans.find(({ spanId }) => spanId === span?.parentSpanId)
  return parent ? [parent.attributes['onbehalf.hop'], ...above(parent)] : []
}

it('has door, exchange, carry, tool and API in one trace, each below the hop that led to it', () => {
  expect(turn.answer).toContain('oat milk')
  const called = ofHop('tool').find(({ name }) => name === 'tools/call taskflow_add_task')
  expect(above(called)).toEqual(['server-door', 'carry', 'door'])
  const api = ofHop('api').find(({ parentSpanId }) => parentSpanId === called?.spanId)
  expect(above(api)).toEqual(['tool', 'server-door', 'carry', 'door'])
  expect(new Set(ofHop('exchange').map((span) => above(span).join(' ')))).toEqual(
    new Set(['door', 'tool server-door carry door']),
  )
})

it('names the calls as the conventions for MCP and GenAI do', () => {
  const call = ofHop('carry').find(({ name }) => name === 'tools/call taskflow_add_task')
  expect(call?.attributes).toMatchObject({
    'mcp.method.name': 'tools/call',
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'taskflow_add_task',
    'server.address': '127.0.0.1',
    'http.response.status_code': 200,
    'onbehalf.server': 'TaskFlow',
  })
})

it('holds no credential, no content and nobody', async () => {
  const secrets = await secretsOf(house)
  const sink = { name: 'the collector', bytes: collector.bodies.join('\n') }
  expect(secrets.length).toBeGreaterThan(8)
  expect(leaksIn([sink], secrets)).toEqual([])
  expect(sink.bytes).not.toMatch(/zqcontent|alice/)
  // The search would find one.
  expect(leaksIn([planted(sink, secrets[0]?.text ?? '')], secrets)).not.toEqual([])
})
