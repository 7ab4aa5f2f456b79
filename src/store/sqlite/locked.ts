// What a process is told about a SQLite file that another process holds.

/**
 * Another process had the file locked for the whole time of `busyTimeout`. Nothing was read or
 * changed by the call that throws this.
 */
export class SqliteLockedError extends Error {
  override readonly name = 'SqliteLockedError'

  constructor(path: string, waitedMs: number) {
    super(
      `The database file ${path} is locked by another process. It did not become free in ${waitedMs / 1000} s, and nothing was changed. Find out what holds it (a backup, a database shell), end that, and try again`,
    )
  }
}

/** Another process keeps its runs in the file, and only one process at a time may do so. */
export class SqliteInUseError extends Error {
  override readonly name = 'SqliteInUseError'

  constructor(path: string, waitedMs: number) {
    super(
      `The database file ${path} is in use by another process, which did not end in ${waitedMs / 1000} s. Runs in a SQLite file are for one process at a time. End that process and start this one again, or keep the runs in PostgreSQL (postgresRunStore), which any number of processes may use`,
    )
  }
}

/** The low byte of an SQLite result code says the kind. The rest says which lock it was. */
const KIND = 0xff
const SQLITE_BUSY = 5

/** Whether a statement failed because another connection holds a lock. */
export function isLocked(error: unknown): boolean {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    (error.errcode & KIND) === SQLITE_BUSY
  )
}
