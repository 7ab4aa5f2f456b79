// An MCP server with task tools, in memory, for one person at a time. The SDK is real; there is no
// socket. It is not TaskFlow.

import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

export interface StoredTask {
  id: number
  title: string
  description: string
  status: string
  priority: string
  due_date: string | null
  tags: string[]
  project: string | null
  assignee: string | null
  progress: number
}

export interface TaskServerOptions {
  readonly prefix?: string
  /** Puts all parameters into one object named `params`. */
  readonly nested?: boolean
  readonly tasks?: readonly Partial<StoredTask>[]
  readonly legacy?: 'stateless' | 'reject'
  readonly only?: readonly string[]
}

/** What the tools are called with, after the SDK has validated it. */
interface Args {
  readonly task_id?: number
  readonly status?: string | readonly string[]
  readonly search?: string
  readonly tags?: readonly string[]
  readonly progress?: number
  readonly assignee?: string
  readonly limit?: number
}

/** What the server received. */
export interface Received {
  readonly method: string
  readonly tool?: string
  readonly authorization: string | null
}

export interface TaskServer {
  readonly tasks: StoredTask[]
  readonly received: Received[]
  readonly fetch: (request: Request) => Promise<Response>
  /** As a caller's `fetch` for this server. */
  readonly asFetch: typeof globalThis.fetch
}

const STATUS = z.enum(['pending', 'in_progress', 'review', 'completed', 'blocked'])
const PRIORITY = z.enum(['low', 'medium', 'high', 'urgent'])
const fields = {
  description: z.string().optional(),
  priority: PRIORITY.optional(),
  due_date: z.iso.date().nullish(),
  tags: z.array(z.string()).optional(),
  project: z.string().nullish(),
  assignee: z.string().nullish(),
}
const id = { task_id: z.int() }

export function taskServer(options: TaskServerOptions = {}): TaskServer {
  const { prefix = 'taskflow_', nested = false, legacy = 'stateless', only } = options
  const tasks: StoredTask[] = []
  const received: Received[] = []
  for (const task of options.tasks ?? []) tasks.push({ ...blank(tasks.length + 1), ...task })

  function create(): McpServer {
    const server = new McpServer({ name: 'tasks', version: '1.0.0' })
    const tool = (name: string, shape: z.ZodRawShape, run: (args: Args) => object | string) => {
      if (only && !only.includes(name)) return
      const inputSchema: z.ZodObject = nested
        ? z.object({ params: z.object(shape) })
        : z.object(shape)
      const annotations = {
        destructiveHint: name === 'delete_task',
        readOnlyHint: name.startsWith('list_'),
      }
      const facts = {
        description: `Does ${name}.`,
        inputSchema,
        annotations,
        ...(name === 'delete_task' ? { title: 'Delete a task' } : {}),
      }
      server.registerTool(prefix + name, facts, (given: Record<string, unknown>) => {
        const result = run((nested ? given.params : given) as Args)
        if (typeof result === 'string')
          return { content: [{ type: 'text', text: result }], isError: true }
        return {
          content: [{ type: 'text', text: JSON.stringify(result) }],
          structuredContent: { ...result },
        }
      })
    }
    const find = (args: Args) => tasks.find((one) => one.id === args.task_id)
    const changing = (args: Args, change: Partial<StoredTask>) => {
      const task = find(args)
      return task ? { task: Object.assign(task, change) } : `There is no task ${args.task_id}.`
    }
    tool('add_task', { title: z.string(), ...fields }, (args) => {
      const task = {
        ...blank(Math.max(0, ...tasks.map((one) => one.id)) + 1),
        ...(args as Partial<StoredTask>),
      }
      tasks.push(task)
      return { task }
    })
    const filter = {
      status: z.array(STATUS).optional(),
      search: z.string().optional(),
      tags: z.array(z.string()).optional(),
    }
    tool(
      'list_tasks',
      { ...filter, limit: z.int().max(100).optional() },
      ({ status, search, tags, limit = 50 }) => {
        const found = tasks.filter(
          (task) =>
            (!status || status.includes(task.status)) &&
            (!search ||
              `${task.title} ${task.description}`.toLowerCase().includes(search.toLowerCase())) &&
            (!tags || tags.every((tag) => task.tags.includes(tag))),
        )
        return { tasks: found.slice(0, limit), total: found.length }
      },
    )
    tool('start_task', id, (args) => changing(args, { status: 'in_progress' }))
    tool('complete_task', id, (args) =>
      find(args)?.status === 'blocked'
        ? 'A blocked task cannot be completed.'
        : changing(args, { status: 'completed', progress: 100 }),
    )
    tool(
      'update_task',
      { ...id, title: z.string().optional(), status: STATUS.optional(), ...fields },
      (args) => {
        const { task_id: _, ...changes } = args
        return changing(args, changes as Partial<StoredTask>)
      },
    )
    tool('update_progress', { ...id, progress: z.int().min(0).max(100) }, (args) =>
      changing(args, { progress: args.progress ?? 0 }),
    )
    tool('request_review', id, (args) => changing(args, { status: 'review' }))
    tool('assign_task', { ...id, assignee: z.string() }, (args) =>
      changing(args, { assignee: args.assignee ?? null }),
    )
    tool('delete_task', id, (args) => {
      const task = find(args)
      return task
        ? { task: tasks.splice(tasks.indexOf(task), 1)[0] }
        : `There is no task ${args.task_id}.`
    })
    tool('list_projects', {}, () => ({
      projects: [...new Set(tasks.map((task) => task.project))].filter((name) => name !== null),
    }))
    return server
  }

  const handler = createMcpHandler(create, { legacy })
  const fetch = async (request: Request): Promise<Response> => {
    const body = request.method === 'POST' ? JSON.parse(await request.clone().text()) : {}
    received.push({
      method: body.method ?? request.method,
      ...(body.params?.name ? { tool: body.params.name } : {}),
      authorization: request.headers.get('authorization'),
    })
    return handler.fetch(request)
  }
  return { tasks, received, fetch, asFetch: (input, init) => fetch(new Request(input, init)) }
}

function blank(id: number): StoredTask {
  return {
    id,
    title: '',
    description: '',
    status: 'pending',
    priority: 'medium',
    due_date: null,
    tags: [],
    project: null,
    assignee: null,
    progress: 0,
  }
}
