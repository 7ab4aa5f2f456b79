// The routes of the API under its resource's path: door, parser, store, answer. No rule about tasks.

import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { Kysely } from 'kysely'
import type { Admitted, Door } from 'onbehalf'
import { type AuditEntry, listEntries } from './audit-trail.ts'
import { type Body, readJson } from './body.ts'
import type { Tables } from './database.ts'
import {
  type Parsed,
  parseAuditQuery,
  parseNewTask,
  parseTaskChange,
  parseTaskId,
  parseTaskQuery,
} from './input.ts'
import { problem } from './problem.ts'
import type { Task } from './task.ts'
import type { Project, TaskStore } from './task-store.ts'

/** What the routes work with. */
export interface RoutesOptions {
  readonly door: Door
  readonly db: Kysely<Tables>
  readonly store: TaskStore
  readonly allowedOrigins: readonly string[]
  readonly onError: (error: unknown) => void
}

/** Bodies of the answers that are not problems. */
interface Answers {
  readonly tasks: {
    readonly tasks: readonly Task[]
    readonly total: number
    readonly limit: number
    readonly offset: number
  }
  readonly task: { readonly task: Task }
  readonly projects: { readonly projects: readonly Project[] }
  readonly entries: { readonly entries: readonly AuditEntry[]; readonly next_before: number | null }
}

type Env = { Variables: { admitted: Admitted } }

/**
 * | Route | Scope | |
 * | --- | --- | --- |
 * | `GET /tasks` | `tasks:read` | `status`*, `tag`*, `search`, `project`, `sort`, `order`, `limit`, `offset` (* repeatable) |
 * | `POST /tasks` | `tasks:write` | 201 and `Location` |
 * | `GET /tasks/{id}` | `tasks:read` | |
 * | `PATCH /tasks/{id}` | `tasks:write` | any fields, `status` among them: 409 where the transition is not allowed |
 * | `DELETE /tasks/{id}` | `tasks:write` | the task that was there |
 * | `GET /projects` | `tasks:read` | the projects that tasks name |
 * | `GET /audit` | `tasks:read` | the newest first; `before`, `limit` |
 */
export function createRoutes({
  door,
  db,
  store,
  allowedOrigins,
  onError,
}: RoutesOptions): Hono<Env> {
  const app = new Hono<Env>().basePath(new URL(door.resource).pathname.replace(/\/$/, ''))

  const admit =
    (scopes: readonly string[]): MiddlewareHandler<Env> =>
    async (context, next) => {
      const admission = await door.admit(context.req.raw, {
        scopes,
        operation: `${context.req.method} ${context.req.routePath}`,
      })
      if (!admission.ok) return admission.response
      context.set('admitted', admission.value)
      return next()
    }
  const read = admit(['tasks:read'])
  const write = admit(['tasks:write'])

  app.use(
    cors({
      origin: [...allowedOrigins],
      allowMethods: ['GET', 'POST', 'PATCH', 'DELETE'],
      allowHeaders: ['authorization', 'content-type', 'traceparent'],
      exposeHeaders: ['location', 'www-authenticate'],
      maxAge: 600,
    }),
  )

  app.get('/tasks', read, async (context) => {
    const query = parseTaskQuery(new URL(context.req.url).searchParams)
    if (!query.ok) return problem('query_invalid', query)
    const { tasks, total } = await store.list(context.var.admitted.principal, query.value)
    return answer<Answers['tasks']>({
      tasks,
      total,
      limit: query.value.limit,
      offset: query.value.offset,
    })
  })

  app.post('/tasks', write, async (context) => {
    const fields = await parsedBody(context, parseNewTask)
    if (!fields.ok) return fields.response
    const task = await store.create(context.var.admitted, fields.value)
    return answer<Answers['task']>(
      { task },
      { status: 201, headers: { location: `${door.resource}/tasks/${task.id}` } },
    )
  })

  app.get('/tasks/:id', read, async (context) => {
    const id = parseTaskId(context.req.param('id'))
    const task = id === undefined ? undefined : await store.get(context.var.admitted.principal, id)
    return task ? answer<Answers['task']>({ task }) : problem('task_unknown')
  })

  app.patch('/tasks/:id', write, async (context) => {
    const change = await parsedBody(context, parseTaskChange)
    if (!change.ok) return change.response
    const id = parseTaskId(context.req.param('id'))
    const changed =
      id === undefined ? undefined : await store.change(context.var.admitted, id, change.value)
    if (!changed) return problem('task_unknown')
    if (changed.ok) return answer<Answers['task']>({ task: changed.task })
    const { ok: _, code, ...details } = changed
    return problem(code, details)
  })

  app.delete('/tasks/:id', write, async (context) => {
    const id = parseTaskId(context.req.param('id'))
    const task = id === undefined ? undefined : await store.remove(context.var.admitted, id)
    return task ? answer<Answers['task']>({ task }) : problem('task_unknown')
  })

  app.get('/projects', read, async (context) =>
    answer<Answers['projects']>({ projects: await store.projects(context.var.admitted.principal) }),
  )

  app.get('/audit', read, async (context) => {
    const query = parseAuditQuery(new URL(context.req.url).searchParams)
    if (!query.ok) return problem('query_invalid', query)
    return answer<Answers['entries']>(
      await listEntries(db, context.var.admitted.principal, query.value),
    )
  })

  // Whoever is not admitted learns nothing about which addresses there are.
  const anyone = admit([])
  app.all('/tasks', anyone, () => problem('method_refused', {}, { allow: 'GET, HEAD, POST' }))
  app.all('/tasks/:id', anyone, () =>
    problem('method_refused', {}, { allow: 'GET, HEAD, PATCH, DELETE' }),
  )
  app.all('/projects', anyone, () => problem('method_refused', {}, { allow: 'GET, HEAD' }))
  app.all('/audit', anyone, () => problem('method_refused', {}, { allow: 'GET, HEAD' }))
  app.all('*', anyone, () => problem('path_unknown'))
  app.notFound(() => problem('path_unknown'))
  app.onError((error) => {
    onError(error)
    return problem('failed')
  })
  return app
}

/** A person's data is never kept by a cache. */
function answer<T>(body: T, init: ResponseInit = {}): Response {
  return Response.json(body, {
    ...init,
    headers: { ...init.headers, 'cache-control': 'no-store', vary: 'Authorization' },
  })
}

async function parsedBody<T>(
  context: Context<Env>,
  parse: (body: unknown) => Parsed<T>,
): Promise<
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly response: Response }
> {
  const body: Body = await readJson(context.req.raw)
  if (!body.ok) return { ok: false, response: problem(body.code) }
  const parsed = parse(body.value)
  return parsed.ok
    ? parsed
    : { ok: false, response: problem('fields_invalid', { errors: parsed.errors }) }
}
