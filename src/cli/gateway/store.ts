// The store that a gateway's file names: keys that people put in, definitions of tools, and marks of
// servers last over a restart, sealed under a keyring.

import { resolve } from 'node:path'
import {
  fileMasterKeys,
  KeyringError,
  openSqlite,
  sqliteConsentStore,
  sqliteReflectionMarks,
  sqliteSecretStore,
  sqliteToolPins,
} from 'onbehalf/store'
import { ConfigError } from './place.ts'
import { isMap, type Settings } from './settings.ts'

/** A store that is open. */
export interface Store {
  readonly secrets: ReturnType<typeof sqliteSecretStore>
  readonly consents: ReturnType<typeof sqliteConsentStore>
  /** Options of createGateway. */
  readonly parts: Readonly<Record<string, unknown>>
  close(): Promise<void>
}

/**
 * Opens the store. Paths are relative to the folder of the file.
 *
 * @throws ConfigError that begins with the setting.
 */
export function openStore({ store }: Settings, folder: string): Store | undefined {
  if (store === undefined) return undefined
  if (!isMap(store)) throw new ConfigError('store must be a map with sqlite and keyring')
  const { sqlite, keyring, ...others } = store
  const [other] = Object.keys(others)
  if (other !== undefined) throw new ConfigError(`store.${other}: it has sqlite and keyring`)
  if (typeof sqlite !== 'string') throw new ConfigError('store.sqlite must be the path of a file')
  if (typeof keyring !== 'string')
    throw new ConfigError(
      'store.keyring must be the path of a keyring: "onbehalf keys init --keyring FILE" makes one',
    )
  try {
    const masterKeys = fileMasterKeys(resolve(folder, keyring))
    const database = openSqlite(resolve(folder, sqlite))
    return {
      secrets: sqliteSecretStore(database, masterKeys),
      consents: sqliteConsentStore(database),
      parts: {
        reflectionMarks: sqliteReflectionMarks(database),
        toolPins: sqliteToolPins(database),
      },
      close: async () => void (await database.close()),
    }
  } catch (error) {
    if (error instanceof KeyringError) throw new ConfigError(`store.keyring: ${error.message}`)
    throw new ConfigError(
      `store.sqlite cannot be opened: ${error instanceof Error ? error.message : 'it failed'}`,
    )
  }
}
