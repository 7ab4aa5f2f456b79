// What a change makes of a task: the rules between its fields. Pure; reads no clock and no storage.

import type { Status, Task, TaskFields } from './task.ts'
import { mayBecome, TRANSITIONS } from './transitions.ts'

/** The fields to change; what is absent stays. */
export type TaskChange = {
  readonly [field in keyof (TaskFields & Pick<Task, 'status' | 'progress'>)]?:
    | Task[field]
    | undefined
}

/** The changed task with the names of what changed, or the rule that forbids it. */
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
 * Applies a change. Completing sets the progress to 100 and reopening to 0, unless the change names
 * a progress; a completed task stays at 100.
 *
 * @param at The time of the change, RFC 3339; becomes `updated_at` if anything changes.
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
