// Stores the tasks of all people in one database. A task can be reached only through its owner. It
// knows nothing of HTTP and scopes.

import { type Kysely, type SelectQueryBuilder, sql, type Transaction } from 'kysely'
import { type Principal, principalKey } from 'onbehalf'
import { type Author, writeEntry } from './audit-trail.ts'
import { applyChange, type Changed, type TaskChange } from './change.ts'
import type { Tables } from './database.ts'
import type { TaskQuery } from './input.ts'
import type { Sort, Task, TaskFields } from './task.ts'
import { fold, rowOf, taskOf } from './task-row.ts'

/** A project: a name that tasks share. It exists as long as one task names it. */
export interface Project {
  readonly name: string
  readonly tasks: number
  /** Tasks that are not completed. */
  readonly open: number
}

/** Undefined means that this person has no such task. Another person may have it. */
export interface TaskStore {
  create(author: Author, fields: TaskFields): Promise<Task>
  get(principal: Principal, id: number): Promise<Task | undefined>
  list(
    principal: Principal,
    query: TaskQuery,
  ): Promise<{ readonly tasks: readonly Task[]; readonly total: number }>
  change(author: Author, id: number, change: TaskChange): Promise<Changed | undefined>
  /** Removes a task and gives it back. */
  remove(author: Author, id: number): Promise<Task | undefined>
  projects(principal: Principal): Promise<readonly Project[]>
}

/** Makes the store. A promise is fulfilled when the change is on the disk. */
export function createTaskStore(db: Kysely<Tables>, now: () => number): TaskStore {
  const at = () => new Date(now()).toISOString()

  return {
    create: ({ principal, trace }, fields) =>
      db.transaction().execute(async (trx) => {
        const time = at()
        const id = await nextId(trx, principalKey(principal))
        const task: Task = {
          id,
          ...fields,
          status: 'pending',
          progress: 0,
          created_at: time,
          updated_at: time,
        }
        await trx
          .insertInto('tasks')
          .values(rowOf(principalKey(principal), task))
          .execute()
        await writeEntry(trx, { principal, trace }, time, {
          action: 'task.created',
          task_id: id,
          fields: Object.keys(fields),
        })
        return task
      }),

    get: (principal, id) => find(db, principal, id),

    list: (principal, query) =>
      db.transaction().execute(async (trx) => {
        const matching = filterTasks(trx.selectFrom('tasks'), principal, query)
        const { total } = await matching
          .select((row) => row.fn.countAll<number>().as('total'))
          .executeTakeFirstOrThrow()
        const rows = await orderTasks(matching, query)
          .selectAll()
          .limit(query.limit)
          .offset(query.offset)
          .execute()
        return { tasks: rows.map(taskOf), total }
      }),

    change: (author, id, change) =>
      db.transaction().execute(async (trx) => {
        const task = await find(trx, author.principal, id)
        if (!task) return undefined
        const time = at()
        const changed = applyChange(task, change, time)
        if (!changed.ok || changed.fields.length === 0) return changed
        const { owner, id: _, ...row } = rowOf(principalKey(author.principal), changed.task)
        await trx
          .updateTable('tasks')
          .set(row)
          .where('owner', '=', owner)
          .where('id', '=', id)
          .execute()
        await writeEntry(trx, author, time, {
          action: 'task.updated',
          task_id: id,
          fields: changed.fields,
          ...(changed.task.status === task.status
            ? {}
            : { status_from: task.status, status_to: changed.task.status }),
        })
        return changed
      }),

    remove: (author, id) =>
      db.transaction().execute(async (trx) => {
        const row = await trx
          .deleteFrom('tasks')
          .where('owner', '=', principalKey(author.principal))
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst()
        if (!row) return undefined
        await writeEntry(trx, author, at(), { action: 'task.deleted', task_id: id, fields: [] })
        return taskOf(row)
      }),

    projects: (principal) =>
      db
        .selectFrom('tasks')
        .where('owner', '=', principalKey(principal))
        .where('project_key', 'is not', null)
        .groupBy('project_key')
        .orderBy('project_key')
        .select((row) => [
          row.fn.min<string>('project').as('name'),
          row.fn.countAll<number>().as('tasks'),
          row.fn.countAll<number>().filterWhere('status', '!=', 'completed').as('open'),
        ])
        .execute(),
  }
}

async function find(
  db: Kysely<Tables>,
  principal: Principal,
  id: number,
): Promise<Task | undefined> {
  const row = await db
    .selectFrom('tasks')
    .selectAll()
    .where('owner', '=', principalKey(principal))
    .where('id', '=', id)
    .executeTakeFirst()
  return row && taskOf(row)
}

/**
 * Gives the next task number of a person. The counter is apart from the tasks, so that the number
 * of a deleted task is never used again.
 */
async function nextId(trx: Transaction<Tables>, owner: string): Promise<number> {
  const { last_task } = await trx
    .insertInto('counters')
    .values({ owner, last_task: 1, last_entry: 0 })
    .onConflict((conflict) =>
      conflict
        .column('owner')
        .doUpdateSet((row) => ({ last_task: row('counters.last_task', '+', 1) })),
    )
    .returning('last_task')
    .executeTakeFirstOrThrow()
  return last_task
}

type Selection = SelectQueryBuilder<Tables, 'tasks', object>

function filterTasks(all: Selection, principal: Principal, query: TaskQuery): Selection {
  let some = all.where('owner', '=', principalKey(principal))
  if (query.status.length > 0) some = some.where('status', 'in', query.status)
  if (query.project !== undefined) some = some.where('project_key', '=', fold(query.project))
  for (const word of fold(query.search).split(/\s+/)) {
    if (word !== '') some = some.where(sql<boolean>`instr(search_key, ${word}) > 0`)
  }
  for (const tag of query.tag)
    some = some.where(sql<boolean>`exists (select 1 from json_each(tags) where value = ${tag})`)
  return some
}

/**
 * Tasks without a due date come last in both orders. Equal tasks are in the order of their numbers.
 */
function orderTasks(some: Selection, { sort, order }: TaskQuery): Selection {
  const sorted = sort === 'due_date' ? some.orderBy(sql`due_date is null`) : some
  return sorted.orderBy(COLUMN[sort], order).orderBy('id')
}

const COLUMN = {
  created: 'id',
  updated: 'updated_at',
  due_date: 'due_date',
  priority: 'priority',
  title: 'title_key',
} as const satisfies Record<Sort, string>
