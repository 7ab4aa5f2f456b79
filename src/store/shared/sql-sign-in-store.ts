// The store of sign-ins over any SQL database.

import type { SignInRecord, SignInStore, WhichSignIns } from '../../core/vault/sign-in-store.ts'
import type { SignInRow, SignInStatements } from '../statements/sign-in-statements.ts'
import { type SqlDatabase, type Step, step } from '../statements/sql.ts'

/** The store of sign-ins over an open database. */
export function sqlSignInStore(database: SqlDatabase, run: SignInStatements): SignInStore {
  return {
    async add(signIn): Promise<boolean> {
      const { sessionId, startedAt, usedAt, endsAt, endedAt: _, ...same } = signIn
      const row = {
        ...same,
        session_id: sessionId ?? null,
        started_at: startedAt,
        used_at: usedAt,
        ends_at: endsAt,
      }
      const changed = await database.commit([step(run.add, row)])
      return changed?.[0] === 1
    },
    async list(which): Promise<readonly SignInRecord[]> {
      return (await listed(database, run, which)).map(parseRow)
    },
    async touch(id, usedAt): Promise<void> {
      await database.commit([step(run.touch, { id, used_at: usedAt })])
    },
    async end(which, endedAt): Promise<number> {
      const changed = await database.commit([ending(run, which, endedAt)])
      return changed?.[0] ?? 0
    },
    async remove(ids): Promise<void> {
      if (ids.length > 0) await database.commit(ids.map((id) => step(run.remove, { id })))
    },
  }
}

function listed(
  database: SqlDatabase,
  run: SignInStatements,
  which: WhichSignIns,
): Promise<readonly SignInRow[]> {
  if (which === 'all') return database.all(run.all.list, {})
  if ('digest' in which) return database.all(run.ofDigest.list, which)
  if ('ids' in which) return database.all(run.ofIds.list, { ids: JSON.stringify(which.ids) })
  if ('owner' in which) return database.all(run.ofOwner.list, which)
  if ('subject' in which) return database.all(run.ofSubject.list, which)
  if ('sessionId' in which) {
    const { issuer, sessionId } = which
    return database.all(run.ofSession.list, { issuer, session_id: sessionId })
  }
  return database.all(run.over.list, { over_at: which.overAt })
}

function ending(run: SignInStatements, which: WhichSignIns, endedAt: number): Step {
  const at = { ended_at: endedAt }
  if (which === 'all') return step(run.all.end, at)
  if ('digest' in which) return step(run.ofDigest.end, { ...which, ...at })
  if ('ids' in which) return step(run.ofIds.end, { ids: JSON.stringify(which.ids), ...at })
  if ('owner' in which) return step(run.ofOwner.end, { ...which, ...at })
  if ('subject' in which) return step(run.ofSubject.end, { ...which, ...at })
  if ('sessionId' in which) {
    const { issuer, sessionId } = which
    return step(run.ofSession.end, { issuer, session_id: sessionId, ...at })
  }
  return step(run.over.end, { over_at: which.overAt, ...at })
}

function parseRow(row: SignInRow): SignInRecord {
  const { id, digest, owner, issuer, subject, device, session_id, ended_at } = row
  return {
    id,
    digest,
    owner,
    issuer,
    subject,
    device,
    ...(session_id === null ? {} : { sessionId: session_id }),
    startedAt: row.started_at,
    usedAt: row.used_at,
    endsAt: row.ends_at,
    ...(ended_at === null ? {} : { endedAt: ended_at }),
  }
}
