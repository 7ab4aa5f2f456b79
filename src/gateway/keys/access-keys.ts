// Personal access keys: for clients that cannot sign in by a browser. A key stands for one person, within
// a consent that names its servers, its scopes and its end. Only its digest is stored.

import { createHash, randomBytes } from 'node:crypto'
import { type AuditSink, createAuditor, logSink } from '../../core/audit.ts'
import { Credential } from '../../core/credential.ts'
import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import { hasMethods, isSecretStore } from '../../core/option-values.ts'
import { type Principal, principalKey } from '../../core/principal.ts'
import { isScope } from '../../core/scope.ts'
import { traceOf } from '../../core/trace.ts'
import type { ConsentRecord, ConsentStore } from '../../core/vault/consent-store.ts'
import type { SecretKey, SecretStore } from '../../core/vault/secret-store.ts'

/** One key, as it is listed. Nothing of it is secret. Times are in seconds since the epoch. */
export interface AccessKey {
  readonly id: string
  readonly name: string
  /** The servers that it may be used for, by their names. */
  readonly servers: readonly string[]
  readonly scopes: readonly string[]
  readonly createdAt: number
  readonly endsAt: number
  readonly revokedAt?: number
}

/** A key that is to be made. */
export interface NewAccessKey {
  /** What the person knows it by, such as `laptop`. */
  readonly name: string
  readonly servers: readonly string[]
  /** Default none: then servers whose credential depends on scopes are left out. */
  readonly scopes?: readonly string[]
  /** When it ends: within a year. */
  readonly until: Date
}

/** Whose key it is, and which consent it stands for. */
export interface FoundKey {
  readonly principal: Principal
  readonly job: string
  readonly servers: readonly string[]
}

/** The keys. Give them to `createGateway` as `accessKeys`. */
export interface AccessKeys {
  /**
   * Makes a key. This is the one time that it can be seen.
   *
   * @throws TypeError for a name, servers, scopes or a time that cannot be.
   */
  create(
    principal: Principal,
    key: NewAccessKey,
  ): Promise<{ readonly key: Credential; readonly record: AccessKey }>
  /** The keys of a person, the newest first, also those that are over. */
  list(principal: Principal): Promise<readonly AccessKey[]>
  /** Revokes one. From the next request on nothing is done with it, on every instance. */
  revoke(principal: Principal, id: string): Promise<boolean>
  /** The key that somebody presents; undefined for one that was never made, or is revoked. */
  find(presented: Credential): Promise<FoundKey | undefined>
}

