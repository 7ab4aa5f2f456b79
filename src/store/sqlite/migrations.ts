// The tables of a SQLite file, as steps from each version to the next. Never change a released
// step.

import type { DatabaseSync } from 'node:sqlite'
import { runTransaction } from './transaction.ts'

/** The statements of each step. `PRAGMA user_version` counts the steps that are done. */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `create table thread (
      seq integer primary key,
      id text not null unique,
      owner text not null,
      version integer not null,
      body text not null
    ) strict`,
    'create index thread_by_owner on thread (owner, seq)',
    `create table item (
      seq integer primary key,
      thread_id text not null references thread (id) on delete cascade,
      id text not null,
      hidden integer not null,
      body text not null,
      unique (thread_id, id)
    ) strict`,
    'create index item_by_thread on item (thread_id, seq)',
  ],
  [
    `create table vault_entry (
      seq integer primary key,
      digest text not null unique,
      owner text not null,
      destinations text not null,
      expires_at real not null,
      key_id text not null,
      wrapped blob not null,
      body blob not null
    ) strict`,
    'create index vault_entry_by_expiry on vault_entry (expires_at)',
    'create index vault_entry_by_key on vault_entry (key_id)',
    `create table secret (
      seq integer primary key,
      owner text not null,
      resource text not null,
      kind text not null,
      issuer text not null,
      version integer not null,
      key_id text not null,
      wrapped blob not null,
      body blob not null,
      unique (owner, resource, kind)
    ) strict`,
    'create index secret_by_key on secret (key_id)',
    'create table retired_key (id text primary key) strict',
  ],
  [
    `create table reflection_mark (
      seq integer primary key,
      resource text not null unique,
      since real not null
    ) strict`,
  ],
  [
    `create table attachment (
      seq integer primary key,
      id text not null unique,
      owner text not null,
      thread_id text,
      body text not null
    ) strict`,
    'create index attachment_by_thread on attachment (thread_id)',
    `create table run (
      seq integer primary key,
      id text not null unique,
      owner text not null,
      thread_id text not null,
      resumable integer not null,
      item_id text,
      once_key text,
      once_digest text,
      state text not null,
      alive_until integer not null
    ) strict`,
    'create index run_by_thread on run (owner, thread_id, seq)',
    'create index run_by_time on run (alive_until)',
    "create unique index run_alive on run (owner, thread_id) where state in ('running', 'stopping')",
    'create unique index run_once on run (owner, once_key) where once_key is not null',
    `create table run_event (
      run_id text not null references run (id) on delete cascade,
      number integer not null,
      body text not null,
      primary key (run_id, number)
    ) strict, without rowid`,
  ],
  // Every read of a thread checks its owner: this index answers that alone.
  ['create unique index thread_owned on thread (id, owner)'],
  [
    `create table tool_pin (
      resource text not null,
      owner text not null,
      tool text not null,
      label text not null,
      fingerprint text not null,
      primary key (resource, owner, tool)
    ) strict, without rowid`,
    `create table tool_change (
      seq integer primary key,
      resource text not null,
      tool text not null,
      label text not null,
      fingerprint text not null,
      since real not null,
      unique (resource, tool, fingerprint)
    ) strict`,
  ],
  ['create table run_journal (seq integer primary key, events text not null) strict'],
  [
    'alter table run_event add column first integer not null default 0',
    'update run_event set first = number, body = json_array(body)',
  ],
  [
    `create table sign_in (
      seq integer primary key,
      id text not null unique,
      digest text not null unique,
      owner text not null,
      issuer text not null,
      subject text not null,
      session_id text,
      device text not null,
      started_at real not null,
      used_at real not null,
      ends_at real not null,
      ended_at real
    ) strict`,
    'create index sign_in_by_owner on sign_in (owner)',
    'create index sign_in_by_subject on sign_in (issuer, subject)',
    'create index sign_in_by_session on sign_in (issuer, session_id)',
    'create index sign_in_by_end on sign_in (ends_at)',
    'create index sign_in_over on sign_in (ended_at) where ended_at is not null',
  ],
  [
    `create table consent (
      seq integer primary key,
      id text not null unique,
      owner text not null,
      job text not null,
      servers text not null,
      scopes text not null,
      given_at real not null,
      ends_at real not null,
      revoked_at real
    ) strict`,
    'create index consent_by_owner on consent (owner, seq)',
  ],
  [
    `create table call_count (
      key text not null primary key,
      since real not null,
      used integer not null
    ) strict, without rowid`,
  ],
  [
    `create table call_approval (
      key text not null primary key,
      id text not null unique,
      owner text not null,
      server text not null,
      tool text not null,
      arguments text not null,
      state text not null,
      asked_at real not null,
      ends_at real not null
    ) strict, without rowid`,
    'create index call_approval_by_owner on call_approval (owner, asked_at)',
    'create index call_approval_by_end on call_approval (ends_at)',
  ],
]

/**
 * Brings the tables up to date, in one transaction. Takes no lock when there is nothing to do: another
 * process may be writing for a long time.
 *
 * @returns False when a newer version made the tables. Then nothing is changed.
 */
export function migrate(database: DatabaseSync): boolean {
  if (versionOf(database) === MIGRATIONS.length) return true
  return runTransaction(database, () => {
    const done = versionOf(database)
    if (done > MIGRATIONS.length) return false
    for (const text of MIGRATIONS.slice(done).flat()) database.exec(text)
    database.exec(`pragma user_version = ${MIGRATIONS.length}`)
    return true
  })
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('pragma user_version').get()?.user_version)
}
