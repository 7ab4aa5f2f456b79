// Parses one hop of a credential from an audit event. A hop has facts about a token, never the
// token itself.
import { number, record, text, texts } from './json.ts'

/** One hop, with the facts that the audit event has. */
export interface HopEvent {
  readonly hop: string
  readonly outcome: string
  readonly reason: string | undefined
  readonly subject: string | undefined
  readonly client: string | undefined
  /** Who acts for the subject, the current actor first. */
  readonly actors: readonly string[]
  readonly audience: readonly string[]
  readonly scopes: readonly string[]
  /** The seconds that the credential was still valid at this hop. */
  readonly secondsLeft: number | undefined
  readonly destination: string | undefined
  readonly placement: string | undefined
  readonly operation: string | undefined
  readonly fingerprint: string | undefined
}

/** Parses an audit event. Gives undefined for a value that is none. */
export function parseHop(value: unknown): HopEvent | undefined {
  const event = record(value)
  const hop = text(event.hop)
  const time = number(event.time)
  if (hop === undefined || time === undefined) return undefined
  const expiresAt = number(event.expiresAt)
  return {
    hop,
    outcome: text(event.outcome) ?? 'failed',
    reason: text(event.reason),
    subject: text(event.subject),
    client: text(event.client),
    actors: texts(event.actors),
    audience: texts(event.audience),
    scopes: texts(event.scopes),
    secondsLeft: expiresAt === undefined ? undefined : Math.round(expiresAt - time / 1000),
    destination: text(event.destination),
    placement: text(event.placement),
    operation: text(event.operation),
    fingerprint: text(event.fingerprint),
  }
}

/** Spells a number of seconds for people. */
export function span(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`
}
