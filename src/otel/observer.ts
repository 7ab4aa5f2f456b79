// The observer over `@opentelemetry/api`: a span and a duration for each hop. Names and attributes are
// those of the semantic conventions for MCP, GenAI and HTTP, and `onbehalf.*` where these have none.

import {
  type Context,
  context,
  isSpanContextValid,
  type Meter,
  type MeterProvider,
  metrics,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  TraceFlags,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import { isFailure } from '../core/errors.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import type { HopEnd, HopStart, Observer } from '../core/observe.ts'
import { hasMethods, type ValueChecks } from '../core/option-values.ts'
import { metricAttributes, spanAttributes, spanKind, spanName } from './attributes.ts'

/** Options of {@link otelObserver}. */
export interface OtelObserverOptions {
  /** Default: the one that the app has registered with OpenTelemetry. */
  readonly tracerProvider?: TracerProvider
  /** Default: the one that the app has registered with OpenTelemetry. */
  readonly meterProvider?: MeterProvider
}

/** Every option of the factory. A new one does not compile until it is here. */
const OTEL_OBSERVER_OPTIONS: OptionNames<OtelObserverOptions> = {
  tracerProvider: 'optional',
  meterProvider: 'optional',
}

const OTEL_OBSERVER_VALUES: ValueChecks = {
  tracerProvider: hasMethods(['getTracer'], 'a TracerProvider of OpenTelemetry'),
  meterProvider: hasMethods(['getMeter'], 'a MeterProvider of OpenTelemetry'),
}

/** The name of the instrumentation. */
const SCOPE = 'onbehalf'

/** Seconds. The conventions for MCP name these. */
const BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300]

/**
 * Makes the observer for `createOnBehalf`, `createGateway` and `protectMcpServer`. Each hop becomes a
 * span, and its duration is counted. Spans and metrics hold names that the operator chose, the
 * operations of the protocols and the reason of a refusal. They hold no content, no credential, no
 * argument, no result and nothing about the person.
 *
 * @throws TypeError for an option that is missing, misspelt or of the wrong kind.
 *
 * @example
 * ```ts
 * const onbehalf = createOnBehalf({ ...options, observer: otelObserver() })
 * ```
 */
export function otelObserver(options: OtelObserverOptions = {}): Observer {
  checkOptions('otelObserver', '', options, OTEL_OBSERVER_OPTIONS, OTEL_OBSERVER_VALUES)
  const tracer = (options.tracerProvider ?? trace).getTracer(SCOPE)
  const meters = metersOf((options.meterProvider ?? metrics).getMeter(SCOPE))

  return {
    begin(start) {
      const attributes = spanAttributes(start)
      const span = tracer.startSpan(
        spanName(start),
        { kind: spanKind(start), attributes },
        contextOf(start.parent),
      )
      const beganAt = performance.now()
      meters.begin(start)
      return {
        traceparent: traceparentOf(span),
        end(how = {}) {
          endSpan(span, how)
          meters.end(start, how, (performance.now() - beganAt) / 1000)
        },
      }
    },
  }
}

/** The context that a span belongs to: that of its parent, and the app's own span where it is in it. */
function contextOf(parent: string | undefined): Context {
  const active = context.active()
  const [, traceId = '', spanId = '', flags = ''] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(parent ?? '') ?? []
  const spanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
  }
  if (!isSpanContextValid(spanContext)) return active
  // An app that traces its own HTTP has begun a span for the same request.
  if (trace.getSpanContext(active)?.traceId === traceId) return active
  return trace.setSpanContext(ROOT_CONTEXT, spanContext)
}

function traceparentOf(span: Span): string | undefined {
  const spanContext = span.spanContext()
  if (!isSpanContextValid(spanContext)) return undefined
  const flags = spanContext.traceFlags.toString(16).padStart(2, '0')
  return `00-${spanContext.traceId}-${spanContext.spanId}-${flags}`
}

function endSpan(span: Span, { reason, status }: HopEnd): void {
  if (status !== undefined) span.setAttribute('http.response.status_code', status)
  if (reason !== undefined) {
    span.setAttribute('error.type', reason)
    // A refusal is what the house is for. A failure is an error.
    if (reason === 'internal_error' || isFailure(reason))
      span.setStatus({ code: SpanStatusCode.ERROR })
  }
  span.end()
}

/** Counts hops and their durations. */
interface Meters {
  begin(start: HopStart): void
  end(start: HopStart, how: HopEnd, seconds: number): void
}

function metersOf(meter: Meter): Meters {
  const durationOf = (name: string, description: string) =>
    meter.createHistogram(name, {
      description,
      unit: 's',
      advice: { explicitBucketBoundaries: BUCKETS },
    })
  const hops = durationOf('onbehalf.hop.duration', 'How long a hop of a credential took.')
  const client = durationOf(
    'mcp.client.operation.duration',
    'How long a request to an MCP server took.',
  )
  const server = durationOf('mcp.server.operation.duration', 'How long a call of a tool took here.')
  const underWay = meter.createUpDownCounter('onbehalf.hop.active', {
    description: 'Hops that are under way.',
    unit: '{hop}',
  })
  return {
    begin: ({ hop }) => underWay.add(1, { 'onbehalf.hop': hop }),
    end(start, how, seconds) {
      const { hop, mcpMethod } = start
      underWay.add(-1, { 'onbehalf.hop': hop })
      const { own, mcp } = metricAttributes(start, how)
      hops.record(seconds, own)
      if (mcpMethod === undefined) return
      if (hop === 'carry') client.record(seconds, mcp)
      if (hop === 'tool') server.record(seconds, mcp)
    },
  }
}
