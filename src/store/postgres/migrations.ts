// The tables in PostgreSQL, as steps from each version to the next. Never change a released step.

import type { Client } from 'pg'

/** The statements of each step. The table `migration` says how many are done. */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `create table thread (
      seq bigint generated always as identity primary key,
      id text not null unique,
      owner text not null,
      version integer not null,
      body text not null
    )`,
    'create index thread_by_owner on thread (owner, seq)',
    `create table item (
      seq bigint generated always as identity primary key,
      thread_id text not null references thread (id) on delete cascade,
      id text not null,
      hidden integer not null,
      body text not null,
      unique (thread_id, id)
    )`,
    'create index item_by_thread on item (thread_id, seq)',
    `create table attachment (
      seq bigint generated always as identity primary key,
      id text not null unique,
      owner text not null,
      thread_id text,
      body text not null
    )`,
    'create index attachment_by_thread on attachment (thread_id)',
    `create table run (
      seq bigint generated always as identity primary key,
      id text not null unique,
      owner text not null,
      thread_id text not null,
      resumable integer not null,
      item_id text,
      once_key text,
      once_digest text,
      state text not null,
      alive_until bigint not null
    )`,
    'create index run_by_thread on run (owner, thread_id, seq)',
    'create index run_by_time on run (alive_until)',
    "create unique index run_alive on run (owner, thread_id) where state in ('running', 'stopping')",
    'create unique index run_once on run (owner, once_key) where once_key is not null',
    `create table run_event (
      run_id text not null references run (id) on delete cascade,
      number integer not null,
      body text not null,
      primary key (run_id, number)
    )`,
  ],
  [
    `create table reflection_mark (
      seq bigint generated always as identity primary key,
      resource text not null unique,
      since double precision not null
    )`,
    `create table tool_pin (
      resource text not null,
      owner text not null,
      tool text not null,
      label text not null,
      fingerprint text not null,
      primary key (resource, owner, tool)
    )`,
    `create table tool_change (
      seq bigint generated always as identity primary key,
      resource text not null,
      tool text not null,
      label text not null,
      fingerprint text not null,
      since double precision not null,
      unique (resource, tool, fingerprint)
    )`,
  ],
  [
    'alter table run_event add column first integer not null default 0',
    'update run_event set first = number, body = cast(json_build_array(body) as text)',
    // It would be checked for each event. The statements keep the tables in step.
    'alter table run_event drop constraint run_event_run_id_fkey',
  ],
  [
    `create table vault_entry (
      seq bigint generated always as identity primary key,
      digest text not null unique,
      owner text not null,
      destinations text not null,
      expires_at double precision not null,
      key_id text not null,
      wrapped bytea not null,
      body bytea not null
    )`,
    'create index vault_entry_by_expiry on vault_entry (expires_at)',
    'create index vault_entry_by_key on vault_entry (key_id)',
    `create table secret (
      seq bigint generated always as identity primary key,
      owner text not null,
      resource text not null,
      kind text not null,
      issuer text not null,
      version integer not null,
      key_id text not null,
      wrapped bytea not null,
      body bytea not null,
      unique (owner, resource, kind)
    )`,
    'create index secret_by_key on secret (key_id)',
    'create table retired_key (id text primary key)',
  ],
  [
    `create table sign_in (
      seq bigint generated always as identity primary key,
      id text not null unique,
      digest text not null unique,
      owner text not null,
      issuer text not null,
      subject text not null,
      session_id text,
      device text not null,
      started_at double precision not null,
      used_at double precision not null,
      ends_at double precision not null,
      ended_at double precision
    )`,
    'create index sign_in_by_owner on sign_in (owner)',
    'create index sign_in_by_subject on sign_in (issuer, subject)',
    'create index sign_in_by_session on sign_in (issuer, session_id)',
    'create index sign_in_by_end on sign_in (ends_at)',
    'create index sign_in_over on sign_in (ended_at) where ended_at is not null',
  ],
  [
    `create table consent (
      seq bigint generated always as identity primary key,
      id text not null unique,
      owner text not null,
      job text not null,
      servers text not null,
      scopes text not null,
      given_at double precision not null,
      ends_at double precision not null,
      revoked_at double precision
    )`,
    'create index consent_by_owner on consent (owner, seq)',
  ],
  [
    `create table call_count (
      key text primary key,
      since double precision not null,
      used integer not null
    )`,
  ],
  [
    `create table call_approval (
      key text primary key,
      id text not null unique,
      owner text not null,
      server text not null,
      tool text not null,
      arguments text not null,
      state text not null,
      asked_at double precision not null,
      ends_at double precision not null
    )`,
    'create index call_approval_by_owner on call_approval (owner, asked_at)',
    'create index call_approval_by_end on call_approval (ends_at)',
  ],
  [
    `create table audit_event (
      seq bigint generated always as identity primary key,
      time double precision not null,
      event text not null
    )`,
    'create index audit_event_by_time on audit_event (time)',
  ],
]

/** The longest time for one of the statements. */
export const TIMEOUT_MS = 60_000

/** The number of the lock that an instance holds while it migrates. It is the same for all. */
const LOCK = 7_301_846_152

/**
 * Brings the tables up to date, in one transaction. Instances that start at once wait for each
 * other. When the tables are up to date, the role needs no right to create anything.
 *
 * @returns False when a newer version made the tables. Then nothing is changed.
 */
export async function migrate(client: Pick<Client, 'query'>, schema: string): Promise<boolean> {
  // For this transaction alone: behind a pooler, the connection is another's afterwards.
  await client.query(
    `begin; set local search_path = "${schema}"; set local statement_timeout = ${TIMEOUT_MS}`,
  )
  try {
    await client.query('select pg_advisory_xact_lock($1)', [LOCK])
    const done = await readVersion(client, schema)
    if (done < MIGRATIONS.length) {
      for (const text of MIGRATIONS.slice(done).flat()) await client.query(text)
      await client.query('insert into migration (version) values ($1)', [MIGRATIONS.length])
    }
    await client.query('commit')
    return done <= MIGRATIONS.length
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

/** How many steps are done. Makes the schema and the table `migration` when they are missing. */
async function readVersion(client: Pick<Client, 'query'>, schema: string): Promise<number> {
  const found = await client.query(
    `select exists (select from pg_namespace where nspname = $1) as "hasSchema", to_regclass($2) is not null as "hasTable"`,
    [schema, `"${schema}".migration`],
  )
  if (found.rows[0]?.hasSchema !== true) await client.query(`create schema "${schema}"`)
  if (found.rows[0]?.hasTable !== true)
    await client.query('create table migration (version integer not null)')
  const { rows } = await client.query('select coalesce(max(version), 0) as version from migration')
  return Number(rows[0]?.version)
}
