// The arguments and results of the task tools as the model sees them. They are flat and have no
// transforms, so that the JSON Schemas are complete.

import { z } from 'zod'
import { LIMITS, PRIORITIES, SORTS, STATUSES } from '../api/task.ts'

const task_id = z.int().min(1).describe("The task's number, as the list shows it.")
const title = z.string().min(1).max(LIMITS.title)
const description = z.string().max(LIMITS.description)
const tags = z.array(z.string().min(1).max(LIMITS.tag)).max(LIMITS.tags)
const name = z.string().min(1).max(LIMITS.name)
// Only the form of a date. The API checks whether the day exists.
const due_date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)

/**
 * The arguments. Unknown ones are refused: a `user_id` that the model invented must not look as if
 * it had an effect.
 */
export const inputs = {
  add: z.strictObject({
    title: title.describe('What is to be done, in a few words.'),
    description: description.optional().describe('Details, if any.'),
    priority: z.enum(PRIORITIES).optional().describe('Default: medium.'),
    due_date: due_date.optional().describe('The day by which it is due, as YYYY-MM-DD.'),
    tags: tags.optional().describe('Labels for finding it again.'),
    project: name
      .optional()
      .describe('The project that it belongs to; a new name begins a new project.'),
    assignee: name.optional().describe('Who is to do it.'),
  }),
  list: z.strictObject({
    status: z.enum(STATUSES).optional().describe('Only tasks with this status.'),
    search: z
      .string()
      .max(LIMITS.search)
      .optional()
      .describe('Only tasks in which all these words occur, in any case.'),
    tags: tags.optional().describe('Only tasks that have all these tags.'),
    project: name.optional().describe('Only tasks of this project.'),
    sort: z.enum(SORTS).optional().describe('Default: created.'),
    order: z
      .enum(['asc', 'desc'])
      .optional()
      .describe('Default: the most urgent and the latest updated first, all else ascending.'),
    limit: z.int().min(1).max(50).optional().describe('How many tasks at most. Default: 50.'),
    offset: z
      .int()
      .min(0)
      .max(999_999)
      .optional()
      .describe('How many tasks to pass over, to see those after the first page.'),
  }),
  update: z.strictObject({
    task_id,
    title: title.optional(),
    description: description.optional(),
    status: z
      .enum(STATUSES)
      .optional()
      .describe('Use blocked to block a task, and pending or in_progress to take it up again.'),
    priority: z.enum(PRIORITIES).optional(),
    due_date: due_date.nullable().optional().describe('As YYYY-MM-DD; null takes it away.'),
    tags: tags
      .optional()
      .describe('All tags that the task shall have; they replace the ones it has.'),
    project: name.nullable().optional().describe('null takes it out of its project.'),
  }),
  task: z.strictObject({ task_id }),
  progress: z.strictObject({
    task_id,
    progress: z.int().min(0).max(100).describe('Percent done.'),
  }),
  assign: z.strictObject({
    task_id,
    assignee: name.nullable().describe('Who is to do it; null for nobody.'),
  }),
  none: z.strictObject({}),
}

const task = z.object({
  id: z.int().min(1),
  title: z.string(),
  description: z.string(),
  status: z.enum(STATUSES),
  priority: z.enum(PRIORITIES),
  due_date: z.string().nullable(),
  tags: z.array(z.string()),
  project: z.string().nullable(),
  assignee: z.string().nullable(),
  progress: z.int().min(0).max(100),
  created_at: z.string(),
  updated_at: z.string(),
})

/** The results. */
export const outputs = {
  task: z.object({ task }),
  tasks: z.object({
    tasks: z.array(task),
    total: z.int().min(0).describe('How many tasks match in all.'),
  }),
  projects: z.object({
    projects: z.array(
      z.object({
        name: z.string(),
        tasks: z.int().min(0),
        open: z.int().min(0).describe('Tasks that are not completed.'),
      }),
    ),
  }),
}
