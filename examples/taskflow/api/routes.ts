// The routes of the API under the path of its resource. They know no rule about tasks.

import { Hono } from 'hono'
import { cors } from 'hono/cors'
import type { Kysely } from 'kysely'
import type { Door } from 'onbehalf'
import { type Admit, createAdmit, type RouteEnv } from './admission.ts'
import { type Answers, answer } from './answer.ts'
import { listEntries } from './audit-trail.ts'
import type { Tables } from './database.ts'
import { parseAuditQuery } from './input.ts'
import { problem } from './problem.ts'
import { addTaskRoutes } from './task-routes.ts'
import type { TaskStore } from './task-store.ts'

/** What the routes work with. */
export interface RoutesOptions {
  readonly door: Door
  readonly db: Kysely<Tables>
  readonly store: TaskStore
  /** The origins whose pages may read the answers (CORS). */
  readonly allowedOrigins: readonly string[]
  /** Gets every error that is answered with 500. */
  readonly onError: (error: unknown) => void
}

/**
 * Makes the routes. A star marks a query parameter that may be repeated.
 *
 * | Route | Scope | What it takes and answers |
 * | --- | --- | --- |
 * | `GET /tasks` | `tasks:read` | `status`*, `tag`*, `search`, `project` filter the tasks |
 * | | | `sort`, `order`, `limit`, `offset` choose their order and page |
 * | `POST /tasks` | `tasks:write` | answers 201 with the new task and its `Location` |
 * | `GET /tasks/{id}` | `tasks:read` | answers one task |
 * | `PATCH /tasks/{id}` | `tasks:write` | takes any fields; 409 for a forbidden change of status |
 * | `DELETE /tasks/{id}` | `tasks:write` | answers the task that it deleted |
 * | `GET /projects` | `tasks:read` | answers the projects that tasks name |
 * | `GET /audit` | `tasks:read` | answers the newest entries; `before` and `limit` page |
 */
export function createRoutes({
  door,
  db,
  store,
  allowedOrigins,
  onError,
}: RoutesOptions): Hono<RouteEnv> {
  const app = new Hono<RouteEnv>().basePath(new URL(door.resource).pathname.replace(/\/$/, ''))
  const admit = createAdmit(door)
  app.use(allowPages(allowedOrigins))
  addTaskRoutes(app, { admit, store, resource: door.resource })
  addOverviewRoutes(app, admit, { db, store })
  refuseOthers(app, admit)
  app.onError((error) => {
    onError(error)
    return problem('failed')
  })
  return app
}

function allowPages(origins: readonly string[]) {
  return cors({
    origin: [...origins],
    allowMethods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowHeaders: ['authorization', 'content-type', 'traceparent'],
    exposeHeaders: ['location', 'www-authenticate'],
    maxAge: 600,
  })
}

function addOverviewRoutes(
  app: Hono<RouteEnv>,
  admit: Admit,
  { db, store }: Pick<RoutesOptions, 'db' | 'store'>,
): void {
  const read = admit(['tasks:read'])

  app.get('/projects', read, async (context) => {
    const projects = await store.projects(context.var.admitted.principal)
    return answer<Answers['projects']>({ projects })
  })

  app.get('/audit', read, async (context) => {
    const query = parseAuditQuery(new URL(context.req.url).searchParams)
    if (!query.ok) return problem('query_invalid', query)
    const page = await listEntries(db, context.var.admitted.principal, query.value)
    return answer<Answers['entries']>(page)
  })
}

/** Refuses all else after admission, so that a stranger does not learn which addresses exist. */
function refuseOthers(app: Hono<RouteEnv>, admit: Admit): void {
  const anyone = admit([])
  const refuseMethod = (allow: string) => () => problem('method_refused', {}, { allow })
  app.all('/tasks', anyone, refuseMethod('GET, HEAD, POST'))
  app.all('/tasks/:id', anyone, refuseMethod('GET, HEAD, PATCH, DELETE'))
  app.all('/projects', anyone, refuseMethod('GET, HEAD'))
  app.all('/audit', anyone, refuseMethod('GET, HEAD'))
  app.all('*', anyone, () => problem('path_unknown'))
  app.notFound(() => problem('path_unknown'))
}
