// The port of telemetry: what begins and ends where a credential goes. It says how long a hop took and
// how it ended. It never holds content, a credential or a person.

import type { RefusalReason } from './errors.ts'

/** The hops that take time. `tool` is a server's own work on one call. */
export type ObservedHop = 'door' | 'exchange' | 'carry' | 'server-door' | 'tool' | 'api'

/** A hop that begins. */
export interface HopStart {
  readonly hop: ObservedHop
  /**
   * The hop or request that it belongs to: a value of `traceparent` (W3C Trace Context). That of a
   * door comes from outside, and may be any text.
   */
  readonly parent?: string | undefined
  /** The operator's name of the server or API. */
  readonly server?: string | undefined
  /** Where the request goes: a resource or an issuer, as configured. */
  readonly destination?: string | undefined
  /** The method of HTTP. */
  readonly httpMethod?: string | undefined
  /** The method of MCP. A client chose it: it may be any text. */
  readonly mcpMethod?: string | undefined
  /** The name of the tool, where it is known to be one. */
  readonly tool?: string | undefined
}

/** How a hop ended. */
export interface HopEnd {
  /** Why it was refused or failed; `internal_error` for a fault of a program. Absent: it went on. */
  readonly reason?: RefusalReason | 'internal_error' | undefined
  /** The status of HTTP that a server answered. */
  readonly status?: number | undefined
}

/** A hop under way. */
export interface HopUnderWay {
  /** Its own `traceparent`, for the requests that it makes. Absent where nothing is traced. */
  readonly traceparent: string | undefined
  /** Called once. */
  end(how?: HopEnd): void
}

/**
 * The port. `otelObserver` of onbehalf/otel makes one. It is called on the way of every request, so it
 * must not wait for anything. What it throws is dropped: telemetry decides nothing.
 */
export interface Observer {
  begin(start: HopStart): HopUnderWay
}

/** Begins a hop; undefined where nobody observes. */
export type BeginHop = (start: HopStart) => HopUnderWay | undefined

/** Makes the beginning of hops over an observer. It never throws, and ends a hop once. */
export function hopsSeenBy(observer: Observer): BeginHop {
  return (start) => {
    const underWay = quietly(() => observer.begin(start))
    if (!underWay) return undefined
    let hasEnded = false
    return {
      traceparent: quietly(() => underWay.traceparent),
      end(how) {
        if (hasEnded) return
        hasEnded = true
        quietly(() => underWay.end(how))
      },
    }
  }
}

function quietly<T>(observe: () => T): T | undefined {
  try {
    return observe()
  } catch {
    return undefined
  }
}
