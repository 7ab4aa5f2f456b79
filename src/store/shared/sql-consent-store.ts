// The store of consents over any SQL database.

import type { ConsentRecord, ConsentStore } from '../../core/vault/consent-store.ts'
import type { ConsentRow, ConsentStatements } from '../statements/consent-statements.ts'
import { type SqlDatabase, step } from '../statements/sql.ts'

/** The store of consents over an open database. */
export function sqlConsentStore(database: SqlDatabase, run: ConsentStatements): ConsentStore {
  return {
    async add({ id, owner, job, servers, scopes, givenAt, endsAt, revokedAt }): Promise<void> {
      const row = {
        id,
        owner,
        job,
        servers: JSON.stringify(servers),
        scopes: JSON.stringify(scopes),
        given_at: givenAt,
        ends_at: endsAt,
        revoked_at: revokedAt ?? null,
      }
      await database.commit([
        step(run.replace, { owner, job, revoked_at: givenAt }),
        step(run.add, row, 1),
      ])
    },
    async list(owner): Promise<readonly ConsentRecord[]> {
      return (await database.all(run.list, { owner })).map(parseRow)
    },
    async revoke(owner, id, revokedAt): Promise<boolean> {
      const changed = await database.commit([
        step(run.revoke, { owner, id, revoked_at: revokedAt }),
      ])
      return changed?.[0] === 1
    },
  }
}

/** `add` wrote the lists. */
function parseRow(row: ConsentRow): ConsentRecord {
  const { id, owner, job, given_at, ends_at, revoked_at } = row
  return {
    id,
    owner,
    job,
    servers: JSON.parse(row.servers) as readonly string[],
    scopes: JSON.parse(row.scopes) as readonly string[],
    givenAt: given_at,
    endsAt: ends_at,
    ...(revoked_at === null ? {} : { revokedAt: revoked_at }),
  }
}
