// Rotates master keys while other processes use the database: re-wraps data keys in small steps,
// and retires a key for good.

import { setImmediate } from 'node:timers/promises'
import { checkDatabase, checkMasterKeys, isSqlite } from '../checks.ts'
import type { PostgresDatabase } from '../postgres/database.ts'
import type { SqliteDatabase } from '../sqlite/database.ts'
import { POSTGRES } from '../statements/compiled-postgres.ts'
import { SQLITE } from '../statements/compiled-sqlite.ts'
import type { KeyStatements, TableStatements } from '../statements/key-statements.ts'
import { type SqlDatabase, type Step, step } from '../statements/sql.ts'
import { KeyringError } from './keyring.ts'
import { dropKey, listKeyring } from './keyring-file.ts'
import type { MasterKeys } from './master-keys.ts'
import { rewrapDataKey } from './seal.ts'
import { secretBinding, vaultBinding } from './sealed-tables.ts'

/** A database that holds sealed secrets. */
export type SealedDatabase = SqliteDatabase | PostgresDatabase

/** What {@link rewrap} did. */
export interface RewrapReport {
  /** Rows that are now wrapped under the current key. */
  readonly rewrapped: number
  /**
   * Rows that are still under another key: the work was stopped, or the row does not open (a
   * missing key, a row that somebody changed).
   */
  readonly left: number
}

/** Rows in one transaction. In SQLite nobody else can write meanwhile, for some milliseconds. */
const ROWS_PER_STEP = 32

/**
 * Wraps the data key of every row under the current master key. The encrypted bodies do not change,
 * and other processes read and write in the meantime. It may be stopped or killed at any point:
 * every row stays readable, and the next call goes on from there.
 *
 * @param signal Stops it after the current transaction.
 */
export async function rewrap(
  database: SealedDatabase,
  masterKeys: MasterKeys,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<RewrapReport> {
  checkDatabase('rewrap', database)
  checkMasterKeys('rewrap', masterKeys)
  const run = statementsFor(database)
  let total = 0
  for (;;) {
    const changed =
      (await rewrapTable(database, masterKeys, run.secrets, secretBinding, signal)) +
      (await rewrapTable(database, masterKeys, run.vault, vaultBinding, signal))
    total += changed
    const { id } = masterKeys.current()
    let left = 0
    for (const [key, rows] of await keyUse(database)) if (key !== id) left += rows
    // Go round again: a process that read the keyring just before it changed may have written under
    // the old key since.
    if (left === 0 || changed === 0 || signal?.aborted) return { rewrapped: total, left }
  }
}

/** Goes through a table once. Returns how many rows it changed. */
async function rewrapTable<Row>(
  database: SqlDatabase,
  masterKeys: MasterKeys,
  table: TableStatements<Row>,
  bindingOf: (row: Row) => Uint8Array,
  signal: AbortSignal | undefined,
): Promise<number> {
  let changed = 0
  for (let after = 0; !signal?.aborted; ) {
    const rows = await database.all(table.others, {
      key_id: masterKeys.current().id,
      after,
      rows: ROWS_PER_STEP,
    })
    const last = rows.at(-1)
    if (!last) break
    const steps: Step[] = []
    for (const row of rows) {
      const next = await rewrapDataKey(
        masterKeys,
        { keyId: row.key_id, wrapped: row.wrapped },
        bindingOf(row),
      )
      if (next)
        steps.push(
          step(table.rewrap, {
            key_id: next.keyId,
            wrapped: next.wrapped,
            seq: row.seq,
            before: row.wrapped,
          }),
        )
    }
    for (const count of (await database.commit(steps)) ?? []) changed += count
    after = last.seq
    // SQLite works synchronously: without this pause, no signal would be heard.
    await setImmediate()
  }
  return changed
}

/** How many rows are under each master key, by its id. Keys without rows are left out. */
export async function keyUse(database: SealedDatabase): Promise<ReadonlyMap<string, number>> {
  checkDatabase('keyUse', database)
  const run = statementsFor(database)
  const used = new Map<string, number>()
  for (const { use } of [run.secrets, run.vault])
    for (const { key_id, rows } of await database.all(use, {}))
      used.set(key_id, (used.get(key_id) ?? 0) + rows)
  return used
}

/** Whether a key was retired. If not, `rows` still need it. */
export type Retirement =
  | { readonly retired: true }
  | { readonly retired: false; readonly rows: number }

/**
 * Drops a key from a keyring, unless a row is wrapped under it. Each database remembers that the
 * key is retired and refuses rows under it from then on, so a process that is just writing one
 * loses nothing.
 *
 * @param databases Every database that the keyring is used with. Without the key, their old backups
 *   cannot be read.
 * @throws KeyringError when the keyring has no such key, or it is the current one.
 */
export async function retireKey(
  keyring: string,
  databases: readonly SealedDatabase[],
  id: string,
): Promise<Retirement> {
  for (const database of databases) checkDatabase('retireKey', database)
  const keys = listKeyring(keyring)
  if (!keys.some((key) => key.id === id))
    throw new KeyringError(keyring, 'has no key with that id; see `onbehalf keys list`')
  if (keys.at(-1)?.id === id)
    throw new KeyringError(
      keyring,
      'cannot lose its current key; `onbehalf keys rotate` makes another one current',
    )
  let retired = true
  let rows = 0
  for (const database of databases) {
    const run = statementsFor(database)
    await database.commit([...lockFor(database), step(run.retire, { key_id: id })])
    if (await database.first(run.retiredKey, { key_id: id })) continue
    retired = false
    rows += (await keyUse(database)).get(id) ?? 0
  }
  if (!retired) return { retired, rows }
  dropKey(keyring, id)
  return { retired }
}

function statementsFor(database: SealedDatabase): KeyStatements {
  return isSqlite(database) ? SQLITE.keys : POSTGRES.keys
}

/**
 * Keeps writers out while a key is retired. Otherwise a row could be written under the key between
 * the check that there is none and the commit. SQLite has one writer at a time anyway.
 */
function lockFor(database: SealedDatabase): readonly Step[] {
  return isSqlite(database) ? [] : [step(POSTGRES.lockSealed, {})]
}
