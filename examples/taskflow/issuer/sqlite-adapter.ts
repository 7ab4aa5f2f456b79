// oidc-provider's storage in node:sqlite. Sessions, grants, codes and refresh tokens survive a
// restart. JWT access tokens are never stored.

import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider'
import { patiently } from '../patient.ts'

/** Options of {@link openStorage}. */
export interface StorageOptions {
  /** The database file. If it is missing, it is created with its folder, for the owner only. */
  readonly path: string
  /** Gives the time in milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
}

/** An open store. It has one adapter for each of oidc-provider's models. */
export interface Storage {
  readonly adapter: (model: string) => Adapter
  close(): void
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS entries (
    model TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL,
    grant_id TEXT, uid TEXT, consumed INTEGER, expires_at INTEGER NOT NULL,
    PRIMARY KEY (model, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS entries_by_grant ON entries (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS entries_by_uid ON entries (model, uid) WHERE uid IS NOT NULL;
  CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires_at);
`

/**
 * The models that end with their grant. A sign-in that has begun does not: it names the grant of
 * the person who was signed in before.
 */
const ENDS_WITH_GRANT: ReadonlySet<string> = new Set([
  'AccessToken',
  'AuthorizationCode',
  'RefreshToken',
])
/** The shortest time between two sweeps of expired entries. */
const SWEEP_INTERVAL_SECONDS = 60
/** How long an entry without its own expiry is kept. */
const MAX_KEPT_SECONDS = 30 * 24 * 3600

/** Opens the store and deletes what expired while it was closed. */
export function openStorage({ path, now = Date.now }: StorageOptions): Storage {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600))
  const database = new DatabaseSync(path, { timeout: 5000 })
  database.exec(SCHEMA)
  const put = database.prepare('INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)')
  const byId = database.prepare(
    'SELECT payload, consumed FROM entries WHERE model = ? AND id = ? AND expires_at > ?',
  )
  const byUid = database.prepare(
    'SELECT payload, consumed FROM entries WHERE model = ? AND uid = ? AND expires_at > ?',
  )
  const consume = database.prepare(
    'UPDATE entries SET consumed = ? WHERE model = ? AND id = ? AND consumed IS NULL',
  )
  const grantOf = database.prepare(
    'SELECT grant_id AS grantId FROM entries WHERE model = ? AND id = ?',
  )
  const drop = database.prepare('DELETE FROM entries WHERE model = ? AND id = ?')
  const dropByGrant = database.prepare('DELETE FROM entries WHERE grant_id = ?')
  const dropExpired = database.prepare('DELETE FROM entries WHERE expires_at <= ?')
  const seconds = () => Math.floor(now() / 1000)
  let swept = 0
  const sweep = () => {
    if (seconds() < swept + SWEEP_INTERVAL_SECONDS) return
    dropExpired.run(seconds())
    swept = seconds()
  }
  sweep()
  // From now on nobody may stop the process by locking the file.
  database.exec('PRAGMA busy_timeout = 0')

  const adapter = (model: string): Adapter => ({
    async upsert(id, payload, expiresIn = MAX_KEPT_SECONDS) {
      await patiently(sweep)
      const { jti, ...rest } = withoutCookie(payload)
      const { uid = null, consumed = null } = payload
      const grantId = ENDS_WITH_GRANT.has(model) ? (payload.grantId ?? null) : null
      const expiresAt = seconds() + expiresIn
      const text = JSON.stringify(rest)
      await patiently(() =>
        put.run(model, fingerprint(id), text, grantId, uid, consumed, expiresAt),
      )
    },
    async find(id) {
      const payload = parse(await patiently(() => byId.get(model, fingerprint(id), seconds())))
      return payload && { ...payload, jti: id }
    },
    async findByUid(uid) {
      return parse(await patiently(() => byUid.get(model, uid, seconds())))
    },
    async findByUserCode() {
      return undefined
    },
    async consume(id) {
      const consumed = await patiently(() => consume.run(seconds(), model, fingerprint(id)))
      if (consumed.changes === 1) return
      // Two requests brought the same refresh token or code at the same moment, and both found it
      // unused. One of the two may come from a thief, so the grant ends (RFC 9700 section 4.14.2).
      const grantId = (await patiently(() => grantOf.get(model, fingerprint(id))))?.grantId
      if (typeof grantId === 'string') {
        await patiently(() => dropByGrant.run(grantId))
        await patiently(() => drop.run('Grant', fingerprint(grantId)))
      }
      throw new errors.InvalidGrant('used already')
    },
    async destroy(id) {
      await patiently(() => drop.run(model, fingerprint(id)))
    },
    async revokeByGrantId(grantId) {
      await patiently(() => dropByGrant.run(grantId))
    },
  })
  return {
    adapter,
    close: () => {
      if (database.isOpen) database.close()
    },
  }
}

/**
 * Hashes an id. The id of a refresh token, a code or a session is a secret that anybody could use,
 * so the file holds only its digest.
 */
function fingerprint(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}

/** Removes the session cookie from a sign-in. oidc-provider stores it but never reads it again. */
function withoutCookie({ session, ...rest }: AdapterPayload): AdapterPayload {
  if (typeof session !== 'object' || session === null || !('cookie' in session))
    return session === undefined ? rest : { ...rest, session }
  const { cookie, ...kept } = session
  return { ...rest, session: kept }
}

function parse(row: Readonly<Record<string, unknown>> | undefined): AdapterPayload | undefined {
  if (typeof row?.payload !== 'string') return undefined
  const payload: AdapterPayload = JSON.parse(row.payload)
  return typeof row.consumed === 'number' ? { ...payload, consumed: row.consumed } : payload
}
