// oidc-provider's storage over node:sqlite: sessions, grants, codes and refresh tokens that outlive
// a restart. JWT access tokens are never stored.

import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider'

/** Options of {@link openStorage}. */
export interface StorageOptions {
  /** The database file; it and its folder are made when they are not there, for the owner alone. */
  readonly path: string
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** An open store: one adapter for each of oidc-provider's models. */
export interface Storage {
  readonly adapter: (model: string) => Adapter
  close(): void
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA busy_timeout = 5000;
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
 * What a revoked grant takes with it. Not the sign-in that has begun: it notes the grant of the
 * person who is about to change.
 */
const ENDS_WITH_GRANT: ReadonlySet<string> = new Set([
  'AccessToken',
  'AuthorizationCode',
  'RefreshToken',
])
/** Seconds between two sweeps of what has expired. */
const SWEEP_EVERY = 60
/** Seconds that something without an expiry of its own is kept. */
const LONGEST = 30 * 24 * 3600

/** Opens the store, and drops what expired while it was closed. */
export function openStorage({ path, now = Date.now }: StorageOptions): Storage {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600))
  const database = new DatabaseSync(path)
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
    if (seconds() < swept + SWEEP_EVERY) return
    swept = seconds()
    dropExpired.run(swept)
  }
  sweep()

  const adapter = (model: string): Adapter => ({
    async upsert(id, payload, expiresIn = LONGEST) {
      sweep()
      const { jti, ...rest } = withoutCookie(payload)
      const { uid = null, consumed = null } = payload
      const grantId = ENDS_WITH_GRANT.has(model) ? (payload.grantId ?? null) : null
      put.run(
        model,
        fingerprint(id),
        JSON.stringify(rest),
        grantId,
        uid,
        consumed,
        seconds() + expiresIn,
      )
    },
    async find(id) {
      const payload = parse(byId.get(model, fingerprint(id), seconds()))
      return payload && { ...payload, jti: id }
    },
    async findByUid(uid) {
      return parse(byUid.get(model, uid, seconds()))
    },
    async findByUserCode() {
      return undefined
    },
    async consume(id) {
      if (consume.run(seconds(), model, fingerprint(id)).changes === 1) return
      // Two requests with one refresh token or code at the same moment: both found it unused. One
      // of them has it from somewhere else.
      const grantId = grantOf.get(model, fingerprint(id))?.grantId
      if (typeof grantId === 'string') {
        dropByGrant.run(grantId)
        drop.run('Grant', fingerprint(grantId))
      }
      throw new errors.InvalidGrant('used already')
    },
    async destroy(id) {
      drop.run(model, fingerprint(id))
    },
    async revokeByGrantId(grantId) {
      dropByGrant.run(grantId)
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
 * An id is a bearer secret where it is a refresh token, a code or a session cookie, so the file
 * holds its digest only.
 */
function fingerprint(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}

/** A sign-in that has begun notes the session's cookie, which oidc-provider never reads again. */
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
