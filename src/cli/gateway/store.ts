// The store that a gateway's file names, SQLite or PostgreSQL: keys that people put in, definitions of
// tools, and marks of servers last over a restart, sealed under a keyring.

import { resolve } from 'node:path'
import type { AuditSink, ConsentStore, Credential, SecretStore, SignInStore } from 'onbehalf'
import type { CallApprovals, CallCounts } from 'onbehalf/policy'
import {
  fileMasterKeys,
  KeyringError,
  openSqlite,
  sqliteCallApprovals,
  sqliteCallCounts,
  sqliteConsentStore,
  sqliteReflectionMarks,
  sqliteSecretStore,
  sqliteSignInStore,
  sqliteToolPins,
} from 'onbehalf/store'
import { ConfigError } from './place.ts'
import { postgresAt } from './postgres-url.ts'
import type { ReadSecret } from './references.ts'
import { isMap, type Settings } from './settings.ts'

/** A store that is open. */
export interface Store {
  readonly type: 'sqlite' | 'postgres'
  readonly secrets: SecretStore
  readonly consents: ConsentStore
  readonly counts: CallCounts
  readonly signIns: SignInStore
  readonly approvals: CallApprovals
  /** The audit in the same database. SQLite has none. */
  readonly audit?: AuditSink
  /** Options of createGateway. */
  readonly parts: Readonly<Record<string, unknown>>
  close(): Promise<void>
}

type MasterKeys = ReturnType<typeof fileMasterKeys>

/**
 * Opens the store. Paths are relative to the folder of the file.
 *
 * @throws ConfigError that begins with the setting.
 */
export async function openStore(
  { store }: Settings,
  folder: string,
  secretOf: ReadSecret,
): Promise<Store | undefined> {
  if (store === undefined) return undefined
  if (!isMap(store)) throw new ConfigError(`store ${FORM}`)
  const { sqlite, postgres, keyring, ...others } = store
  const [other] = Object.keys(others)
  if (other !== undefined)
    throw new ConfigError(`store.${other}: it has sqlite or postgres, and keyring`)
  if ((sqlite === undefined) === (postgres === undefined)) throw new ConfigError(`store ${FORM}`)
  if (typeof keyring !== 'string')
    throw new ConfigError(
      'store.keyring must be the path of a keyring: "onbehalf keys init --keyring FILE" makes one',
    )
  const masterKeys = keysIn(resolve(folder, keyring))
  if (postgres !== undefined)
    return openPostgresStore(secretOf('store.postgres', postgres), masterKeys)
  if (typeof sqlite !== 'string') throw new ConfigError('store.sqlite must be the path of a file')
  return openSqliteStore(resolve(folder, sqlite), masterKeys)
}

const FORM =
  'must be a map with keyring, and with either sqlite, the path of a file, or postgres, a reference to the URL of the database'

function keysIn(path: string): MasterKeys {
  try {
    return fileMasterKeys(path)
  } catch (error) {
    if (error instanceof KeyringError) throw new ConfigError(`store.keyring: ${error.message}`)
    throw error
  }
}

function openSqliteStore(path: string, masterKeys: MasterKeys): Store {
  try {
    const database = openSqlite(path)
    return {
      type: 'sqlite',
      secrets: sqliteSecretStore(database, masterKeys),
      consents: sqliteConsentStore(database),
      counts: sqliteCallCounts(database),
      signIns: sqliteSignInStore(database),
      approvals: sqliteCallApprovals(database),
      parts: {
        reflectionMarks: sqliteReflectionMarks(database),
        toolPins: sqliteToolPins(database),
      },
      close: async () => void (await database.close()),
    }
  } catch (error) {
    throw new ConfigError(
      `store.sqlite cannot be opened: ${error instanceof Error ? error.message : 'it failed'}`,
    )
  }
}

/** The package pg is needed only here. */
async function openPostgresStore(url: Credential, masterKeys: MasterKeys): Promise<Store> {
  const place = postgresAt(url)
  try {
    const postgres = await import('onbehalf/store/postgres')
    const database = await postgres.openPostgres(place)
    return {
      type: 'postgres',
      secrets: postgres.postgresSecretStore(database, masterKeys),
      audit: postgres.postgresAuditSink(database),
      consents: postgres.postgresConsentStore(database),
      counts: postgres.postgresCallCounts(database),
      signIns: postgres.postgresSignInStore(database),
      approvals: postgres.postgresCallApprovals(database),
      parts: {
        reflectionMarks: postgres.postgresReflectionMarks(database),
        toolPins: postgres.postgresToolPins(database),
      },
      close: () => database.close(),
    }
  } catch {
    // Its error may quote the address.
    throw new ConfigError(
      'store.postgres cannot be opened: check the address, the name and the password in the URL, and that the package `pg` is installed',
    )
  }
}
