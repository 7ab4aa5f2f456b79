// onbehalf/store: the ports' durable adapters.

export { openSqlite, type SqliteDatabase, type SqliteOptions } from './sqlite.ts'
export { sqliteThreadStore } from './sqlite-thread-store.ts'
