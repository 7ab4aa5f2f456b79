// A task as a row and back: the folded copies that searching and sorting use. Pure.

import type { TaskRow } from './database.ts'
import { PRIORITIES, type Status, type Task } from './task.ts'

/** One form for texts that differ in case or in how accents are written. */
export function fold(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

/** The row of a task. */
export function rowOf(owner: string, { tags, priority, ...task }: Task): TaskRow {
  return {
    owner,
    ...task,
    priority: PRIORITIES.indexOf(priority),
    tags: JSON.stringify(tags),
    title_key: fold(task.title),
    project_key: task.project === null ? null : fold(task.project),
    search_key: fold(
      [task.title, task.description, task.project, task.assignee, ...tags]
        .filter((text) => text !== null)
        .join('\n'),
    ),
  }
}

/** The task of a row that `rowOf` made. */
export function taskOf(row: TaskRow): Task {
  return {
    id: row.id,
    title: row.title,
    description: row.description,
    status: row.status as Status,
    priority: PRIORITIES[row.priority] ?? 'medium',
    due_date: row.due_date,
    tags: JSON.parse(row.tags),
    project: row.project,
    assignee: row.assignee,
    progress: row.progress,
    created_at: row.created_at,
    updated_at: row.updated_at,
  }
}
