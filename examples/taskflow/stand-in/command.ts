// What a person can ask the stand-in to do, as data.

export type Status = 'pending' | 'in_progress' | 'review' | 'completed' | 'blocked'
export type Priority = 'low' | 'medium' | 'high' | 'urgent'

/**
 * How a person names a task: by number, by words of its title, by its place in the last list, or as
 * "it".
 */
export type TaskReference =
  | { readonly by: 'number'; readonly number: number }
  | { readonly by: 'title'; readonly title: string }
  | { readonly by: 'place'; readonly place: number }
  | { readonly by: 'it' }

/** Fields of a task, under the names that the tools use. `due_date` is `YYYY-MM-DD`. */
export interface TaskFields {
  readonly title?: string
  readonly description?: string
  readonly status?: Status
  readonly priority?: Priority
  readonly due_date?: string
  readonly tags?: readonly string[]
  readonly project?: string
  readonly assignee?: string
}

/** Which tasks to show. `open` means every status except completed. */
export interface TaskFilter {
  readonly status?: Status | 'open'
  readonly priority?: Priority
  readonly tag?: string
  readonly project?: string
  readonly search?: string
}

/** A command that is about one task. */
export type TaskCommand =
  | { readonly kind: 'start' | 'complete' | 'review' | 'delete'; readonly task: TaskReference }
  | { readonly kind: 'update'; readonly task: TaskReference; readonly changes: TaskFields }
  | { readonly kind: 'progress'; readonly task: TaskReference; readonly percent: number }
  | { readonly kind: 'assign'; readonly task: TaskReference; readonly assignee: string }

/** What a person can ask about the stand-in and not about tasks. */
export type AboutKind = 'token' | 'instructions' | 'person' | 'model' | 'sign-out'

export type Command =
  | { readonly kind: 'about'; readonly about: AboutKind }
  | { readonly kind: 'add'; readonly task: TaskFields }
  | { readonly kind: 'list'; readonly filter: TaskFilter }
  | { readonly kind: 'projects' }
  | TaskCommand
  | { readonly kind: 'yes' | 'no' | 'help' | 'hello' | 'thanks' | 'unknown' }
  | { readonly kind: 'place'; readonly place: number }

/** Whether a command is about one task. */
export function isTaskCommand(command: Command): command is TaskCommand {
  return 'task' in command && command.kind !== 'add'
}
