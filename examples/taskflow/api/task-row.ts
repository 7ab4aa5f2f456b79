// Turns a task into a row and back. A row also has the folded copies that search and sort use.

import type { TaskRow } from './database.ts'
import { PRIORITIES, type Status, type Task } from './task.ts'

/** Gives the same form to texts that differ only in case or in how accents are written. */
export function fold(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

/** Makes the row of a task. */
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

/** Makes the task of a row that `rowOf` made. */
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
