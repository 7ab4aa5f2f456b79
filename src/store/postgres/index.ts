// onbehalf/store/postgres: durable implementations of the ports, over PostgreSQL.

export { postgresCallCounts } from './call-counts.ts'
export { postgresConsentStore } from './consent-store.ts'
export { openPostgres, type PostgresDatabase } from './database.ts'
export { PostgresError } from './failure.ts'
export type { PostgresOptions } from './options.ts'
export { postgresReflectionMarks } from './reflection-marks.ts'
export { postgresRunStore } from './run-store.ts'
export { postgresSecretStore } from './secret-store.ts'
export { postgresSignInStore } from './sign-in-store.ts'
export { postgresThreadStore } from './thread-store.ts'
export { postgresToolPins } from './tool-pins.ts'
export { type PostgresVaultOptions, postgresVault } from './vault.ts'
