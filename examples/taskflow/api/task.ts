// The shape of a task and its limits. The rules for a change are in `change.ts`.

/** The statuses of a task. */
export const STATUSES = ['pending', 'in_progress', 'review', 'completed', 'blocked'] as const
export type Status = (typeof STATUSES)[number]

/** The priorities of a task, the lowest first. */
export const PRIORITIES = ['low', 'medium', 'high', 'urgent'] as const
type Priority = (typeof PRIORITIES)[number]

/** The ways to sort a list. */
export const SORTS = ['created', 'updated', 'due_date', 'priority', 'title'] as const
export type Sort = (typeof SORTS)[number]

/** The most UTF-16 units of each text, the most tags of a task, and the most tasks of a page. */
export const LIMITS = {
  title: 200,
  description: 4000,
  name: 100,
  tag: 40,
  tags: 20,
  search: 200,
  page: 200,
} as const

/** The fields that a person or their agent writes. */
export interface TaskFields {
  readonly title: string
  readonly description: string
  readonly priority: Priority
  /** `YYYY-MM-DD`, a day without a time zone. */
  readonly due_date: string | null
  /** In lower case, and none twice. */
  readonly tags: readonly string[]
  readonly project: string | null
  readonly assignee: string | null
}

/** One task of one person. */
export interface Task extends TaskFields {
  /**
   * Each person's tasks are counted from 1, so "task 1" is that person's own. No number is used
   * twice.
   */
  readonly id: number
  readonly status: Status
  /** In percent. */
  readonly progress: number
  /** In the form of RFC 3339, in UTC, as is `updated_at`. */
  readonly created_at: string
  readonly updated_at: string
}
