// What the tests of stored secrets need: a folder with a database and a keyring, which is removed
// after the test. It has no tests.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import {
  createKeyring,
  fileMasterKeys,
  type MasterKeys,
  openSqlite,
  type SqliteDatabase,
} from '../../src/store/index.ts'

/** The ground of one test. */
export interface Ground {
  readonly folder: string
  /** The database's path. */
  readonly path: string
  /** The keyring's path. */
  readonly keyring: string
  readonly masterKeys: MasterKeys
  /** Opens the database once more; it is closed after the test. */
  open(): SqliteDatabase
  /** Reads or changes the database as somebody does who has the file. */
  raw<T>(work: (database: DatabaseSync) => T): T
  /** Every file of the database, its log included, in one. */
  bytes(): Buffer
  close(): void
}

/** Makes a ground, which ends with {@link Ground.close}. */
export function ground(): Ground {
  const folder = mkdtempSync(join(tmpdir(), 'onbehalf-'))
  const path = join(folder, 'store.db')
  const keyring = join(folder, 'keyring.json')
  createKeyring(keyring)
  const opened: SqliteDatabase[] = []
  return {
    folder,
    path,
    keyring,
    masterKeys: fileMasterKeys(keyring),
    open() {
      const database = openSqlite(path)
      opened.push(database)
      return database
    },
    raw(work) {
      const database = new DatabaseSync(path)
      try {
        return work(database)
      } finally {
        database.close()
      }
    },
    bytes: () =>
      Buffer.concat(
        readdirSync(folder)
          .filter((name) => name.startsWith('store.db'))
          .map((name) => readFileSync(join(folder, name))),
      ),
    close() {
      for (const database of opened.splice(0)) {
        try {
          database.close()
        } catch {
          // A test closed it: that is how it ends a process.
        }
      }
      rmSync(folder, { recursive: true })
    },
  }
}

/** A ground for the test at hand. */
export function groundForTest(): Ground {
  const made = ground()
  onTestFinished(() => made.close())
  return made
}

/**
 * All forms in which a secret could stand in bytes: as it is, base64 of every alignment, hex,
 * UTF-16 and backwards.
 */
export function formsOf(secret: string): readonly (string | Buffer)[] {
  const inner = (text: string, skip: number) =>
    Buffer.from(text).toString('base64').replace(/=+$/, '').slice(skip, -2)
  const hex = Buffer.from(secret).toString('hex')
  return [
    secret,
    ...[inner(secret, 0), inner(`x${secret}`, 4), inner(`xx${secret}`, 4)].flatMap((text) => [
      text,
      text.replaceAll('+', '-').replaceAll('/', '_'),
    ]),
    hex,
    hex.toUpperCase(),
    Buffer.from(secret, 'utf16le'),
    [...secret].reverse().join(''),
  ]
}
