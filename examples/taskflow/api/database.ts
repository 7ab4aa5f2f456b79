// The tables of TaskFlow. Every row belongs to one owner: the subject of one issuer. Every primary
// key begins with the owner.

import { type Kysely, sql } from 'kysely'
import { openSqlite } from './sqlite.ts'

/**
 * The rows as stored. `owner` is `principalKey`. Times are RFC 3339 in UTC, so that they sort as
 * text.
 */
export interface Tables {
  tasks: TaskRow
  audit_entries: AuditRow
  counters: { owner: string; last_task: number; last_entry: number }
}

export interface TaskRow {
  owner: string
  id: number
  title: string
  description: string
  status: string
  /** The index in `PRIORITIES`, so that rows can be sorted by it. */
  priority: number
  due_date: string | null
  /** A JSON array. */
  tags: string
  project: string | null
  assignee: string | null
  progress: number
  created_at: string
  updated_at: string
  /** Folded copies: when SQLite itself ignores case, it does so for ASCII letters only. */
  title_key: string
  project_key: string | null
  search_key: string
}

export interface AuditRow {
  owner: string
  id: number
  at: string
  action: string
  task_id: number
  /** A JSON array of the names of the changed fields. */
  fields: string
  status_from: string | null
  status_to: string | null
  issuer: string
  subject: string
  client: string | null
  /** A JSON array of who acted, the current actor first. */
  actors: string
  trace: string
}

/** Opens the file and creates the tables that are missing. */
export async function openTasks(file: string): Promise<Kysely<Tables>> {
  const db = openSqlite<Tables>(file)
  for (const statement of TABLES) await sql.raw(statement).execute(db)
  return db
}

const TABLES = [
  `create table if not exists counters (
    owner text primary key, last_task integer not null, last_entry integer not null
  ) strict, without rowid`,
  `create table if not exists tasks (
    owner text not null, id integer not null,
    title text not null, description text not null, status text not null, priority integer not null, due_date text,
    tags text not null, project text, assignee text, progress integer not null, created_at text not null, updated_at text not null,
    title_key text not null, project_key text, search_key text not null,
    primary key (owner, id)
  ) strict, without rowid`,
  `create table if not exists audit_entries (
    owner text not null, id integer not null,
    at text not null, action text not null, task_id integer not null, fields text not null, status_from text, status_to text,
    issuer text not null, subject text not null, client text, actors text not null, trace text not null,
    primary key (owner, id)
  ) strict, without rowid`,
]
