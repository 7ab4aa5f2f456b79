// The reference store of sign-ins: keeps them in this process's memory.

import {
  MAX_SIGN_INS,
  type SignInRecord,
  type SignInStore,
  type WhichSignIns,
} from './sign-in-store.ts'

/**
 * Makes a store of sign-ins in memory: for tests, and for one instance where people may sign in again
 * after a restart.
 */
export function memorySignInStore(): SignInStore {
  const signIns = new Map<string, SignInRecord>()
  const matching = (which: WhichSignIns): SignInRecord[] =>
    [...signIns.values()].filter((signIn) => isAmong(signIn, which))
  return {
    async add(signIn): Promise<boolean> {
      const { id, digest } = signIn
      if (signIns.has(id) || [...signIns.values()].some((other) => other.digest === digest))
        return false
      signIns.set(id, { ...signIn })
      return true
    },
    async list(which): Promise<readonly SignInRecord[]> {
      return matching(which)
        .reverse()
        .slice(0, MAX_SIGN_INS)
        .map((signIn) => ({ ...signIn }))
    },
    async touch(id, usedAt): Promise<void> {
      const signIn = signIns.get(id)
      if (signIn) signIns.set(id, { ...signIn, usedAt })
    },
    async end(which, endedAt): Promise<number> {
      const ending = matching(which).filter((signIn) => signIn.endedAt === undefined)
      for (const signIn of ending) signIns.set(signIn.id, { ...signIn, endedAt })
      return ending.length
    },
    async remove(ids): Promise<void> {
      for (const id of ids) signIns.delete(id)
    },
  }
}

function isAmong(signIn: SignInRecord, which: WhichSignIns): boolean {
  const { id, digest, owner, issuer, subject, sessionId, endsAt, endedAt } = signIn
  if (which !== 'all' && 'overAt' in which) return endedAt !== undefined || endsAt <= which.overAt
  if (endedAt !== undefined) return false
  if (which === 'all') return owner !== ''
  if ('digest' in which) return digest === which.digest
  if ('ids' in which) return which.ids.includes(id)
  if ('owner' in which) return owner === which.owner
  if (issuer !== which.issuer) return false
  return 'subject' in which ? subject === which.subject : sessionId === which.sessionId
}
