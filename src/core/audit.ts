// Audit: one event for each hop of a credential. No field can hold a secret; a token appears as a keyed fingerprint of its id.

import { isFailure, type RefusalReason } from './errors.ts'
import { actorChain, type Principal } from './principal.ts'

/** The hops: the chat door, the token exchange, a connected account, the carrying to a server, that server's own door, and its call to the API. */
export type Hop = 'door' | 'exchange' | 'connection' | 'carry' | 'server-door' | 'api'

/** What came of a hop: it went on, somebody was refused, or something is out of order. */
export type AuditOutcome = 'allowed' | 'refused' | 'failed'

/** The outcome that the audit records for a refusal, or for none. */
export function outcomeOf(reason: RefusalReason | undefined): AuditOutcome {
  if (reason === undefined) return 'allowed'
  return isFailure(reason) ? 'failed' : 'refused'
}

/** One hop, as recorded. */
export interface AuditEvent {
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
  /** Seconds since the epoch; absent for a key that does not expire. */
  readonly expiresAt?: number
  /** Where the credential was going: a resource or an issuer, as configured. */
  readonly destination?: string
  /** Where in the request the credential was placed. */
  readonly placement?: string
  /** The tool or operation, where one is named. */
  readonly operation?: string
  /** HMAC-SHA256 of the token id under the deployment's key, 128 bits of it in hex: answers "was this token used?" without keeping it. */
  readonly fingerprint?: string
}

/** The port. A sink that throws or rejects makes the hop fail: what cannot be recorded is not done. */
export interface AuditSink {
  record(event: AuditEvent): void | Promise<void>
}

/** What a hop reports; the auditor adds the time, the principal's fields and the fingerprint. */
export interface HopReport
  extends Omit<
    AuditEvent,
    'time' | 'fingerprint' | 'issuer' | 'subject' | 'tenant' | 'client' | 'actors'
  > {
  readonly principal?: Principal
  /** `jti` of the credential in use. */
  readonly tokenId?: string
}

/** Turns reports into events and hands them to the sink. */
export type Auditor = (report: HopReport) => Promise<void>

/** Options of {@link createAuditor}. */
export interface AuditorOptions {
  /** Key of the fingerprints, at least 32 bytes, one a deployment. Default: random, so fingerprints compare within this process only. */
  readonly fingerprintKey?: Uint8Array<ArrayBuffer>
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** Token ids whose fingerprint is remembered; the same few tokens make the calls of a run. */
const REMEMBERED = 1000

/**
 * Makes an auditor over a sink.
 *
 * @throws TypeError when the key is shorter than 32 bytes.
 */
export function createAuditor(sink: AuditSink, options: AuditorOptions = {}): Auditor {
  const { fingerprintKey = crypto.getRandomValues(new Uint8Array(32)), now = Date.now } = options
  if (fingerprintKey.length < 32) throw new TypeError('fingerprintKey must have at least 32 bytes')
  const key = crypto.subtle.importKey(
    'raw',
    fingerprintKey,
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  )
  const known = new Map<string, string>()

  async function fingerprintOf(tokenId: string): Promise<string> {
    const hit = known.get(tokenId)
    if (hit !== undefined) return hit
    const mac = new Uint8Array(
      await crypto.subtle.sign('HMAC', await key, new TextEncoder().encode(tokenId)),
    )
    const fingerprint = Array.from(mac.subarray(0, 16), (byte) =>
      byte.toString(16).padStart(2, '0'),
    ).join('')
    if (known.size >= REMEMBERED) known.clear()
    known.set(tokenId, fingerprint)
    return fingerprint
  }

  return async ({ principal, tokenId, expiresAt, ...report }) => {
    const actors = principal ? actorChain(principal) : []
    await sink.record({
      time: now(),
      ...report,
      // JSON has no infinity, and a null would look like a mistake.
      ...(expiresAt === undefined || expiresAt === Number.POSITIVE_INFINITY ? {} : { expiresAt }),
      ...(principal ? { issuer: principal.issuer, subject: principal.subject } : {}),
      ...(principal?.tenant === undefined ? {} : { tenant: principal.tenant }),
      ...(principal?.client === undefined ? {} : { client: principal.client }),
      ...(actors.length === 0 ? {} : { actors }),
      ...(tokenId === undefined ? {} : { fingerprint: await fingerprintOf(tokenId) }),
    })
  }
}
