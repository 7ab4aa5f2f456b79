// The tables of a SQLite file, as steps from each version to the next. A step that was released is never changed.

/** The statements of each step; `PRAGMA user_version` counts the steps that are done. */
export const MIGRATIONS: readonly (readonly string[])[] = [
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
]
