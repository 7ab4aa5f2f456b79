// onbehalf/otel: telemetry over OpenTelemetry. Spans and durations of the hops; no content, no
// credential, no person.

export { type OtelObserverOptions, otelObserver } from './observer.ts'
