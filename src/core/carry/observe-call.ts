// Tells telemetry of one carried request.

import { AuthError } from '../errors.ts'
import type { HopEnd, HopStart } from '../observe.ts'
import type { CarrierOptions } from './options.ts'

/** What telemetry is told of one request, beside where it goes. */
export type About = Pick<HopStart, 'mcpMethod' | 'tool'>

/** A request under way. */
interface ObservedCall {
  /** For the request: it belongs to this hop. */
  readonly traceparent: string | undefined
  answered(response: Response): void
  failed(error: unknown): void
  end(): void
}

/** Begins the hop of a request; undefined where nobody observes. */
export function observeCall(
  options: CarrierOptions,
  httpMethod: string,
  about: About | undefined,
): ObservedCall | undefined {
  const { auditor, hop, traceparent: parent, name: server, resource: destination } = options
  const underWay = auditor.begin?.({ hop, parent, server, destination, httpMethod, ...about })
  if (!underWay) return undefined
  const how: { -readonly [Part in keyof HopEnd]: HopEnd[Part] } = {}
  return {
    traceparent: underWay.traceparent,
    answered({ status }) {
      how.status = status
    },
    failed(error) {
      how.reason = error instanceof AuthError ? error.code : 'internal_error'
    },
    end: () => underWay.end(how),
  }
}
