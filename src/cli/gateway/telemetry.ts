// What a gateway's file says of telemetry: metrics for Prometheus at an address of their own, and traces
// and metrics to a collector over OTLP. The packages of OpenTelemetry are loaded only for that.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Observer } from 'onbehalf'
import { type Listen, readListen } from './listen.ts'
import { ConfigError } from './place.ts'
import { isMap, type Settings } from './settings.ts'

/** Telemetry that is running. */
export interface Telemetry {
  readonly observer: Observer
  /** The settings that it was made of. A change of them needs a restart. */
  readonly settings: string
  /** Sends what is left, for a few seconds at most, and ends. */
  close(): Promise<void>
}

/** What the file says, checked. */
interface TelemetrySettings {
  readonly metrics: Listen | undefined
  readonly otel: { readonly endpoint: string; readonly serviceName: string } | undefined
}

/** Milliseconds that a collector has to take what is left at the end. */
const CLOSE_MS = 2_000
/** Milliseconds for one request to the collector. */
const EXPORT_MS = 5_000
/** Milliseconds between two exports of metrics. */
const METRICS_EVERY_MS = 15_000
/** Spans that wait. With more, the newest are dropped. */
const MAX_WAITING_SPANS = 4_096

/**
 * Checks the settings `metrics` and `otel`.
 *
 * @throws ConfigError that begins with the setting.
 */
function telemetrySettings({ metrics, otel }: Settings): TelemetrySettings {
  return {
    metrics: metrics === undefined ? undefined : metricsIn(metrics),
    otel: otel === undefined ? undefined : otelIn(otel),
  }
}

function metricsIn(metrics: unknown): Listen {
  if (!isMap(metrics)) throw new ConfigError("metrics must be a map: { listen: '127.0.0.1:9464' }")
  const { listen, ...others } = metrics
  const [other] = Object.keys(others)
  if (other !== undefined) throw new ConfigError(`metrics.${other}: it has listen`)
  return readListen('metrics.listen', listen)
}

function otelIn(otel: unknown): TelemetrySettings['otel'] {
  if (!isMap(otel))
    throw new ConfigError('otel must be a map: { endpoint: https://collector.example:4318 }')
  const { endpoint, serviceName = 'onbehalf-gateway', ...others } = otel
  const [other] = Object.keys(others)
  if (other !== undefined) throw new ConfigError(`otel.${other}: it has endpoint and serviceName`)
  if (typeof serviceName !== 'string') throw new ConfigError('otel.serviceName must be a text')
  if (typeof endpoint !== 'string' || !isPlainUrl(endpoint))
    throw new ConfigError(
      'otel.endpoint must be the URL of a collector that takes OTLP over HTTP, such as https://collector.example:4318, without a name or password in it: headers for it are read from the variable OTEL_EXPORTER_OTLP_HEADERS',
    )
  return { endpoint: endpoint.replace(/\/$/, ''), serviceName }
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, search } = new URL(text)
  return /^https?:$/.test(protocol) && username === '' && password === '' && search === ''
}

/** What is running, and what is told. */
interface TelemetryParts {
  readonly warn: (message: string) => void
  readonly isCheck?: boolean
  readonly telemetry?: Telemetry | undefined
}

/**
 * The telemetry of a file: what is running already goes on, so that its counts do.
 *
 * @throws ConfigError that begins with the setting.
 */
export async function telemetryFor(
  settings: Settings,
  { warn, isCheck, telemetry }: TelemetryParts,
): Promise<Telemetry | undefined> {
  const checked = telemetrySettings(settings)
  if (isCheck) {
    if (checked.metrics || checked.otel) await loadSdk()
    return undefined
  }
  if (!telemetry) return openTelemetry(checked)
  if (telemetry.settings !== JSON.stringify(checked))
    warn('metrics and otel have changed in the file: that is used after a restart')
  return telemetry
}

/**
 * Begins it; undefined when the file asks for none.
 *
 * @throws ConfigError when the packages are not installed, or the address is taken.
 */
