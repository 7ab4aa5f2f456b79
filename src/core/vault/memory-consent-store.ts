// The reference store of consents: keeps them in this process's memory.

import { type ConsentRecord, type ConsentStore, MAX_CONSENTS } from './consent-store.ts'

/** Makes a store of consents in memory: for tests. After a restart nobody has agreed to anything. */
export function memoryConsentStore(): ConsentStore {
  const consents = new Map<string, ConsentRecord>()
  return {
    async add(consent): Promise<void> {
      const { id, owner, job, givenAt } = consent
      for (const other of consents.values())
        if (other.owner === owner && other.job === job && other.revokedAt === undefined)
          consents.set(other.id, { ...other, revokedAt: givenAt })
      consents.set(id, copyOf(consent))
    },
    async list(owner): Promise<readonly ConsentRecord[]> {
      const own = [...consents.values()].filter((consent) => consent.owner === owner)
      return own.reverse().slice(0, MAX_CONSENTS).map(copyOf)
    },
    async revoke(owner, id, revokedAt): Promise<boolean> {
      const consent = consents.get(id)
      if (consent?.owner !== owner || consent.revokedAt !== undefined) return false
      consents.set(id, { ...consent, revokedAt })
      return true
    },
  }
}

/** A stored consent and a given one share nothing that somebody could change. */
function copyOf(consent: ConsentRecord): ConsentRecord {
  return { ...consent, servers: [...consent.servers], scopes: [...consent.scopes] }
}
