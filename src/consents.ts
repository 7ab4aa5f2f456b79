// The consents of people: what the app may do while they are away. Given by the person's own
// request, listed, and revoked.

import type { Caller } from './caller.ts'
import type { Auditor, HopReport } from './core/audit.ts'
import type { Binding } from './core/binding.ts'
import { type Principal, principalKey } from './core/principal.ts'
import { isScope } from './core/scope.ts'
import { traceOf } from './core/trace.ts'
import { unbound } from './core/unbound.ts'
import type { ConsentRecord, ConsentStore } from './core/vault/consent-store.ts'

/** What a person agrees to. */
export interface NewConsent {
  /** The app's name for the work, such as `weekly-report`. */
  readonly job: string
  /** The servers that the work may use, by their names among the `servers`. */
  readonly servers: readonly string[]
  /** The scopes that it may have there, of those that the bindings name. Default none. */
  readonly scopes?: readonly string[]
  /** When the consent ends: within a year. */
  readonly until: Date
}

/** The consents. Show them to the person, and let them be revoked. */
export interface Consents {
  /**
   * Records a consent. Call it in the request with which the person agrees, after they have read what
   * they agree to. An earlier one for the same job is revoked by it.
   *
   * @throws TypeError for a job without a name, no servers, a scope that is none, or a time that is
   *   past or more than a year away. AuthError `server_unbound` for a server that there is not.
   */
  give(caller: Caller, consent: NewConsent): Promise<ConsentRecord>
  /** The consents of a person, the newest first, also those that are over. */
  list(principal: Principal): Promise<readonly ConsentRecord[]>
  /** Revokes one. From the next call on nothing is done with it, on every instance. */
  revoke(principal: Principal, id: string): Promise<boolean>
}

/** What the consents work with. */
export interface ConsentParts {
  readonly store: ConsentStore | undefined
  readonly bindings: ReadonlyMap<string, Binding>
  readonly auditor: Auditor
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

const YEAR_MS = 366 * 24 * 3600 * 1000

/** Makes the consents of an app. Without a store, each method says which setting is missing. */
export function createConsents({ store, bindings, auditor, now }: ConsentParts): Consents {
  return {
    async give(caller, consent): Promise<ConsentRecord> {
      const kept = storeOf(store)
      checkConsent(consent, bindings, now())
      const { job, servers, scopes = [], until } = consent
      const { principal, trace } = caller
      const record: ConsentRecord = {
        id: crypto.randomUUID(),
        owner: principalKey(principal),
        job,
        servers: [...servers],
        scopes: [...scopes],
        givenAt: now() / 1000,
        endsAt: until.getTime() / 1000,
      }
      await auditor({ ...reportOf(record, 'given'), trace, principal })
      await kept.add(record)
      return record
    },
    list: async (principal) => storeOf(store).list(principalKey(principal)),
    async revoke(principal, id): Promise<boolean> {
      const kept = storeOf(store)
      const owner = principalKey(principal)
      const record = (await kept.list(owner)).find((consent) => consent.id === id)
      if (!record || !(await kept.revoke(owner, id, now() / 1000))) return false
      // It is revoked, whether or not this can be written down.
      await auditor({ ...reportOf(record, 'revoked'), trace: traceOf(new Headers()), principal })
      return true
    },
  }
}

/** The store. @throws TypeError that names the setting. */
export function storeOf(store: ConsentStore | undefined): ConsentStore {
  if (store) return store
  throw new TypeError(
    'consents need the setting consents of createOnBehalf: sqliteConsentStore of onbehalf/store keeps them',
  )
}

/** What the audit says of a consent. */
function reportOf(
  { job, scopes, endsAt }: ConsentRecord,
  detail: 'given' | 'revoked',
): Omit<HopReport, 'trace'> {
  return { hop: 'consent', outcome: 'allowed', operation: job, detail, scopes, expiresAt: endsAt }
}

function checkConsent(
  { job, servers, scopes = [], until }: NewConsent,
  bindings: ReadonlyMap<string, Binding>,
  nowMs: number,
): void {
  if (typeof job !== 'string' || job === '' || job.length > 256)
    throw new TypeError('job must be a name of 1 to 256 characters, such as weekly-report')
  if (!Array.isArray(servers) || servers.length === 0)
    throw new TypeError('servers must name at least one of the servers of createOnBehalf')
  for (const server of servers)
    if (!bindings.has(server)) throw unbound('servers', server, [...bindings.keys()])
  for (const scope of scopes)
    if (!isScope(scope))
      throw new TypeError(`scopes: "${scope}" is no scope token (RFC 6749 section 3.3)`)
  const untilMs = until instanceof Date ? until.getTime() : Number.NaN
  if (!(untilMs > nowMs && untilMs <= nowMs + YEAR_MS))
    throw new TypeError('until must be a Date in the future, and within a year')
}
