// The tools that the stand-in has, and what each does, by the end of its name. Pure.

/** The operations that the stand-in can use. */
export const OPERATIONS = [
  'add_task',
  'list_tasks',
  'start_task',
  'complete_task',
  'update_task',
  'delete_task',
  'update_progress',
  'request_review',
  'assign_task',
  'list_projects',
] as const
export type Operation = (typeof OPERATIONS)[number]

/** Values for a tool, under the stand-in's own names. */
export interface ToolValues {
  readonly id?: number
  readonly title?: string
  readonly description?: string
  readonly status?: string
  readonly priority?: string
  readonly due_date?: string
  readonly tags?: readonly string[]
  readonly project?: string
  readonly assignee?: string
  readonly progress?: number
  readonly search?: string
  readonly limit?: number
}

/** A function tool, as a model request lists it. */
export interface ListedTool {
  readonly name: string
  readonly parameters: unknown
}

/**
 * The tool for an operation: `add_task` itself, or one whose name ends in `_add_task` or
 * `-add-task`.
 */
export function toolFor(
  operation: Operation,
  tools: readonly ListedTool[],
): ListedTool | undefined {
  return tools.find(({ name }) =>
    `_${name.toLowerCase().replace(/[^a-z0-9]/g, '_')}`.endsWith(`_${operation}`),
  )
}
