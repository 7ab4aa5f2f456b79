// Written by scripts/compile-statements.ts from queries.ts; a change here is lost the next time.

import type { PostgresStatements } from './queries.ts'

/** The statements, compiled. */
export const POSTGRES: PostgresStatements = {
  threads: {
    addThread: {
      text: 'insert into "onbehalf"."thread" ("id", "owner", "version", "body") values ($1, $2, $3, $4)',
      slots: [{ place: 'thread' }, { place: 'owner' }, 1, { place: 'body' }],
    },
    readThread: {
      text: 'select "id", "owner", "version", "body" from "onbehalf"."thread" where "onbehalf"."thread"."id" = $1 and "onbehalf"."thread"."owner" = $2',
      slots: [{ place: 'thread' }, { place: 'owner' }],
    },
    changeThread: {
      text: 'update "onbehalf"."thread" set "body" = $1, "version" = "version" + $2 where "id" = $3 and "owner" = $4 and "version" = $5',
      slots: [{ place: 'body' }, 1, { place: 'thread' }, { place: 'owner' }, { place: 'version' }],
    },
    deleteThread: {
      text: 'delete from "onbehalf"."thread" where "id" = $1 and "owner" = $2',
      slots: [{ place: 'thread' }, { place: 'owner' }],
    },
    threadPosition: {
      text: 'select "seq" from "onbehalf"."thread" where "onbehalf"."thread"."id" = $1 and "onbehalf"."thread"."owner" = $2',
      slots: [{ place: 'thread' }, { place: 'owner' }],
    },
    listThreads: {
      asc: {
        text: 'select "id", "owner", "version", "body" from "onbehalf"."thread" where "owner" = $1 and "seq" > $2 order by "seq" asc limit $3',
        slots: [{ place: 'owner' }, { place: 'from' }, { place: 'rows' }],
      },
      desc: {
        text: 'select "id", "owner", "version", "body" from "onbehalf"."thread" where "owner" = $1 and "seq" < $2 order by "seq" desc limit $3',
        slots: [{ place: 'owner' }, { place: 'from' }, { place: 'rows' }],
      },
    },
    readItem: {
      text: 'select "onbehalf"."item"."body" from "onbehalf"."item" where "onbehalf"."item"."thread_id" = (select "onbehalf"."thread"."id" from "onbehalf"."thread" where "onbehalf"."thread"."id" = $1 and "onbehalf"."thread"."owner" = $2) and "onbehalf"."item"."id" = $3',
      slots: [{ place: 'thread' }, { place: 'owner' }, { place: 'item' }],
    },
    saveItem: {
      text: 'insert into "onbehalf"."item" ("thread_id", "id", "hidden", "body") select "onbehalf"."thread"."id" as "thread_id", cast($1 as text) as "id", cast($2 as integer) as "hidden", cast($3 as text) as "body" from "onbehalf"."thread" where "onbehalf"."thread"."id" = $4 and "onbehalf"."thread"."owner" = $5 and not exists (select "onbehalf"."run"."id" from "onbehalf"."run" where "onbehalf"."run"."id" = $6 and "onbehalf"."run"."state" in ($7, $8)) on conflict ("thread_id", "id") do update set "hidden" = "excluded"."hidden", "body" = "excluded"."body"',
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
      text: 'delete from "onbehalf"."item" where "thread_id" = (select "onbehalf"."thread"."id" from "onbehalf"."thread" where "onbehalf"."thread"."id" = $1 and "onbehalf"."thread"."owner" = $2) and "onbehalf"."item"."id" = $3 and not exists (select "onbehalf"."run"."id" from "onbehalf"."run" where "onbehalf"."run"."id" = $4 and "onbehalf"."run"."state" in ($5, $6))',
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
      text: 'select "onbehalf"."item"."seq" from "onbehalf"."item" where "onbehalf"."item"."thread_id" = (select "onbehalf"."thread"."id" from "onbehalf"."thread" where "onbehalf"."thread"."id" = $1 and "onbehalf"."thread"."owner" = $2) and "onbehalf"."item"."id" = $3 and "onbehalf"."item"."hidden" <= $4',
      slots: [{ place: 'thread' }, { place: 'owner' }, { place: 'item' }, { place: 'hidden' }],
    },
    listItems: {
      asc: {
        text: 'select "onbehalf"."item"."id", "onbehalf"."item"."body" from "onbehalf"."item" where "onbehalf"."item"."thread_id" = (select "onbehalf"."thread"."id" from "onbehalf"."thread" where "onbehalf"."thread"."id" = $1 and "onbehalf"."thread"."owner" = $2) and "onbehalf"."item"."hidden" <= $3 and "onbehalf"."item"."seq" > $4 order by "onbehalf"."item"."seq" asc limit $5',
        slots: [
          { place: 'thread' },
          { place: 'owner' },
          { place: 'hidden' },
          { place: 'from' },
          { place: 'rows' },
        ],
      },
      desc: {
        text: 'select "onbehalf"."item"."id", "onbehalf"."item"."body" from "onbehalf"."item" where "onbehalf"."item"."thread_id" = (select "onbehalf"."thread"."id" from "onbehalf"."thread" where "onbehalf"."thread"."id" = $1 and "onbehalf"."thread"."owner" = $2) and "onbehalf"."item"."hidden" <= $3 and "onbehalf"."item"."seq" < $4 order by "onbehalf"."item"."seq" desc limit $5',
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
      text: 'update "onbehalf"."attachment" set "thread_id" = $1 where "id" = $2 and "owner" = $3 and exists (select "onbehalf"."thread"."id" from "onbehalf"."thread" where "onbehalf"."thread"."id" = $4 and "onbehalf"."thread"."owner" = $5)',
      slots: [
        { place: 'thread' },
        { place: 'attachment' },
        { place: 'owner' },
        { place: 'thread' },
        { place: 'owner' },
      ],
    },
    readAttachment: {
      text: 'select "id", "owner", "thread_id", "body" from "onbehalf"."attachment" where "owner" = $1 and "id" = $2',
      slots: [{ place: 'owner' }, { place: 'attachment' }],
    },
    listAttachments: {
      text: 'select "id", "owner", "thread_id", "body" from "onbehalf"."attachment" where "owner" = $1 and "thread_id" = $2 order by "seq" limit $3',
      slots: [{ place: 'owner' }, { place: 'thread' }, { place: 'rows' }],
    },
    saveAttachment: {
      text: 'insert into "onbehalf"."attachment" ("id", "owner", "thread_id", "body") values ($1, $2, $3, $4) on conflict ("id") do update set "body" = "excluded"."body", "thread_id" = coalesce("excluded"."thread_id", "onbehalf"."attachment"."thread_id") where "onbehalf"."attachment"."owner" = "excluded"."owner"',
      slots: [{ place: 'attachment' }, { place: 'owner' }, { place: 'thread' }, { place: 'body' }],
    },
    deleteAttachment: {
      text: 'delete from "onbehalf"."attachment" where "id" = $1 and "owner" = $2',
      slots: [{ place: 'attachment' }, { place: 'owner' }],
    },
    deleteAttachments: {
      text: 'delete from "onbehalf"."attachment" where "thread_id" = $1 and "owner" = $2',
      slots: [{ place: 'thread' }, { place: 'owner' }],
    },
    findThreads: {
      text: 'select "onbehalf"."thread"."id", "onbehalf"."thread"."owner", "onbehalf"."thread"."version", "onbehalf"."thread"."body" from "onbehalf"."thread" where "onbehalf"."thread"."owner" = $1 and ("onbehalf"."thread"."body" ilike $2 escape \'\\\' or exists (select "onbehalf"."item"."id" from "onbehalf"."item" where "onbehalf"."item"."hidden" = $3 and "onbehalf"."item"."body" ilike $4 escape \'\\\' and "onbehalf"."item"."thread_id" = "onbehalf"."thread"."id")) order by "onbehalf"."thread"."seq" desc limit $5',
      slots: [{ place: 'owner' }, { place: 'pattern' }, 0, { place: 'pattern' }, { place: 'rows' }],
    },
    findItems: {
      text: 'select "onbehalf"."item"."body" from "onbehalf"."item" where "onbehalf"."item"."hidden" = $1 and "onbehalf"."item"."body" ilike $2 escape \'\\\' and "onbehalf"."item"."thread_id" = (select "onbehalf"."thread"."id" from "onbehalf"."thread" where "onbehalf"."thread"."id" = $3 and "onbehalf"."thread"."owner" = $4) order by "onbehalf"."item"."seq" desc limit $5',
      slots: [0, { place: 'pattern' }, { place: 'thread' }, { place: 'owner' }, { place: 'rows' }],
    },
  },
  runs: {
    bury: {
      text: 'update "onbehalf"."run" set "state" = $1 where "owner" = $2 and "thread_id" = $3 and "state" in ($4, $5) and "alive_until" <= $6',
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
      text: 'update "onbehalf"."run" set "state" = $1, "alive_until" = case when "alive_until" < $2 then "alive_until" else $3 end where "state" in ($4, $5)',
      slots: ['interrupted', { place: 'now' }, { place: 'now' }, 'running', 'stopping'],
    },
    add: {
      text: 'insert into "onbehalf"."run" ("id", "owner", "thread_id", "resumable", "item_id", "once_key", "once_digest", "state", "alive_until") select cast($1 as text) as "id", cast($2 as text) as "owner", cast($3 as text) as "thread_id", cast($4 as integer) as "resumable", cast($5 as text) as "item_id", cast($6 as text) as "once_key", cast($7 as text) as "once_digest", \'running\' as "state", cast($8 as bigint) as "alive_until" where not exists (select "onbehalf"."run"."id" from "onbehalf"."run" where "owner" = $9 and "thread_id" = $10 and "state" in ($11, $12)) and not exists (select "onbehalf"."run"."id" from "onbehalf"."run" where "owner" = $13 and "once_key" = cast($14 as text)) and (select count(*) as "count" from "onbehalf"."run" where "owner" = $15 and "state" in ($16, $17) and "alive_until" > $18) < cast($19 as bigint) on conflict do nothing',
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
      text: 'delete from "onbehalf"."run_event" where "run_id" in (select "onbehalf"."run"."id" from "onbehalf"."run" where "owner" = $1 and "thread_id" = $2 and "state" = $3) and exists (select "onbehalf"."run"."id" from "onbehalf"."run" where "onbehalf"."run"."id" = $4)',
      slots: [{ place: 'owner' }, { place: 'thread' }, 'done', { place: 'id' }],
    },
    countAlive: {
      text: 'select count(*) as "count" from "onbehalf"."run" where "owner" = $1 and "state" in ($2, $3) and "alive_until" > $4',
      slots: [{ place: 'owner' }, 'running', 'stopping', { place: 'now' }],
    },
    byKey: {
      text: 'select "id", "owner", "thread_id", "resumable", "item_id", "once_key", "once_digest", "state", "alive_until" from "onbehalf"."run" where "owner" = $1 and "once_key" = $2',
      slots: [{ place: 'owner' }, { place: 'key' }],
    },
    newest: {
      text: 'select "id", "owner", "thread_id", "resumable", "item_id", "once_key", "once_digest", "state", "alive_until" from "onbehalf"."run" where "owner" = $1 and "thread_id" = $2 order by "seq" desc limit $3',
      slots: [{ place: 'owner' }, { place: 'thread' }, { place: 'rows' }],
    },
    stand: {
      text: 'select "onbehalf"."run"."id", "state", (select coalesce(max(number), 0) from "onbehalf"."run_event" where run_id = run.id) as "last" from "onbehalf"."run" where run.id in (select one.value ->> 0 from json_array_elements(cast($1 as json)) as one)',
      slots: [{ place: 'ids' }],
    },
    touch: {
      text: 'update "onbehalf"."run" set "alive_until" = cast(one.value ->> 1 as bigint) from json_array_elements(cast($1 as json)) as "one" where "onbehalf"."run"."id" = one.value ->> 0 and "state" in ($2, $3)',
      slots: [{ place: 'times' }, 'running', 'stopping'],
    },
    addEvents: {
      text: 'insert into "onbehalf"."run_event" ("run_id", "first", "number", "body") select one.value ->> 0 as "run_id", cast(one.value ->> 1 as bigint) as "first", cast(one.value ->> 2 as bigint) as "number", one.value ->> 3 as "body" from json_array_elements(cast($1 as json)) as "one" where (select count(*) from (\n    select run.id from "onbehalf"."run" join json_array_elements(cast($2 as json)) as one on run.id = one.value ->> 0\n    where run.state = one.value ->> 1 and (select coalesce(max(number), 0) from "onbehalf"."run_event" where run_id = run.id) = cast(one.value ->> 2 as bigint) for share of run) as held) = cast($3 as bigint)',
      slots: [{ place: 'events' }, { place: 'runs' }, { place: 'count' }],
    },
    events: {
      text: 'select "one"."value" as "body" from "onbehalf"."run_event", json_array_elements_text(cast("onbehalf"."run_event"."body" as json)) with ordinality as one (value, key) where "run_id" = $1 and "number" > $2 and first + one.key - 1 > $3 order by "number", "one"."key" limit $4',
      slots: [{ place: 'id' }, { place: 'after' }, { place: 'after' }, { place: 'rows' }],
    },
    end: {
      text: 'update "onbehalf"."run" set "state" = $1 where "id" = $2 and "state" in ($3, $4)',
      slots: [{ place: 'state' }, { place: 'id' }, 'running', 'stopping'],
    },
    stop: {
      text: 'update "onbehalf"."run" set "state" = $1 where "owner" = $2 and "thread_id" = $3 and "state" = $4',
      slots: ['stopping', { place: 'owner' }, { place: 'thread' }, 'running'],
    },
    endAll: {
      text: 'update "onbehalf"."run" set "state" = $1 where "owner" = $2 and "thread_id" = $3',
      slots: ['done', { place: 'owner' }, { place: 'thread' }],
    },
    drop: { text: 'delete from "onbehalf"."run" where "id" = $1', slots: [{ place: 'id' }] },
    forget: {
      text: 'delete from "onbehalf"."run" where "owner" = $1 and "thread_id" = $2',
      slots: [{ place: 'owner' }, { place: 'thread' }],
    },
    dropLog: {
      text: 'delete from "onbehalf"."run_event" where "run_id" = $1',
      slots: [{ place: 'id' }],
    },
    dropLogs: {
      text: 'delete from "onbehalf"."run_event" where "run_id" in (select "onbehalf"."run"."id" from "onbehalf"."run" where "owner" = $1 and "thread_id" = $2)',
      slots: [{ place: 'owner' }, { place: 'thread' }],
    },
    dropOldEvents: {
      text: 'delete from "onbehalf"."run_event" where "run_id" in (select "onbehalf"."run"."id" from "onbehalf"."run" where "alive_until" < $1 and "state" in ($2, $3))',
      slots: [{ place: 'before' }, 'done', 'interrupted'],
    },
    dropOld: {
      text: 'delete from "onbehalf"."run" where "alive_until" < $1 and "state" in ($2, $3) and not exists (select "number" from "onbehalf"."run_event" where "run_id" = "onbehalf"."run"."id")',
      slots: [{ place: 'before' }, 'done', 'interrupted'],
    },
  },
  vault: {
    add: {
      text: 'insert into "onbehalf"."vault_entry" ("digest", "owner", "destinations", "expires_at", "key_id", "wrapped", "body") select $1 as "digest", $2 as "owner", $3 as "destinations", $4 as "expires_at", $5 as "key_id", $6 as "wrapped", $7 as "body" where not exists (select "id" from "onbehalf"."retired_key" where "id" = $8)',
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
      text: 'select "digest", "owner", "destinations", "expires_at", "key_id", "wrapped", "body" from "onbehalf"."vault_entry" where "digest" = $1 and "owner" = $2',
      slots: [{ place: 'digest' }, { place: 'owner' }],
    },
    remove: {
      text: 'delete from "onbehalf"."vault_entry" where "digest" = $1 and "owner" = $2',
      slots: [{ place: 'digest' }, { place: 'owner' }],
    },
    sweep: {
      text: 'delete from "onbehalf"."vault_entry" where "expires_at" <= $1',
      slots: [{ place: 'now' }],
    },
    retiredKey: {
      text: 'select "id" from "onbehalf"."retired_key" where "id" = $1',
      slots: [{ place: 'key_id' }],
    },
  },
  secrets: {
    read: {
      text: 'select "owner", "resource", "kind", "issuer", "version", "key_id", "wrapped", "body" from "onbehalf"."secret" where "owner" = $1 and "resource" = $2 and "kind" = $3',
      slots: [{ place: 'owner' }, { place: 'resource' }, { place: 'kind' }],
    },
    add: {
      text: 'insert into "onbehalf"."secret" ("owner", "resource", "kind", "issuer", "version", "key_id", "wrapped", "body") select $1 as "owner", $2 as "resource", $3 as "kind", $4 as "issuer", $5 as "version", $6 as "key_id", $7 as "wrapped", $8 as "body" where not exists (select "id" from "onbehalf"."retired_key" where "id" = $9) on conflict ("owner", "resource", "kind") do nothing',
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
      text: 'update "onbehalf"."secret" set "issuer" = $1, "version" = $2, "key_id" = $3, "wrapped" = $4, "body" = $5 where "owner" = $6 and "resource" = $7 and "kind" = $8 and "version" = $9 and not exists (select "id" from "onbehalf"."retired_key" where "id" = $10)',
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
      text: 'delete from "onbehalf"."secret" where "owner" = $1 and "resource" = $2 and "kind" = $3',
      slots: [{ place: 'owner' }, { place: 'resource' }, { place: 'kind' }],
    },
    retiredKey: {
      text: 'select "id" from "onbehalf"."retired_key" where "id" = $1',
      slots: [{ place: 'key_id' }],
    },
  },
  keys: {
    vault: {
      others: {
        text: 'select "seq", "digest", "owner", "destinations", "expires_at", "key_id", "wrapped" from "onbehalf"."vault_entry" where "key_id" != $1 and "seq" > $2 order by "seq" limit $3',
        slots: [{ place: 'key_id' }, { place: 'after' }, { place: 'rows' }],
      },
      rewrap: {
        text: 'update "onbehalf"."vault_entry" set "key_id" = $1, "wrapped" = $2 where "seq" = $3 and "wrapped" = $4 and not exists (select "id" from "onbehalf"."retired_key" where "id" = $5)',
        slots: [
          { place: 'key_id' },
          { place: 'wrapped' },
          { place: 'seq' },
          { place: 'before' },
          { place: 'key_id' },
        ],
      },
      use: {
        text: 'select "key_id", count(*) as "rows" from "onbehalf"."vault_entry" group by "key_id"',
        slots: [],
      },
    },
    secrets: {
      others: {
        text: 'select "seq", "owner", "resource", "kind", "issuer", "version", "key_id", "wrapped" from "onbehalf"."secret" where "key_id" != $1 and "seq" > $2 order by "seq" limit $3',
        slots: [{ place: 'key_id' }, { place: 'after' }, { place: 'rows' }],
      },
      rewrap: {
        text: 'update "onbehalf"."secret" set "key_id" = $1, "wrapped" = $2 where "seq" = $3 and "wrapped" = $4 and not exists (select "id" from "onbehalf"."retired_key" where "id" = $5)',
        slots: [
          { place: 'key_id' },
          { place: 'wrapped' },
          { place: 'seq' },
          { place: 'before' },
          { place: 'key_id' },
        ],
      },
      use: {
        text: 'select "key_id", count(*) as "rows" from "onbehalf"."secret" group by "key_id"',
        slots: [],
      },
    },
    retire: {
      text: 'insert into "onbehalf"."retired_key" ("id") select $1 as "id" where not exists (select "seq" from "onbehalf"."vault_entry" where "key_id" = $2) and not exists (select "seq" from "onbehalf"."secret" where "key_id" = $3) on conflict ("id") do nothing',
      slots: [{ place: 'key_id' }, { place: 'key_id' }, { place: 'key_id' }],
    },
    retiredKey: {
      text: 'select "id" from "onbehalf"."retired_key" where "id" = $1',
      slots: [{ place: 'key_id' }],
    },
  },
  signIns: {
    add: {
      text: 'insert into "onbehalf"."sign_in" ("id", "digest", "owner", "issuer", "subject", "session_id", "device", "started_at", "used_at", "ends_at") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing',
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
      text: 'update "onbehalf"."sign_in" set "used_at" = $1 where "id" = $2',
      slots: [{ place: 'used_at' }, { place: 'id' }],
    },
    remove: { text: 'delete from "onbehalf"."sign_in" where "id" = $1', slots: [{ place: 'id' }] },
    ofDigest: {
      list: {
        text: 'select * from "onbehalf"."sign_in" where ("digest" = $1 and ended_at is null) order by "seq" desc limit 1000',
        slots: [{ place: 'digest' }],
      },
      end: {
        text: 'update "onbehalf"."sign_in" set "ended_at" = $1 where ("digest" = $2 and ended_at is null and ended_at is null)',
        slots: [{ place: 'ended_at' }, { place: 'digest' }],
      },
    },
    ofIds: {
      list: {
        text: 'select * from "onbehalf"."sign_in" where (id in (select value from json_array_elements_text(cast($1 as json)) as one (value)) and ended_at is null) order by "seq" desc limit 1000',
        slots: [{ place: 'ids' }],
      },
      end: {
        text: 'update "onbehalf"."sign_in" set "ended_at" = $1 where (id in (select value from json_array_elements_text(cast($2 as json)) as one (value)) and ended_at is null and ended_at is null)',
        slots: [{ place: 'ended_at' }, { place: 'ids' }],
      },
    },
    ofOwner: {
      list: {
        text: 'select * from "onbehalf"."sign_in" where ("owner" = $1 and ended_at is null) order by "seq" desc limit 1000',
        slots: [{ place: 'owner' }],
      },
      end: {
        text: 'update "onbehalf"."sign_in" set "ended_at" = $1 where ("owner" = $2 and ended_at is null and ended_at is null)',
        slots: [{ place: 'ended_at' }, { place: 'owner' }],
      },
    },
    ofSubject: {
      list: {
        text: 'select * from "onbehalf"."sign_in" where ("issuer" = $1 and "subject" = $2 and ended_at is null) order by "seq" desc limit 1000',
        slots: [{ place: 'issuer' }, { place: 'subject' }],
      },
      end: {
        text: 'update "onbehalf"."sign_in" set "ended_at" = $1 where ("issuer" = $2 and "subject" = $3 and ended_at is null and ended_at is null)',
        slots: [{ place: 'ended_at' }, { place: 'issuer' }, { place: 'subject' }],
      },
    },
    ofSession: {
      list: {
        text: 'select * from "onbehalf"."sign_in" where ("issuer" = $1 and "session_id" = $2 and ended_at is null) order by "seq" desc limit 1000',
        slots: [{ place: 'issuer' }, { place: 'session_id' }],
      },
      end: {
        text: 'update "onbehalf"."sign_in" set "ended_at" = $1 where ("issuer" = $2 and "session_id" = $3 and ended_at is null and ended_at is null)',
        slots: [{ place: 'ended_at' }, { place: 'issuer' }, { place: 'session_id' }],
      },
    },
    all: {
      list: {
        text: 'select * from "onbehalf"."sign_in" where (owner <> \'\' and ended_at is null) order by "seq" desc limit 1000',
        slots: [],
      },
      end: {
        text: 'update "onbehalf"."sign_in" set "ended_at" = $1 where (owner <> \'\' and ended_at is null and ended_at is null)',
        slots: [{ place: 'ended_at' }],
      },
    },
    over: {
      list: {
        text: 'select * from "onbehalf"."sign_in" where (ended_at is not null or ends_at <= $1) order by "seq" desc limit 1000',
        slots: [{ place: 'over_at' }],
      },
      end: {
        text: 'update "onbehalf"."sign_in" set "ended_at" = $1 where ((ended_at is not null or ends_at <= $2) and ended_at is null)',
        slots: [{ place: 'ended_at' }, { place: 'over_at' }],
      },
    },
  },
  marks: {
    add: {
      text: 'insert into "onbehalf"."reflection_mark" ("resource", "since") values ($1, $2) on conflict ("resource") do nothing',
      slots: [{ place: 'resource' }, { place: 'since' }],
    },
    read: {
      text: 'select "resource" from "onbehalf"."reflection_mark" where "resource" = $1',
      slots: [{ place: 'resource' }],
    },
    list: {
      text: 'select "resource", "since" from "onbehalf"."reflection_mark" order by "since", "seq"',
      slots: [],
    },
    remove: {
      text: 'delete from "onbehalf"."reflection_mark" where "resource" = $1',
      slots: [{ place: 'resource' }],
    },
  },
  pins: {
    read: {
      text: 'select "owner", "tool", "fingerprint" from "onbehalf"."tool_pin" where "resource" = $1 and ("owner" = $2 or "owner" = $3)',
      slots: [{ place: 'resource' }, { place: 'owner' }, ''],
    },
    add: {
      text: 'insert into "onbehalf"."tool_pin" ("resource", "tool", "label", "fingerprint", "owner") select cast($1 as text) as "resource", cast($2 as text) as "tool", cast($3 as text) as "label", cast($4 as text) as "fingerprint", cast($5 as text) as "owner" where (select count(*) as "count" from "onbehalf"."tool_pin" where "resource" = $6 and "owner" = $7) < 1024 on conflict do nothing',
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
      text: 'insert into "onbehalf"."tool_change" ("resource", "tool", "label", "fingerprint", "since") select cast($1 as text) as "resource", cast($2 as text) as "tool", cast($3 as text) as "label", cast($4 as text) as "fingerprint", cast($5 as double precision) as "since" where (select count(*) as "count" from "onbehalf"."tool_change" where "resource" = $6) < 256 on conflict do nothing',
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
      text: 'select "resource", count(distinct "owner") as "owners", count(distinct "tool") as "tools" from "onbehalf"."tool_pin" where "owner" <> $1 group by "resource" order by "resource"',
      slots: [''],
    },
    changes: {
      text: 'select "resource", "tool", "label", "fingerprint", "since" from "onbehalf"."tool_change" order by "since", "seq"',
      slots: [],
    },
    dropApproval: {
      text: 'delete from "onbehalf"."tool_pin" where "resource" = $1 and "owner" = $2 and (tool = cast($3 as text) or (label <> \'\' and label = cast($4 as text)))',
      slots: [{ place: 'resource' }, '', { place: 'tool' }, { place: 'tool' }],
    },
    approve: {
      text: 'insert into "onbehalf"."tool_pin" ("resource", "tool", "label", "fingerprint", "owner") select "resource", "tool", "label", "fingerprint", \'\' as "owner" from "onbehalf"."tool_change" where "resource" = $1 and (tool = cast($2 as text) or (label <> \'\' and label = cast($3 as text))) and "fingerprint" = $4',
      slots: [
        { place: 'resource' },
        { place: 'tool' },
        { place: 'tool' },
        { place: 'fingerprint' },
      ],
    },
    dropPins: {
      text: 'delete from "onbehalf"."tool_pin" where "resource" = $1',
      slots: [{ place: 'resource' }],
    },
    dropChanges: {
      text: 'delete from "onbehalf"."tool_change" where "resource" = $1',
      slots: [{ place: 'resource' }],
    },
    dropPinsOfTool: {
      text: 'delete from "onbehalf"."tool_pin" where "resource" = $1 and (tool = cast($2 as text) or (label <> \'\' and label = cast($3 as text)))',
      slots: [{ place: 'resource' }, { place: 'tool' }, { place: 'tool' }],
    },
    dropChangesOfTool: {
      text: 'delete from "onbehalf"."tool_change" where "resource" = $1 and (tool = cast($2 as text) or (label <> \'\' and label = cast($3 as text)))',
      slots: [{ place: 'resource' }, { place: 'tool' }, { place: 'tool' }],
    },
  },
  consents: {
    add: {
      text: 'insert into "onbehalf"."consent" ("id", "owner", "job", "servers", "scopes", "given_at", "ends_at", "revoked_at") values ($1, $2, $3, $4, $5, $6, $7, $8)',
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
      text: 'update "onbehalf"."consent" set "revoked_at" = $1 where "owner" = $2 and "revoked_at" is null and "job" = $3',
      slots: [{ place: 'revoked_at' }, { place: 'owner' }, { place: 'job' }],
    },
    list: {
      text: 'select "id", "owner", "job", "servers", "scopes", "given_at", "ends_at", "revoked_at" from "onbehalf"."consent" where "owner" = $1 order by "seq" desc limit 1000',
      slots: [{ place: 'owner' }],
    },
    revoke: {
      text: 'update "onbehalf"."consent" set "revoked_at" = $1 where "owner" = $2 and "revoked_at" is null and "id" = $3',
      slots: [{ place: 'revoked_at' }, { place: 'owner' }, { place: 'id' }],
    },
  },
  counts: {
    take: {
      text: 'insert into "onbehalf"."call_count" ("key", "since", "used") values ($1, $2, $3) on conflict ("key") do update set "used" = case when call_count.since < excluded.since then 1 else call_count.used + 1 end, "since" = case when call_count.since < excluded.since then excluded.since else call_count.since end where (call_count.since < excluded.since or call_count.used < $4)',
      slots: [{ place: 'key' }, { place: 'since' }, 1, { place: 'most' }],
    },
  },
  approvals: {
    find: {
      text: 'select "id", "state" from "onbehalf"."call_approval" where "key" = $1 and "state" <> $2 and ends_at > $3',
      slots: [{ place: 'key' }, 'used', { place: 'now' }],
    },
    ask: {
      text: 'insert into "onbehalf"."call_approval" ("key", "id", "owner", "server", "tool", "arguments", "state", "asked_at", "ends_at") values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict ("key") do update set "id" = excluded.id, "state" = $10, "asked_at" = excluded.asked_at, "ends_at" = excluded.ends_at where (call_approval.state = \'used\' or call_approval.ends_at <= excluded.asked_at)',
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
      text: 'update "onbehalf"."call_approval" set "state" = $1 where "id" = $2 and "state" = $3 and ends_at > $4',
      slots: ['used', { place: 'id' }, 'approved', { place: 'now' }],
    },
    waiting: {
      text: 'select * from "onbehalf"."call_approval" where "owner" = $1 and "state" = $2 and ends_at > $3 order by "asked_at" desc limit 50',
      slots: [{ place: 'owner' }, 'waiting', { place: 'now' }],
    },
    decide: {
      text: 'update "onbehalf"."call_approval" set "state" = $1, "ends_at" = $2 where "id" = $3 and "owner" = $4 and "state" = $5 and ends_at > $6',
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
      text: 'delete from "onbehalf"."call_approval" where "ends_at" < $1',
      slots: [{ place: 'before' }],
    },
  },
  audit: {
    add: {
      text: 'insert into "onbehalf"."audit_event" (time, event) select cast(one.value->>0 as double precision), one.value->>1 from json_array_elements(cast($1 as json)) with ordinality as one (value, number) order by one.number',
      slots: [{ place: 'events' }],
    },
  },
  lockSealed: {
    text: 'lock table "onbehalf"."vault_entry", "onbehalf"."secret" in share row exclusive mode',
    slots: [],
  },
  lockThread: {
    text: 'select "id" from "onbehalf"."thread" where "id" = $1 and "owner" = $2 for update',
    slots: [{ place: 'thread' }, { place: 'owner' }],
  },
  lockOwner: {
    text: 'select pg_advisory_xact_lock(hashtextextended($1, 0)) as "locked"',
    slots: [{ place: 'owner' }],
  },
  lockOwnerUnhurried: {
    text: 'select pg_advisory_xact_lock(hashtextextended($1, 0)) as "locked", set_config(\'synchronous_commit\', \'off\', true) as "unhurried"',
    slots: [{ place: 'owner' }],
  },
}