async function openTelemetry(checked: TelemetrySettings): Promise<Telemetry | undefined> {
  const { metrics, otel } = checked
  if (!metrics && !otel) return undefined
  const sdk = await loadSdk()
  const resource = sdk.resources.resourceFromAttributes({
    'service.name': otel?.serviceName ?? 'onbehalf-gateway',
  })
  const prometheus = metrics && new sdk.prometheus.PrometheusExporter({ preventServerStart: true })
  const meterProvider = new sdk.metrics.MeterProvider({
    resource,
    readers: [
      ...(prometheus ? [prometheus] : []),
      ...(otel ? [metricsTo(otel.endpoint, sdk)] : []),
    ],
  })
  const tracerProvider = otel && tracesTo(otel.endpoint, resource, sdk)
  const server =
    metrics &&
    prometheus &&
    (await serveMetrics(metrics, (request, response) =>
      prometheus.getMetricsRequestHandler(request, response),
    ))
  return {
    observer: sdk.otel.otelObserver({
      meterProvider,
      ...(tracerProvider ? { tracerProvider } : {}),
    }),
    settings: JSON.stringify(checked),
    async close() {
      server?.close()
      server?.closeAllConnections()
      const ended = Promise.allSettled([meterProvider.shutdown(), tracerProvider?.shutdown()])
      await Promise.race([ended, after(CLOSE_MS)])
    },
  }
}

type Sdk = Awaited<ReturnType<typeof importSdk>>

async function importSdk() {
  const [otel, resources, traces, metrics, prometheus, otlpTraces, otlpMetrics] = await Promise.all(
    [
      import('onbehalf/otel'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/sdk-metrics'),
      import('@opentelemetry/exporter-prometheus'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/exporter-metrics-otlp-http'),
    ],
  )
  return { otel, resources, traces, metrics, prometheus, otlpTraces, otlpMetrics }
}

function loadSdk(): Promise<Sdk> {
  return importSdk().catch(() => {
    throw new ConfigError(
      'metrics and otel need the packages of OpenTelemetry: npm install @opentelemetry/api @opentelemetry/resources @opentelemetry/sdk-trace @opentelemetry/sdk-metrics @opentelemetry/exporter-prometheus @opentelemetry/exporter-trace-otlp-http @opentelemetry/exporter-metrics-otlp-http',
    )
  })
}

function metricsTo(endpoint: string, { metrics, otlpMetrics }: Sdk) {
  return new metrics.PeriodicExportingMetricReader({
    exporter: new otlpMetrics.OTLPMetricExporter({
      url: `${endpoint}/v1/metrics`,
      timeoutMillis: EXPORT_MS,
    }),
    exportIntervalMillis: METRICS_EVERY_MS,
    exportTimeoutMillis: EXPORT_MS,
  })
}

function tracesTo(
  endpoint: string,
  resource: ReturnType<Sdk['resources']['resourceFromAttributes']>,
  { traces, otlpTraces }: Sdk,
) {
  const exporter = new otlpTraces.OTLPTraceExporter({
    url: `${endpoint}/v1/traces`,
    timeoutMillis: EXPORT_MS,
  })
  const processor = new traces.BatchSpanProcessor({
    exporter,
    maxQueueSize: MAX_WAITING_SPANS,
    exportTimeoutMillis: EXPORT_MS,
  })
  return new traces.TracerProvider({ resource, spanProcessors: [processor] })
}

/** Serves `/metrics` and nothing else. */
async function serveMetrics(
  { host, port }: Listen,
  answer: (...exchange: Parameters<Parameters<typeof createServer>[1] & object>) => void,
): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method === 'GET' && request.url?.split('?', 1)[0] === '/metrics')
      return answer(request, response)
    response.writeHead(404).end()
  })
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch {
    throw new ConfigError(`metrics.listen: it cannot listen on ${host}:${port}`)
  }
  server.unref()
  return server
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref()
  })
}
