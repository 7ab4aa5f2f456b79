// The calls that wait for a person's yes, over any SQL database.

import { type AskedCall, type CallApprovals, MAX_WAITING } from '../../core/call-approvals.ts'
import type { ApprovalRow, ApprovalStatements } from '../statements/approval-statements.ts'
import { type SqlDatabase, step } from '../statements/sql.ts'

/** Milliseconds that what has ended is kept: the clock of another instance may be late. */
const SWEEP_AFTER_MS = 3_600_000

/** The calls over an open database. */
export function sqlCallApprovals(database: SqlDatabase, run: ApprovalStatements): CallApprovals {
  const listed = (owner: string, now: number) => database.all(run.waiting, { owner, now })

  async function standing(key: string, now: number) {
    const row = await database.first(run.find, { key, now })
    return row && row.state !== 'used' ? { id: row.id, state: row.state } : undefined
  }

  return {
    async ask({ askedAt, endsAt, ...same }) {
      const before = await standing(same.key, askedAt)
      if (before) return before
      if ((await listed(same.owner, askedAt)).length >= MAX_WAITING) return undefined
      await database.commit([
        step(run.sweep, { before: askedAt - SWEEP_AFTER_MS }),
        step(run.ask, { ...same, asked_at: askedAt, ends_at: endsAt }),
      ])
      const now = await standing(same.key, askedAt)
      // Another instance may have asked, been told yes, and made the call meanwhile.
      if (!now) throw new Error('the question was over before it was read')
      return now
    },
    async use(id, now): Promise<boolean> {
      const changed = await database.commit([step(run.use, { id, now })])
      return changed?.[0] === 1
    },
    async waiting(owner, now): Promise<readonly AskedCall[]> {
      return (await listed(owner, now)).map(parseRow)
    },
    async decide(owner, id, { approves, now, endsAt }): Promise<boolean> {
      const state = approves ? 'approved' : 'declined'
      const changed = await database.commit([
        step(run.decide, { owner, id, state, now, ends_at: endsAt }),
      ])
      return changed?.[0] === 1
    },
  }
}

function parseRow(row: ApprovalRow): AskedCall {
  const { id, server, tool, arguments: args, asked_at, ends_at } = row
  return { id, server, tool, arguments: args, askedAt: asked_at, endsAt: ends_at }
}
