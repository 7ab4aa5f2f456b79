// Applies a change to a task and keeps the rules between its fields. It reads no clock and no
// storage.

import type { Status, Task, TaskFields } from './task.ts'
import { mayBecome, TRANSITIONS } from './transitions.ts'

/** The fields to change. A field that is absent stays as it is. */
export type TaskChange = {
  readonly [field in keyof (TaskFields & Pick<Task, 'status' | 'progress'>)]?:
    | Task[field]
    | undefined
}

/** The changed task with the names of the changed fields, or the rule that forbids the change. */
export type Changed =
  | { readonly ok: true; readonly task: Task; readonly fields: readonly string[] }
  | {
      readonly ok: false
      readonly code: 'transition_refused'
      readonly from: Status
      readonly to: Status
      readonly allowed: readonly Status[]
    }
  | { readonly ok: false; readonly code: 'progress_refused' }

/**
 * Applies a change. A task that is completed gets the progress 100, and one that is reopened gets
 * 0, unless the change names a progress. A completed task can only have 100.
 *
 * @param at The time of the change in the form of RFC 3339. It becomes `updated_at` if a field
 *   changes.
 */
export function applyChange(task: Task, change: TaskChange, at: string): Changed {
  const status = change.status ?? task.status
  if (!mayBecome(task.status, status)) {
    return {
      ok: false,
      code: 'transition_refused',
      from: task.status,
      to: status,
      allowed: TRANSITIONS[task.status],
    }
  }
  const completed = status === 'completed'
  const progress =
    change.progress ?? (completed ? 100 : task.status === 'completed' ? 0 : task.progress)
  if (completed && progress !== 100) return { ok: false, code: 'progress_refused' }
  const next: Task = {
    ...task,
    title: change.title ?? task.title,
    description: change.description ?? task.description,
    status,
    priority: change.priority ?? task.priority,
    due_date: change.due_date === undefined ? task.due_date : change.due_date,
    tags: change.tags ?? task.tags,
    project: change.project === undefined ? task.project : change.project,
    assignee: change.assignee === undefined ? task.assignee : change.assignee,
    progress,
  }
  const fields = CHANGEABLE.filter(
    (field) => JSON.stringify(task[field]) !== JSON.stringify(next[field]),
  )
  return { ok: true, task: fields.length === 0 ? task : { ...next, updated_at: at }, fields }
}

const CHANGEABLE = [
  'title',
  'description',
  'status',
  'priority',
  'due_date',
  'tags',
  'project',
  'assignee',
  'progress',
] as const
