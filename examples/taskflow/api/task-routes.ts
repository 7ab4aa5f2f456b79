// The routes of the tasks themselves. Each parses its input, asks the store and makes the answer.

import type { Hono } from 'hono'
import type { Admit, RouteEnv } from './admission.ts'
import { type Answers, answer } from './answer.ts'
import { readJson } from './body.ts'
import { type Parsed, parseNewTask, parseTaskChange, parseTaskId, parseTaskQuery } from './input.ts'
import { problem } from './problem.ts'
import type { TaskStore } from './task-store.ts'

/** What the task routes work with. */
export interface TaskRoutesOptions {
  readonly admit: Admit
  readonly store: TaskStore
  /** The API's resource, ending in `/api`. The location of a new task begins with it. */
  readonly resource: string
}

/** Adds the routes under `/tasks`. */
export function addTaskRoutes(
  app: Hono<RouteEnv>,
  { admit, store, resource }: TaskRoutesOptions,
): void {
  const read = admit(['tasks:read'])
  const write = admit(['tasks:write'])

  app.get('/tasks', read, async (context) => {
    const query = parseTaskQuery(new URL(context.req.url).searchParams)
    if (!query.ok) return problem('query_invalid', query)
    const { limit, offset } = query.value
    const { tasks, total } = await store.list(context.var.admitted.principal, query.value)
    return answer<Answers['tasks']>({ tasks, total, limit, offset })
  })

  app.post('/tasks', write, async (context) => {
    const fields = await parseBody(context.req.raw, parseNewTask)
    if (!fields.ok) return fields.response
    const task = await store.create(context.var.admitted, fields.value)
    const headers = { location: `${resource}/tasks/${task.id}` }
    return answer<Answers['task']>({ task }, { status: 201, headers })
  })

  app.get('/tasks/:id', read, async (context) => {
    const id = parseTaskId(context.req.param('id'))
    const task = id === undefined ? undefined : await store.get(context.var.admitted.principal, id)
    return task ? answer<Answers['task']>({ task }) : problem('task_unknown')
  })

  app.patch('/tasks/:id', write, async (context) => {
    const change = await parseBody(context.req.raw, parseTaskChange)
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
}

/** Reads and parses a body, or makes the problem answer that says what is wrong with it. */
async function parseBody<T>(
  request: Request,
  parse: (body: unknown) => Parsed<T>,
): Promise<
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly response: Response }
> {
  const body = await readJson(request)
  if (!body.ok) return { ok: false, response: problem(body.code) }
  const parsed = parse(body.value)
  if (parsed.ok) return parsed
  return { ok: false, response: problem('fields_invalid', { errors: parsed.errors }) }
}
