// onbehalf/store: durable implementations of the ports, over SQLite and a folder. Those over
// PostgreSQL are onbehalf/store/postgres, so that no bundler looks for its driver here.

export {
  type DiskAttachments,
  type DiskAttachmentsOptions,
  diskAttachments,
} from './attachments/disk-attachments.ts'
export type { AttachmentLimits } from './attachments/parts.ts'
export type { Swept } from './attachments/sweep.ts'
export { KeyringError, type MasterKeyFacts } from './sealing/keyring.ts'
export {
  createKeyring,
  type KeyOptions,
  listKeyring,
  rotateKeyring,
} from './sealing/keyring-file.ts'
export { fileMasterKeys, type MasterKeys, type WrappedKey } from './sealing/master-keys.ts'
export {
  keyUse,
  type Retirement,
  type RewrapReport,
  retireKey,
  rewrap,
  type SealedDatabase,
} from './sealing/rotation.ts'
export { SealError } from './sealing/seal.ts'
export { sqliteCallApprovals } from './sqlite/call-approvals.ts'
export { sqliteCallCounts } from './sqlite/call-counts.ts'
export { sqliteConsentStore } from './sqlite/consent-store.ts'
export { openSqlite, type SqliteDatabase, type SqliteOptions } from './sqlite/database.ts'
export { SqliteInUseError, SqliteLockedError } from './sqlite/locked.ts'
export { sqliteReflectionMarks } from './sqlite/reflection-marks.ts'
export { type SqliteRunStoreOptions, sqliteRunStore } from './sqlite/run-store.ts'
export { sqliteSecretStore } from './sqlite/secret-store.ts'
export { sqliteSignInStore } from './sqlite/sign-in-store.ts'
export { sqliteThreadStore } from './sqlite/thread-store.ts'
export { sqliteToolPins } from './sqlite/tool-pins.ts'
export { type SqliteVaultOptions, sqliteVault } from './sqlite/vault.ts'
