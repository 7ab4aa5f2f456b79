// A task of TaskFlow: its shape and its limits. No rule about changing it and no storage.

/** Where a task stands. */
export const STATUSES = ['pending', 'in_progress', 'review', 'completed', 'blocked'] as const
export type Status = (typeof STATUSES)[number]

/** How much a task matters, the least first. */
export const PRIORITIES = ['low', 'medium', 'high', 'urgent'] as const
type Priority = (typeof PRIORITIES)[number]

/** What a list can be sorted by. */
export const SORTS = ['created', 'updated', 'due_date', 'priority', 'title'] as const
export type Sort = (typeof SORTS)[number]

/** Longest texts, in UTF-16 units, and the most tags. */
export const LIMITS = {
  title: 200,
  description: 4000,
  name: 100,
  tag: 40,
  tags: 20,
  search: 200,
  page: 200,
} as const

/** What a person or their agent writes of a task. */
export interface TaskFields {
  readonly title: string
  readonly description: string
  readonly priority: Priority
  /** `YYYY-MM-DD`, a day without a time zone. */
  readonly due_date: string | null
  /** Lower case, each once. */
  readonly tags: readonly string[]
  readonly project: string | null
  readonly assignee: string | null
}

/** One task of one person. */
export interface Task extends TaskFields {
  /** Counted for each person from 1 and never given twice, so that "task 1" is the person's own. */
  readonly id: number
  readonly status: Status
  /** Percent. */
  readonly progress: number
  /** RFC 3339, UTC. */
  readonly created_at: string
  readonly updated_at: string
}