/** Options of {@link accessKeys}. */
export interface AccessKeysOptions {
  /** Keeps digests of keys, for example `sqliteSecretStore` of onbehalf/store. */
  readonly secrets: SecretStore
  /** The same as the gateway's `consents`, for example `sqliteConsentStore` of onbehalf/store. */
  readonly consents: ConsentStore
  /** Records what is made and revoked. Default: the log of the process. */
  readonly audit?: AuditSink
  /** The clock: milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** Every option. A new one does not compile until it is here. */
const ACCESS_KEYS_OPTIONS: OptionNames<AccessKeysOptions> = {
  secrets: 'required',
  consents: 'required',
  audit: 'optional',
  now: 'optional',
}

/** Secret scanners find it by this, and the door knows at once what it has. */
export const ACCESS_KEY_PREFIX = 'obk_'
const JOB = 'access-key:'
const YEAR_MS = 366 * 24 * 3600 * 1000

/**
 * Makes the keys of a gateway.
 *
 * @throws TypeError that names the setting.
 *
 * @example
 * ```ts
 * const keys = accessKeys({ secrets, consents })
 * const gateway = createGateway({ url, issuer, servers, consents, accessKeys: keys })
 * ```
 */
export function accessKeys(options: AccessKeysOptions): AccessKeys {
  checkOptions('accessKeys', '', options, ACCESS_KEYS_OPTIONS, {
    secrets: isSecretStore,
    consents: hasMethods(['add', 'list', 'revoke'], 'sqliteConsentStore of onbehalf/store'),
  })
  const { secrets, consents, audit = logSink, now = Date.now } = options
  const auditor = createAuditor(audit, { now })
  const report = (principal: Principal, { job, scopes, endsAt }: ConsentRecord, detail: string) =>
    auditor({
      hop: 'consent',
      outcome: 'allowed',
      trace: traceOf(new Headers()),
      principal,
      operation: job,
      detail,
      scopes,
      expiresAt: endsAt,
    })
  return {
    async create({ issuer, subject, tenant }, { name, servers, scopes = [], until }) {
      const principal = { issuer, subject, ...(tenant === undefined ? {} : { tenant }) }
      checkNewKey(principal, { name, servers, scopes, until }, now())
      const id = randomBytes(9).toString('base64url')
      const consent: ConsentRecord = {
        id,
        owner: principalKey(principal),
        job: `${JOB}${id}:${name}`,
        servers: [...servers],
        scopes: [...scopes],
        givenAt: now() / 1000,
        endsAt: until.getTime() / 1000,
      }
      const key = new Credential(`${ACCESS_KEY_PREFIX}${randomBytes(32).toString('base64url')}`)
      const digest = digestOf(key)
      const { job } = consent
      await report(principal, consent, 'given')
      await secrets.write({ ...placeOf(consent), ...FIRST, facts: { digest } })
      await secrets.write({
        ...digestPlace(digest),
        ...FIRST,
        facts: { ...principal, job, servers },
      })
      await consents.add(consent)
      return { key, record: listed(consent) }
    },
    async list(principal) {
      const all = await consents.list(principalKey(principal))
      return all.filter(({ job }) => job.startsWith(JOB)).map(listed)
    },
    async revoke(principal, id) {
      const owner = principalKey(principal)
      const consent = (await consents.list(owner)).find((one) => one.id === id)
      if (!consent?.job.startsWith(JOB) || !(await consents.revoke(owner, id, now() / 1000)))
        return false
      const place = placeOf(consent)
      const digest = (await secrets.read(place))?.facts.digest
      if (typeof digest === 'string') await secrets.remove(digestPlace(digest))
      await secrets.remove(place)
      // It is revoked, whether or not this can be written down.
      await report(principal, consent, 'revoked')
      return true
    },
    async find(presented) {
      const facts = (await secrets.read(digestPlace(digestOf(presented))))?.facts
      if (!facts) return undefined
      const { issuer, subject, tenant, job, servers } = facts
      if (typeof issuer !== 'string' || typeof subject !== 'string' || typeof job !== 'string')
        return undefined
      const principal = { issuer, subject, ...(typeof tenant === 'string' ? { tenant } : {}) }
      return { principal, job, servers: Array.isArray(servers) ? servers : [] }
    },
  }
}

/** The access key of a request: in the place of a token. Undefined when it has none. */
export function accessKeyIn(request: Request): Credential | undefined {
  const [, token = ''] = /^bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
  return token.startsWith(ACCESS_KEY_PREFIX) ? new Credential(token) : undefined
}

/** There is no secret in these records: a digest of 256 random bits leads back to nothing. */
const FIRST = { issuer: '', version: 1, secrets: {} } as const
const RESOURCE = 'urn:onbehalf:access-key'

function digestPlace(digest: string): SecretKey {
  return { owner: `access-key:${digest}`, resource: RESOURCE, kind: 'access-key' }
}

/** Where the digest of a person's key is, so that it can be taken away. */
function placeOf({ owner, id }: ConsentRecord): SecretKey {
  return { owner, resource: `${RESOURCE}:${id}`, kind: 'access-key' }
}

function digestOf(key: Credential): string {
  return createHash('sha256').update(key.reveal()).digest('base64url')
}

function listed({
  id,
  job,
  servers,
  scopes,
  givenAt,
  endsAt,
  revokedAt,
}: ConsentRecord): AccessKey {
  return {
    id,
    name: job.slice(`${JOB}${id}:`.length),
    servers,
    scopes,
    createdAt: givenAt,
    endsAt,
    ...(revokedAt === undefined ? {} : { revokedAt }),
  }
}

function checkNewKey(
  { issuer, subject }: Principal,
  { name, servers, scopes = [], until }: NewAccessKey,
  nowMs: number,
): void {
  if (!isText(issuer) || !isText(subject))
    throw new TypeError('An access key needs the issuer and the subject of its person')
  if (!isKeyName(name))
    throw new TypeError('name must be 1 to 64 visible characters, such as laptop')
  if (!Array.isArray(servers) || servers.length === 0 || !servers.every(isText))
    throw new TypeError('servers must name at least one server')
  if (!Array.isArray(scopes) || !scopes.every((scope) => isText(scope) && isScope(scope)))
    throw new TypeError('scopes must be a list of scopes (RFC 6749 section 3.3)')
  const untilMs = until instanceof Date ? until.getTime() : Number.NaN
  if (!(untilMs > nowMs && untilMs <= nowMs + YEAR_MS))
    throw new TypeError('until must be a Date in the future, and within a year')
}

/** Whether a person can tell a key by it. */
export function isKeyName(value: unknown): value is string {
  return typeof value === 'string' && /^[^\p{C}]{1,64}$/u.test(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
