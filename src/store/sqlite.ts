// One SQLite file.

/** Options of {@link openSqlite}. */
export interface SqliteOptions {
  /** Milliseconds to wait for another process's write. Default 5,000. */
  readonly busyTimeout?: number
}

/** An open database. */
export interface SqliteDatabase {
  close(): void
}

/** Opens the file, makes it if it is not there, and brings its tables up to date. */
export function openSqlite(path: string, options: SqliteOptions = {}): SqliteDatabase {
  throw new Error(`not built yet: ${path} ${typeof options}`)
}
