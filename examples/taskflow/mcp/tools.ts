// The ten task tools of TaskFlow's MCP server: the name, the arguments and the API request of each.

import type { TaskTool } from './define-tool.ts'
import { inputs, outputs } from './schemas.ts'

/** The scopes that each tool needs. The server kit checks them. */
export const taskToolScopes: Readonly<Record<string, readonly string[]>> = {
  taskflow_list_tasks: ['tasks:read'],
  taskflow_list_projects: ['tasks:read'],
  taskflow_add_task: ['tasks:write'],
  taskflow_update_task: ['tasks:write'],
  taskflow_start_task: ['tasks:write'],
  taskflow_update_progress: ['tasks:write'],
  taskflow_request_review: ['tasks:write'],
  taskflow_complete_task: ['tasks:write'],
  taskflow_delete_task: ['tasks:write'],
  taskflow_assign_task: ['tasks:write'],
}

/** Registers one tool on a server. */
export type DefineTaskTool = <Args, Answer extends Record<string, unknown>>(
  name: string,
  tool: TaskTool<Args, Answer>,
) => void

/** Defines the ten tools. `define` registers each on a server of its kind. */
export function registerTaskTools(define: DefineTaskTool): void {
  const change = (task_id: number, body: object) =>
    ({ method: 'PATCH', path: ['tasks', task_id], body }) as const

  define('taskflow_add_task', {
    title: 'Add a task',
    description: "Adds a task to the person's list. It begins as pending and gets the next number.",
    input: inputs.add,
    output: outputs.task,
    effect: 'add',
    request: (body) => ({ method: 'POST', path: ['tasks'], body }),
  })
  define('taskflow_list_tasks', {
    title: 'List tasks',
    description: "Lists the person's tasks, all of them or those that match every filter given.",
    input: inputs.list,
    output: outputs.tasks,
    effect: 'read',
    request: ({ tags, ...query }) => ({
      method: 'GET',
      path: ['tasks'],
      query: { ...query, tag: tags },
    }),
  })
  define('taskflow_update_task', {
    title: 'Change a task',
    description: 'Changes the given fields of a task and leaves the others as they are.',
    input: inputs.update,
    output: outputs.task,
    effect: 'set',
    request: ({ task_id, ...fields }) => change(task_id, fields),
  })
  define('taskflow_start_task', {
    title: 'Start a task',
    description:
      'Sets a task to in progress. It also takes up a blocked task again, sends one back from review, and reopens a completed one.',
    input: inputs.task,
    output: outputs.task,
    effect: 'set',
    request: ({ task_id }) => change(task_id, { status: 'in_progress' }),
  })
  define('taskflow_update_progress', {
    title: 'Update progress',
    description:
      'Sets how many percent of a task are done. The status stays: to complete a task, complete it.',
    input: inputs.progress,
    output: outputs.task,
    effect: 'set',
    request: ({ task_id, progress }) => change(task_id, { progress }),
  })
  define('taskflow_request_review', {
    title: 'Request a review',
    description: 'Sends a started task to review.',
    input: inputs.task,
    output: outputs.task,
    effect: 'set',
    request: ({ task_id }) => change(task_id, { status: 'review' }),
  })
  define('taskflow_complete_task', {
    title: 'Complete a task',
    description: 'Marks a task as completed. A blocked task must be started first.',
    input: inputs.task,
    output: outputs.task,
    effect: 'set',
    request: ({ task_id }) => change(task_id, { status: 'completed' }),
  })
  define('taskflow_delete_task', {
    title: 'Delete a task',
    description: 'Deletes a task for good and shows what it was. Ask the person before.',
    input: inputs.task,
    output: outputs.task,
    effect: 'remove',
    request: ({ task_id }) => ({ method: 'DELETE', path: ['tasks', task_id] }),
  })
  define('taskflow_assign_task', {
    title: 'Assign a task',
    description: 'Names who is to do a task. It stays on the list of the person who added it.',
    input: inputs.assign,
    output: outputs.task,
    effect: 'set',
    request: ({ task_id, assignee }) => change(task_id, { assignee }),
  })
  define('taskflow_list_projects', {
    title: 'List projects',
    description: 'Lists the projects that tasks belong to, with how many tasks each has.',
    input: inputs.none,
    output: outputs.projects,
    effect: 'read',
    request: () => ({ method: 'GET', path: ['projects'] }),
  })
}
