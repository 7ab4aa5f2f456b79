// The audit: one event for each hop of a credential. No field can hold a secret: a token appears as
// a keyed fingerprint of its id.

import { isFailure, type RefusalReason } from './errors.ts'
import { checkOptions, type OptionNames } from './known-options.ts'
import { type BeginHop, hopsSeenBy, type Observer } from './observe.ts'
import { checkArgument, isAuditSink } from './option-values.ts'
import { actorChain, type Principal } from './principal.ts'
import type { RefusalDetails } from './refusal-details.ts'

/**
 * The hops: the door of the app, a sign-in that the app keeps, the token exchange, a connected account,
 * the request to a server, that server's own door, and its request to an API. `issue` is a token of our
 * own token service. `consent` is what a person agreed to, and each use of that.
 */
export type Hop =
  | 'door'
  | 'sign-in'
  | 'exchange'
  | 'connection'
  | 'carry'
  | 'server-door'
  | 'api'
  | 'issue'
  | 'consent'

/** How a hop ended: it went on, somebody was refused, or something does not work. */
export type AuditOutcome = 'allowed' | 'refused' | 'failed'

/** Gives the outcome to record for a reason; without one, the hop went on. */
export function outcomeOf(reason: RefusalReason | undefined): AuditOutcome {
  if (reason === undefined) return 'allowed'
  return isFailure(reason) ? 'failed' : 'refused'
}

/** One recorded hop. The details of a refusal explain its reason. */
export interface AuditEvent extends RefusalDetails {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly hop: Hop
  readonly outcome: AuditOutcome
  readonly reason?: RefusalReason
  /** Ties the hops of one request together (W3C trace id). */
  readonly trace: string
  readonly issuer?: string
  readonly subject?: string
  readonly tenant?: string
  /** The client that the credential was issued to. */
  readonly client?: string
  /** Who acts for the subject, the current actor first. */
  readonly actors?: readonly string[]
  readonly audience?: readonly string[]
  readonly scopes?: readonly string[]
  /**
   * When the credential expires, in seconds since the epoch. Absent for a key that does not expire.
   */
  readonly expiresAt?: number
  /** Where the credential goes: a resource or an issuer, as configured. */
  readonly destination?: string
  /** The name of the credential's source, where a server gets several credentials. */
  readonly source?: string
  /** Where in the request the credential is. */
  readonly placement?: string
  /** The tool or operation, where one is named. */
  readonly operation?: string
  /**
   * More about it, one of a closed list of words: why a tool was refused, or that what the model
   * sent was `overwritten`.
   */
  readonly detail?: string
  /**
   * The first 128 bits of the HMAC-SHA256 of the token's id, in hex, under the deployment's key. It
   * answers "was this token used?" without storing the token.
   */
  readonly fingerprint?: string
}

/** The port. When a sink throws or rejects, the hop fails: what cannot be recorded is not done. */
export interface AuditSink {
  record(event: AuditEvent): void | Promise<void>
}

/** Writes each event to the log of the process, as one line of JSON. */
export const logSink: AuditSink = {
  record: (event) => console.info(JSON.stringify({ audit: event })),
}

/** What a hop reports. The auditor adds the time, the principal's fields and the fingerprint. */
export interface HopReport
  extends Omit<
    AuditEvent,
    'time' | 'fingerprint' | 'issuer' | 'subject' | 'tenant' | 'client' | 'actors'
  > {
  readonly principal?: Principal
  /** `jti` of the credential. Only its fingerprint is recorded. */
  readonly tokenId?: string
}

/** Makes an event of a report and gives it to the sink. Rejects when the sink does. */
export interface Auditor {
  (report: HopReport): Promise<void>
  /** Begins a hop that takes time, for telemetry. Absent where nobody observes. */
  readonly begin?: BeginHop
}

/** Options of {@link createAuditor}. */
export interface AuditorOptions {
  /**
   * Key of the fingerprints: at least 32 bytes, one for each deployment. Default: random, so that
   * fingerprints are comparable within this process only.
   */
  readonly fingerprintKey?: Uint8Array<ArrayBuffer>
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Is told when hops begin and end: `otelObserver` of onbehalf/otel. Default: nobody is. */
  readonly observer?: Observer
}

/** The same few tokens make all calls of a run, so their fingerprints are remembered. */
const MAX_FINGERPRINTS = 10_000

/** Every option of the factory. A new one does not compile until it is here. */
const CREATE_AUDITOR_OPTIONS: OptionNames<AuditorOptions> = {
  fingerprintKey: 'optional',
  now: 'optional',
  observer: 'optional',
}

/**
 * Makes an auditor over a sink.
 *
 * @throws TypeError when the sink has no `record`, or the key is shorter than 32 bytes.
 *
 * @example
 * ```ts
 * const auditor = createAuditor({ record: (event) => console.log(JSON.stringify(event)) })
 * ```
 */
export function createAuditor(sink: AuditSink, options: AuditorOptions = {}): Auditor {
  checkArgument('createAuditor: the sink', sink, isAuditSink)
  checkOptions('createAuditor', '', options, CREATE_AUDITOR_OPTIONS)
  const { fingerprintKey, now = Date.now, observer } = options
  if (fingerprintKey && fingerprintKey.length < 32)
    throw new TypeError('fingerprintKey must have at least 32 bytes')
  let key: ReturnType<typeof hmacKey> | undefined
  const known = new Map<string, string>()

  async function fingerprintOf(tokenId: string): Promise<string> {
    const hit = known.get(tokenId)
    if (hit !== undefined) return hit
    key ??= hmacKey(fingerprintKey)
    const mac = new Uint8Array(
      await crypto.subtle.sign('HMAC', await key, new TextEncoder().encode(tokenId)),
    )
    const fingerprint = Array.from(mac.subarray(0, 16), (byte) =>
      byte.toString(16).padStart(2, '0'),
    ).join('')
    // The oldest goes. With all of them gone at once, more people would each be made one anew.
    const [oldest] = known.keys()
    if (known.size >= MAX_FINGERPRINTS && oldest !== undefined) known.delete(oldest)
    known.set(tokenId, fingerprint)
    return fingerprint
  }

  const record = async ({ principal, tokenId, expiresAt, ...report }: HopReport) => {
    // Filled in step by step: a spread for each part that may be there takes several times as long.
    const event: { -readonly [K in keyof AuditEvent]: AuditEvent[K] } = { time: now(), ...report }
    // JSON has no infinity, and a null would look like a mistake.
    if (expiresAt !== undefined && expiresAt !== Number.POSITIVE_INFINITY)
      event.expiresAt = expiresAt
    if (principal) {
      event.issuer = principal.issuer
      event.subject = principal.subject
      if (principal.tenant !== undefined) event.tenant = principal.tenant
      if (principal.client !== undefined) event.client = principal.client
      if (principal.actor) event.actors = actorChain(principal)
    }
    if (tokenId !== undefined) event.fingerprint = await fingerprintOf(tokenId)
    await sink.record(event)
  }
  return observer ? Object.assign(record, { begin: hopsSeenBy(observer) }) : record
}

/** Made when the first token is recorded: Cloudflare Workers allow no random values before a request. */
function hmacKey(
  bytes: Uint8Array<ArrayBuffer> = crypto.getRandomValues(new Uint8Array(32)),
): ReturnType<typeof crypto.subtle.importKey> {
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
}
