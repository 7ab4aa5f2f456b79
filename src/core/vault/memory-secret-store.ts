// The reference secret store: keeps records in this process's memory.

import {
  checkSecretRecord,
  type SecretKey,
  type SecretRecord,
  type SecretStore,
} from './secret-store.ts'

/**
 * Makes a secret store in memory: for tests, and where people may connect their accounts again
 * after a restart.
 */
export function memorySecretStore(): SecretStore {
  const records = new Map<string, SecretRecord>()
  return {
    async read(key): Promise<SecretRecord | undefined> {
      const record = records.get(textOf(key))
      return record && copyOf(record)
    },
    async write(record): Promise<boolean> {
      checkSecretRecord(record)
      const key = textOf(record)
      if ((records.get(key)?.version ?? 0) !== record.version - 1) return false
      records.set(key, copyOf(record))
      return true
    },
    async remove(key): Promise<void> {
      records.delete(textOf(key))
    },
  }
}

function textOf({ owner, resource, kind }: SecretKey): string {
  return JSON.stringify([owner, resource, kind])
}

/** Stored records and given ones share nothing that somebody could change. */
function copyOf({
  owner,
  resource,
  kind,
  issuer,
  version,
  secrets,
  facts,
}: SecretRecord): SecretRecord {
  const copied = Object.entries(facts).map(([name, fact]) => [
    name,
    typeof fact === 'object' ? [...fact] : fact,
  ])
  return {
    owner,
    resource,
    kind,
    issuer,
    version,
    secrets: Object.fromEntries(Object.entries(secrets)),
    facts: Object.fromEntries(copied),
  }
}
