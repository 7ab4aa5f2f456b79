// onbehalf/store: the ports' durable adapters.

export { KeyringError, type MasterKeyFacts } from './keyring.ts'
export { createKeyring, type KeyOptions, listKeyring, rotateKeyring } from './keyring-file.ts'
export { fileMasterKeys, type MasterKeys, type WrappedKey } from './master-keys.ts'
export { keyUse, type Retirement, type RewrapReport, retireKey, rewrap } from './rotation.ts'
export { SealError } from './seal.ts'
export { openSqlite, type SqliteDatabase, type SqliteOptions } from './sqlite.ts'
export { sqliteSecretStore } from './sqlite-secret-store.ts'
export { sqliteThreadStore } from './sqlite-thread-store.ts'
export { type SqliteVaultOptions, sqliteVault } from './sqlite-vault.ts'
