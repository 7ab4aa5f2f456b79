// Written by scripts/compile-statements.ts from queries.ts; a change here is lost the next time.

import type { SqliteStatements } from './queries.ts'

/** The statements, compiled. */
export const SQLITE: SqliteStatements = {
  threads: {
    addThread: {
      text: 'insert into "thread" ("id", "owner", "version", "body") values (?, ?, ?, ?)',
      slots: [{ place: 'thread' }, { place: 'owner' }, 1, { place: 'body' }],
    },
    readThread: {
      text: 'select "id", "owner", "version", "body" from "thread" where "thread"."id" = ? and "thread"."owner" = ?',
      slots: [{ place: 'thread' }, { place: 'owner' }],
    },
    changeThread: {
      text: 'update "thread" set "body" = ?, "version" = "version" + ? where "id" = ? and "owner" = ? and "version" = ?',
      slots: [{ place: 'body' }, 1, { place: 'thread' }, { place: 'owner' }, { place: 'version' }],
    },
    deleteThread: {
      text: 'delete from "thread" where "id" = ? and "owner" = ?',
      slots: [{ place: 'thread' }, { place: 'owner' }],
    },
    threadPosition: {
      text: 'select "seq" from "thread" where "thread"."id" = ? and "thread"."owner" = ?',
      slots: [{ place: 'thread' }, { place: 'owner' }],
    },
    listThreads: {
      asc: {
        text: 'select "id", "owner", "version", "body" from "thread" where "owner" = ? and "seq" > ? order by "seq" asc limit ?',
        slots: [{ place: 'owner' }, { place: 'from' }, { place: 'rows' }],
      },
      desc: {
        text: 'select "id", "owner", "version", "body" from "thread" where "owner" = ? and "seq" < ? order by "seq" desc limit ?',
        slots: [{ place: 'owner' }, { place: 'from' }, { place: 'rows' }],
      },
    },
    readItem: {
      text: 'select "item"."body" from "item" where "item"."thread_id" = (select "thread"."id" from "thread" where "thread"."id" = ? and "thread"."owner" = ?) and "item"."id" = ?',
      slots: [{ place: 'thread' }, { place: 'owner' }, { place: 'item' }],
    },
    saveItem: {
      text: 'insert into "item" ("thread_id", "id", "hidden", "body") select "thread"."id" as "thread_id", cast(? as text) as "id", cast(? as integer) as "hidden", cast(? as text) as "body" from "thread" where "thread"."id" = ? and "thread"."owner" = ? and not exists (select "run"."id" from "run" where "run"."id" = ? and "run"."state" in (?, ?)) on conflict ("thread_id", "id") do update set "hidden" = "excluded"."hidden", "body" = "excluded"."body"',
      slots: [
        { place: 'item' },
        { place: 'hidden' },
        { place: 'body' },
        { place: 'thread' },
        { place: 'owner' },
        { place: 'asking' },
        'done',
        'interrupted',
      ],
    },
    removeItem: {
      text: 'delete from "item" where "thread_id" = (select "thread"."id" from "thread" where "thread"."id" = ? and "thread"."owner" = ?) and "item"."id" = ? and not exists (select "run"."id" from "run" where "run"."id" = ? and "run"."state" in (?, ?))',
      slots: [
        { place: 'thread' },
        { place: 'owner' },
        { place: 'item' },
        { place: 'asking' },
        'done',
        'interrupted',
      ],
    },
    itemPosition: {
      text: 'select "item"."seq" from "item" where "item"."thread_id" = (select "thread"."id" from "thread" where "thread"."id" = ? and "thread"."owner" = ?) and "item"."id" = ? and "item"."hidden" <= ?',
      slots: [{ place: 'thread' }, { place: 'owner' }, { place: 'item' }, { place: 'hidden' }],
    },
    listItems: {
      asc: {
        text: 'select "item"."id", "item"."body" from "item" where "item"."thread_id" = (select "thread"."id" from "thread" where "thread"."id" = ? and "thread"."owner" = ?) and "item"."hidden" <= ? and "item"."seq" > ? order by "item"."seq" asc limit ?',
        slots: [
          { place: 'thread' },
          { place: 'owner' },
          { place: 'hidden' },
          { place: 'from' },
          { place: 'rows' },
        ],
      },
      desc: {
        text: 'select "item"."id", "item"."body" from "item" where "item"."thread_id" = (select "thread"."id" from "thread" where "thread"."id" = ? and "thread"."owner" = ?) and "item"."hidden" <= ? and "item"."seq" < ? order by "item"."seq" desc limit ?',
        slots: [
          { place: 'thread' },
          { place: 'owner' },
          { place: 'hidden' },
          { place: 'from' },
          { place: 'rows' },
        ],
      },
    },
    attach: {
      text: 'update "attachment" set "thread_id" = ? where "id" = ? and "owner" = ? and exists (select "thread"."id" from "thread" where "thread"."id" = ? and "thread"."owner" = ?)',
      slots: [
        { place: 'thread' },
        { place: 'attachment' },
        { place: 'owner' },
        { place: 'thread' },
        { place: 'owner' },
      ],
    },
    readAttachment: {
      text: 'select "id", "owner", "thread_id", "body" from "attachment" where "owner" = ? and "id" = ?',
      slots: [{ place: 'owner' }, { place: 'attachment' }],
    },
    listAttachments: {
      text: 'select "id", "owner", "thread_id", "body" from "attachment" where "owner" = ? and "thread_id" = ? order by "seq" limit ?',
      slots: [{ place: 'owner' }, { place: 'thread' }, { place: 'rows' }],
    },
    saveAttachment: {
      text: 'insert into "attachment" ("id", "owner", "thread_id", "body") values (?, ?, ?, ?) on conflict ("id") do update set "body" = "excluded"."body", "thread_id" = coalesce("excluded"."thread_id", "attachment"."thread_id") where "attachment"."owner" = "excluded"."owner"',
      slots: [{ place: 'attachment' }, { place: 'owner' }, { place: 'thread' }, { place: 'body' }],
    },
    deleteAttachment: {
      text: 'delete from "attachment" where "id" = ? and "owner" = ?',
      slots: [{ place: 'attachment' }, { place: 'owner' }],
    },
    deleteAttachments: {
      text: 'delete from "attachment" where "thread_id" = ? and "owner" = ?',
      slots: [{ place: 'thread' }, { place: 'owner' }],
    },
    findThreads: {
      text: 'select "thread"."id", "thread"."owner", "thread"."version", "thread"."body" from "thread" where "thread"."owner" = ? and ("thread"."body" like ? escape \'\\\' or exists (select "item"."id" from "item" where "item"."hidden" = ? and "item"."body" like ? escape \'\\\' and "item"."thread_id" = "thread"."id")) order by "thread"."seq" desc limit ?',
      slots: [{ place: 'owner' }, { place: 'pattern' }, 0, { place: 'pattern' }, { place: 'rows' }],
    },
    findItems: {
      text: 'select "item"."body" from "item" where "item"."hidden" = ? and "item"."body" like ? escape \'\\\' and "item"."thread_id" = (select "thread"."id" from "thread" where "thread"."id" = ? and "thread"."owner" = ?) order by "item"."seq" desc limit ?',
      slots: [0, { place: 'pattern' }, { place: 'thread' }, { place: 'owner' }, { place: 'rows' }],
    },
  },
  runs: {
    bury: {
      text: 'update "run" set "state" = ? where "owner" = ? and "thread_id" = ? and "state" in (?, ?) and "alive_until" <= ?',
      slots: [
        'interrupted',
        { place: 'owner' },
        { place: 'thread' },
        'running',
        'stopping',
        { place: 'now' },
      ],
    },
    buryAll: {
      text: 'update "run" set "state" = ?, "alive_until" = case when "alive_until" < ? then "alive_until" else ? end where "state" in (?, ?)',
      slots: ['interrupted', { place: 'now' }, { place: 'now' }, 'running', 'stopping'],
    },
    add: {
      text: 'insert into "run" ("id", "owner", "thread_id", "resumable", "item_id", "once_key", "once_digest", "state", "alive_until") select cast(? as text) as "id", cast(? as text) as "owner", cast(? as text) as "thread_id", cast(? as integer) as "resumable", cast(? as text) as "item_id", cast(? as text) as "once_key", cast(? as text) as "once_digest", \'running\' as "state", cast(? as bigint) as "alive_until" where not exists (select "run"."id" from "run" where "owner" = ? and "thread_id" = ? and "state" in (?, ?)) and not exists (select "run"."id" from "run" where "owner" = ? and "once_key" = cast(? as text)) and (select count(*) as "count" from "run" where "owner" = ? and "state" in (?, ?) and "alive_until" > ?) < cast(? as bigint) on conflict do nothing',
      slots: [
        { place: 'id' },
        { place: 'owner' },
        { place: 'thread' },
        { place: 'resumable' },
        { place: 'item' },
        { place: 'key' },
        { place: 'digest' },
        { place: 'until' },
        { place: 'owner' },
        { place: 'thread' },
        'running',
        'stopping',
        { place: 'owner' },
        { place: 'key' },
        { place: 'owner' },
        'running',
        'stopping',
        { place: 'now' },
        { place: 'most' },
      ],
    },
    dropEvents: {
      text: 'delete from "run_event" where "run_id" in (select "run"."id" from "run" where "owner" = ? and "thread_id" = ? and "state" = ?) and exists (select "run"."id" from "run" where "run"."id" = ?)',
      slots: [{ place: 'owner' }, { place: 'thread' }, 'done', { place: 'id' }],
    },
    countAlive: {
      text: 'select count(*) as "count" from "run" where "owner" = ? and "state" in (?, ?) and "alive_until" > ?',
      slots: [{ place: 'owner' }, 'running', 'stopping', { place: 'now' }],
    },
    byKey: {
      text: 'select "id", "owner", "thread_id", "resumable", "item_id", "once_key", "once_digest", "state", "alive_until" from "run" where "owner" = ? and "once_key" = ?',
      slots: [{ place: 'owner' }, { place: 'key' }],
    },
    newest: {
      text: 'select "id", "owner", "thread_id", "resumable", "item_id", "once_key", "once_digest", "state", "alive_until" from "run" where "owner" = ? and "thread_id" = ? order by "seq" desc limit ?',
      slots: [{ place: 'owner' }, { place: 'thread' }, { place: 'rows' }],
    },
    stand: {
      text: 'select "run"."id", "state", (select coalesce(max(number), 0) from "run_event" where run_id = run.id) as "last" from "run" where run.id in (select one.value ->> 0 from json_each(?) as one)',
      slots: [{ place: 'ids' }],
    },
    touch: {
      text: 'update "run" set "alive_until" = cast(one.value ->> 1 as bigint) from json_each(?) as "one" where "run"."id" = one.value ->> 0 and "state" in (?, ?)',
      slots: [{ place: 'times' }, 'running', 'stopping'],
    },
    addEvents: {
      text: 'insert into "run_event" ("run_id", "first", "number", "body") select one.value ->> 0 as "run_id", cast(one.value ->> 1 as bigint) as "first", cast(one.value ->> 2 as bigint) as "number", one.value ->> 3 as "body" from json_each(?) as "one" where (select count(*) from (\n    select run.id from "run" join json_each(?) as one on run.id = one.value ->> 0\n    where run.state = one.value ->> 1 and (select coalesce(max(number), 0) from "run_event" where run_id = run.id) = cast(one.value ->> 2 as bigint) ) as held) = cast(? as bigint)',
      slots: [{ place: 'events' }, { place: 'runs' }, { place: 'count' }],
    },
    events: {
      text: 'select "one"."value" as "body" from "run_event", json_each("run_event"."body") as "one" where "run_id" = ? and "number" > ? and first + one.key - 0 > ? order by "number", "one"."key" limit ?',
      slots: [{ place: 'id' }, { place: 'after' }, { place: 'after' }, { place: 'rows' }],
    },
    end: {
      text: 'update "run" set "state" = ? where "id" = ? and "state" in (?, ?)',
      slots: [{ place: 'state' }, { place: 'id' }, 'running', 'stopping'],
    },
    stop: {
      text: 'update "run" set "state" = ? where "owner" = ? and "thread_id" = ? and "state" = ?',
      slots: ['stopping', { place: 'owner' }, { place: 'thread' }, 'running'],
    },
    endAll: {
      text: 'update "run" set "state" = ? where "owner" = ? and "thread_id" = ?',
      slots: ['done', { place: 'owner' }, { place: 'thread' }],
    },
    drop: { text: 'delete from "run" where "id" = ?', slots: [{ place: 'id' }] },
    forget: {
      text: 'delete from "run" where "owner" = ? and "thread_id" = ?',
      slots: [{ place: 'owner' }, { place: 'thread' }],
    },
    dropLog: { text: 'delete from "run_event" where "run_id" = ?', slots: [{ place: 'id' }] },
    dropLogs: {
      text: 'delete from "run_event" where "run_id" in (select "run"."id" from "run" where "owner" = ? and "thread_id" = ?)',
      slots: [{ place: 'owner' }, { place: 'thread' }],
    },
    dropOldEvents: {
      text: 'delete from "run_event" where "run_id" in (select "run"."id" from "run" where "alive_until" < ? and "state" in (?, ?))',
      slots: [{ place: 'before' }, 'done', 'interrupted'],
    },
    dropOld: {
      text: 'delete from "run" where "alive_until" < ? and "state" in (?, ?) and not exists (select "number" from "run_event" where "run_id" = "run"."id")',
      slots: [{ place: 'before' }, 'done', 'interrupted'],
    },
  },
  journal: {
    add: {
      text: 'insert into "run_journal" ("seq", "events") select ? as "seq", ? as "events" where (\n    select count(*) from json_each(?) as one join run on run.id = one.value ->> 0\n    where run.state = one.value ->> 1) = ?',
      slots: [{ place: 'seq' }, { place: 'events' }, { place: 'runs' }, { place: 'count' }],
    },
    addToLog: {
      text: 'insert into "run_event" ("run_id", "first", "number", "body") select "run"."id" as "run_id", ? as "first", ? as "number", ? as "body" from "run" where "run"."id" = ?',
      slots: [{ place: 'first' }, { place: 'number' }, { place: 'body' }, { place: 'id' }],
    },
    sort: {
      text: 'insert into "run_event" ("run_id", "first", "number", "body") select "kept"."run_id", "kept"."number" as "first", "kept"."number", "kept"."body" from (\n    select one.value ->> 0 as run_id, one.value ->> 1 as number, json_array(one.value ->> 2) as body\n    from run_journal join json_each(run_journal.events) as one) as "kept" inner join "run" on "run"."id" = "kept"."run_id" where "run"."state" != ? and "kept"."number" > (select coalesce(max(number), 0) from run_event where run_id = run.id)',
      slots: ['done'],
    },
    clear: { text: 'delete from "run_journal" where "seq" < ?', slots: [{ place: 'before' }] },
  },
  vault: {
    add: {
      text: 'insert into "vault_entry" ("digest", "owner", "destinations", "expires_at", "key_id", "wrapped", "body") select ? as "digest", ? as "owner", ? as "destinations", ? as "expires_at", ? as "key_id", ? as "wrapped", ? as "body" where not exists (select "id" from "retired_key" where "id" = ?)',
      slots: [
        { place: 'digest' },
        { place: 'owner' },
        { place: 'destinations' },
        { place: 'expires_at' },
        { place: 'key_id' },
        { place: 'wrapped' },
        { place: 'body' },
        { place: 'key_id' },
      ],
    },
    read: {
      text: 'select "digest", "owner", "destinations", "expires_at", "key_id", "wrapped", "body" from "vault_entry" where "digest" = ? and "owner" = ?',
      slots: [{ place: 'digest' }, { place: 'owner' }],
    },
    remove: {
      text: 'delete from "vault_entry" where "digest" = ? and "owner" = ?',
      slots: [{ place: 'digest' }, { place: 'owner' }],
    },
    sweep: { text: 'delete from "vault_entry" where "expires_at" <= ?', slots: [{ place: 'now' }] },
    retiredKey: {
      text: 'select "id" from "retired_key" where "id" = ?',
      slots: [{ place: 'key_id' }],
    },
  },
  secrets: {
    read: {
      text: 'select "owner", "resource", "kind", "issuer", "version", "key_id", "wrapped", "body" from "secret" where "owner" = ? and "resource" = ? and "kind" = ?',
      slots: [{ place: 'owner' }, { place: 'resource' }, { place: 'kind' }],
    },
    add: {
      text: 'insert into "secret" ("owner", "resource", "kind", "issuer", "version", "key_id", "wrapped", "body") select ? as "owner", ? as "resource", ? as "kind", ? as "issuer", ? as "version", ? as "key_id", ? as "wrapped", ? as "body" where not exists (select "id" from "retired_key" where "id" = ?) on conflict ("owner", "resource", "kind") do nothing',
      slots: [
        { place: 'owner' },
        { place: 'resource' },
        { place: 'kind' },
        { place: 'issuer' },
        { place: 'version' },
        { place: 'key_id' },
        { place: 'wrapped' },
        { place: 'body' },
        { place: 'key_id' },
      ],
    },
    change: {
      text: 'update "secret" set "issuer" = ?, "version" = ?, "key_id" = ?, "wrapped" = ?, "body" = ? where "owner" = ? and "resource" = ? and "kind" = ? and "version" = ? and not exists (select "id" from "retired_key" where "id" = ?)',
      slots: [
        { place: 'issuer' },
        { place: 'version' },
        { place: 'key_id' },
        { place: 'wrapped' },
        { place: 'body' },
        { place: 'owner' },
        { place: 'resource' },
        { place: 'kind' },
        { place: 'before' },
        { place: 'key_id' },
      ],
    },
    remove: {
      text: 'delete from "secret" where "owner" = ? and "resource" = ? and "kind" = ?',
      slots: [{ place: 'owner' }, { place: 'resource' }, { place: 'kind' }],
    },
    retiredKey: {
      text: 'select "id" from "retired_key" where "id" = ?',
      slots: [{ place: 'key_id' }],
    },
  },
  keys: {
    vault: {
      others: {
        text: 'select "seq", "digest", "owner", "destinations", "expires_at", "key_id", "wrapped" from "vault_entry" where "key_id" != ? and "seq" > ? order by "seq" limit ?',
        slots: [{ place: 'key_id' }, { place: 'after' }, { place: 'rows' }],
      },
      rewrap: {
        text: 'update "vault_entry" set "key_id" = ?, "wrapped" = ? where "seq" = ? and "wrapped" = ? and not exists (select "id" from "retired_key" where "id" = ?)',
        slots: [
          { place: 'key_id' },
          { place: 'wrapped' },
          { place: 'seq' },
          { place: 'before' },
          { place: 'key_id' },
        ],
      },
      use: {
        text: 'select "key_id", count(*) as "rows" from "vault_entry" group by "key_id"',
        slots: [],
      },
    },
    secrets: {
      others: {
        text: 'select "seq", "owner", "resource", "kind", "issuer", "version", "key_id", "wrapped" from "secret" where "key_id" != ? and "seq" > ? order by "seq" limit ?',
        slots: [{ place: 'key_id' }, { place: 'after' }, { place: 'rows' }],
      },
      rewrap: {
        text: 'update "secret" set "key_id" = ?, "wrapped" = ? where "seq" = ? and "wrapped" = ? and not exists (select "id" from "retired_key" where "id" = ?)',
        slots: [
          { place: 'key_id' },
          { place: 'wrapped' },
          { place: 'seq' },
          { place: 'before' },
          { place: 'key_id' },
        ],
      },
      use: {
        text: 'select "key_id", count(*) as "rows" from "secret" group by "key_id"',
        slots: [],
      },
    },
    retire: {
      text: 'insert into "retired_key" ("id") select ? as "id" where not exists (select "seq" from "vault_entry" where "key_id" = ?) and not exists (select "seq" from "secret" where "key_id" = ?) on conflict ("id") do nothing',
      slots: [{ place: 'key_id' }, { place: 'key_id' }, { place: 'key_id' }],
    },
    retiredKey: {
      text: 'select "id" from "retired_key" where "id" = ?',
      slots: [{ place: 'key_id' }],
    },
  },
  signIns: {
    add: {
      text: 'insert into "sign_in" ("id", "digest", "owner", "issuer", "subject", "session_id", "device", "started_at", "used_at", "ends_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing',
      slots: [
        { place: 'id' },
        { place: 'digest' },
        { place: 'owner' },
        { place: 'issuer' },
        { place: 'subject' },
        { place: 'session_id' },
        { place: 'device' },
        { place: 'started_at' },
        { place: 'used_at' },
        { place: 'ends_at' },
      ],
    },
    touch: {
      text: 'update "sign_in" set "used_at" = ? where "id" = ?',
      slots: [{ place: 'used_at' }, { place: 'id' }],
    },
    remove: { text: 'delete from "sign_in" where "id" = ?', slots: [{ place: 'id' }] },
    ofDigest: {
      list: {
        text: 'select * from "sign_in" where ("digest" = ? and ended_at is null) order by "seq" desc limit 1000',
        slots: [{ place: 'digest' }],
      },
      end: {
        text: 'update "sign_in" set "ended_at" = ? where ("digest" = ? and ended_at is null and ended_at is null)',
        slots: [{ place: 'ended_at' }, { place: 'digest' }],
      },
    },
    ofIds: {
      list: {
        text: 'select * from "sign_in" where (id in (select value from json_each(?)) and ended_at is null) order by "seq" desc limit 1000',
        slots: [{ place: 'ids' }],
      },
      end: {
        text: 'update "sign_in" set "ended_at" = ? where (id in (select value from json_each(?)) and ended_at is null and ended_at is null)',
        slots: [{ place: 'ended_at' }, { place: 'ids' }],
      },
    },
    ofOwner: {
      list: {
        text: 'select * from "sign_in" where ("owner" = ? and ended_at is null) order by "seq" desc limit 1000',
        slots: [{ place: 'owner' }],
      },
      end: {
        text: 'update "sign_in" set "ended_at" = ? where ("owner" = ? and ended_at is null and ended_at is null)',
        slots: [{ place: 'ended_at' }, { place: 'owner' }],
      },
    },
    ofSubject: {
      list: {
        text: 'select * from "sign_in" where ("issuer" = ? and "subject" = ? and ended_at is null) order by "seq" desc limit 1000',
        slots: [{ place: 'issuer' }, { place: 'subject' }],
      },
      end: {
        text: 'update "sign_in" set "ended_at" = ? where ("issuer" = ? and "subject" = ? and ended_at is null and ended_at is null)',
        slots: [{ place: 'ended_at' }, { place: 'issuer' }, { place: 'subject' }],
      },
    },
    ofSession: {
      list: {
        text: 'select * from "sign_in" where ("issuer" = ? and "session_id" = ? and ended_at is null) order by "seq" desc limit 1000',
        slots: [{ place: 'issuer' }, { place: 'session_id' }],
      },
      end: {
        text: 'update "sign_in" set "ended_at" = ? where ("issuer" = ? and "session_id" = ? and ended_at is null and ended_at is null)',
        slots: [{ place: 'ended_at' }, { place: 'issuer' }, { place: 'session_id' }],
      },
    },
    all: {
      list: {
        text: 'select * from "sign_in" where (owner <> \'\' and ended_at is null) order by "seq" desc limit 1000',
        slots: [],
      },
      end: {
        text: 'update "sign_in" set "ended_at" = ? where (owner <> \'\' and ended_at is null and ended_at is null)',
        slots: [{ place: 'ended_at' }],
      },
    },
    over: {
      list: {
        text: 'select * from "sign_in" where (ended_at is not null or ends_at <= ?) order by "seq" desc limit 1000',
        slots: [{ place: 'over_at' }],
      },
      end: {
        text: 'update "sign_in" set "ended_at" = ? where ((ended_at is not null or ends_at <= ?) and ended_at is null)',
        slots: [{ place: 'ended_at' }, { place: 'over_at' }],
      },
    },
  },
  marks: {
    add: {
      text: 'insert into "reflection_mark" ("resource", "since") values (?, ?) on conflict ("resource") do nothing',
      slots: [{ place: 'resource' }, { place: 'since' }],
    },
    read: {
      text: 'select "resource" from "reflection_mark" where "resource" = ?',
      slots: [{ place: 'resource' }],
    },
    list: {
      text: 'select "resource", "since" from "reflection_mark" order by "since", "seq"',
      slots: [],
    },
    remove: {
      text: 'delete from "reflection_mark" where "resource" = ?',
      slots: [{ place: 'resource' }],
    },
  },
  pins: {
    read: {
      text: 'select "owner", "tool", "fingerprint" from "tool_pin" where "resource" = ? and ("owner" = ? or "owner" = ?)',
      slots: [{ place: 'resource' }, { place: 'owner' }, ''],
    },
    add: {
      text: 'insert into "tool_pin" ("resource", "tool", "label", "fingerprint", "owner") select cast(? as text) as "resource", cast(? as text) as "tool", cast(? as text) as "label", cast(? as text) as "fingerprint", cast(? as text) as "owner" where (select count(*) as "count" from "tool_pin" where "resource" = ? and "owner" = ?) < 1024 on conflict do nothing',
      slots: [
        { place: 'resource' },
        { place: 'tool' },
        { place: 'label' },
        { place: 'fingerprint' },
        { place: 'owner' },
        { place: 'resource' },
        { place: 'owner' },
      ],
    },
    note: {
      text: 'insert into "tool_change" ("resource", "tool", "label", "fingerprint", "since") select cast(? as text) as "resource", cast(? as text) as "tool", cast(? as text) as "label", cast(? as text) as "fingerprint", cast(? as double precision) as "since" where (select count(*) as "count" from "tool_change" where "resource" = ?) < 256 on conflict do nothing',
      slots: [
        { place: 'resource' },
        { place: 'tool' },
        { place: 'label' },
        { place: 'fingerprint' },
        { place: 'since' },
        { place: 'resource' },
      ],
    },
    servers: {
      text: 'select "resource", count(distinct "owner") as "owners", count(distinct "tool") as "tools" from "tool_pin" where "owner" <> ? group by "resource" order by "resource"',
      slots: [''],
    },
    changes: {
      text: 'select "resource", "tool", "label", "fingerprint", "since" from "tool_change" order by "since", "seq"',
      slots: [],
    },
    dropApproval: {
      text: 'delete from "tool_pin" where "resource" = ? and "owner" = ? and (tool = cast(? as text) or (label <> \'\' and label = cast(? as text)))',
      slots: [{ place: 'resource' }, '', { place: 'tool' }, { place: 'tool' }],
    },
    approve: {
      text: 'insert into "tool_pin" ("resource", "tool", "label", "fingerprint", "owner") select "resource", "tool", "label", "fingerprint", \'\' as "owner" from "tool_change" where "resource" = ? and (tool = cast(? as text) or (label <> \'\' and label = cast(? as text))) and "fingerprint" = ?',
      slots: [
        { place: 'resource' },
        { place: 'tool' },
        { place: 'tool' },
        { place: 'fingerprint' },
      ],
    },
    dropPins: {
      text: 'delete from "tool_pin" where "resource" = ?',
      slots: [{ place: 'resource' }],
    },
    dropChanges: {
      text: 'delete from "tool_change" where "resource" = ?',
      slots: [{ place: 'resource' }],
    },
    dropPinsOfTool: {
      text: 'delete from "tool_pin" where "resource" = ? and (tool = cast(? as text) or (label <> \'\' and label = cast(? as text)))',
      slots: [{ place: 'resource' }, { place: 'tool' }, { place: 'tool' }],
    },
    dropChangesOfTool: {
      text: 'delete from "tool_change" where "resource" = ? and (tool = cast(? as text) or (label <> \'\' and label = cast(? as text)))',
      slots: [{ place: 'resource' }, { place: 'tool' }, { place: 'tool' }],
    },
  },
  consents: {
    add: {
      text: 'insert into "consent" ("id", "owner", "job", "servers", "scopes", "given_at", "ends_at", "revoked_at") values (?, ?, ?, ?, ?, ?, ?, ?)',
      slots: [
        { place: 'id' },
        { place: 'owner' },
        { place: 'job' },
        { place: 'servers' },
        { place: 'scopes' },
        { place: 'given_at' },
        { place: 'ends_at' },
        { place: 'revoked_at' },
      ],
    },
    replace: {
      text: 'update "consent" set "revoked_at" = ? where "owner" = ? and "revoked_at" is null and "job" = ?',
      slots: [{ place: 'revoked_at' }, { place: 'owner' }, { place: 'job' }],
    },
    list: {
      text: 'select "id", "owner", "job", "servers", "scopes", "given_at", "ends_at", "revoked_at" from "consent" where "owner" = ? order by "seq" desc limit 1000',
      slots: [{ place: 'owner' }],
    },
    revoke: {
      text: 'update "consent" set "revoked_at" = ? where "owner" = ? and "revoked_at" is null and "id" = ?',
      slots: [{ place: 'revoked_at' }, { place: 'owner' }, { place: 'id' }],
    },
  },
  counts: {
    take: {
      text: 'insert into "call_count" ("key", "since", "used") values (?, ?, ?) on conflict ("key") do update set "used" = case when call_count.since < excluded.since then 1 else call_count.used + 1 end, "since" = case when call_count.since < excluded.since then excluded.since else call_count.since end where (call_count.since < excluded.since or call_count.used < ?)',
      slots: [{ place: 'key' }, { place: 'since' }, 1, { place: 'most' }],
    },
  },
  approvals: {
    find: {
      text: 'select "id", "state" from "call_approval" where "key" = ? and "state" <> ? and ends_at > ?',
      slots: [{ place: 'key' }, 'used', { place: 'now' }],
    },
    ask: {
      text: 'insert into "call_approval" ("key", "id", "owner", "server", "tool", "arguments", "state", "asked_at", "ends_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict ("key") do update set "id" = excluded.id, "state" = ?, "asked_at" = excluded.asked_at, "ends_at" = excluded.ends_at where (call_approval.state = \'used\' or call_approval.ends_at <= excluded.asked_at)',
      slots: [
        { place: 'key' },
        { place: 'id' },
        { place: 'owner' },
        { place: 'server' },
        { place: 'tool' },
        { place: 'arguments' },
        'waiting',
        { place: 'asked_at' },
        { place: 'ends_at' },
        'waiting',
      ],
    },
    use: {
      text: 'update "call_approval" set "state" = ? where "id" = ? and "state" = ? and ends_at > ?',
      slots: ['used', { place: 'id' }, 'approved', { place: 'now' }],
    },
    waiting: {
      text: 'select * from "call_approval" where "owner" = ? and "state" = ? and ends_at > ? order by "asked_at" desc limit 50',
      slots: [{ place: 'owner' }, 'waiting', { place: 'now' }],
    },
    decide: {
      text: 'update "call_approval" set "state" = ?, "ends_at" = ? where "id" = ? and "owner" = ? and "state" = ? and ends_at > ?',
      slots: [
        { place: 'state' },
        { place: 'ends_at' },
        { place: 'id' },
        { place: 'owner' },
        'waiting',
        { place: 'now' },
      ],
    },
    sweep: {
      text: 'delete from "call_approval" where "ends_at" < ?',
      slots: [{ place: 'before' }],
    },
  },
}
