// The stand-in's questions. It writes them into the conversation and reads them back, because it
// has no other memory. Pure.

import { oneLine, type Task } from './result.ts'

/** The question at the end of the last answer. */
export type Question =
  | { readonly kind: 'delete'; readonly id: number }
  | { readonly kind: 'which'; readonly options: readonly Option[] }
  | { readonly kind: 'title' }
  | { readonly kind: 'parameter'; readonly name: string }

/** One of the tasks to choose from. */
export interface Option {
  readonly id: number
  /** The line that was shown, without its place number. */
  readonly line: string
}

const WHICH = 'Which one?'
const TITLE = 'What should the task be called?'

/** Asks for a title. */
export function askTitle(): string {
  return TITLE
}

/** Asks for a parameter that a tool needs and that the person has not named. */
export function askParameter(name: string): string {
  return `The tool also needs “${oneLine(name).replace(/[“”]/g, '')}”. What shall it be?`
}

/**
 * Asks for confirmation. The number comes after the title, so that no title can pretend to be it.
 */
export function askDelete(task: Pick<Task, 'id' | 'title'>): string {
  return `Delete “${task.title}”? Say yes to confirm.\n\nIt is task ${task.id}, and deleting cannot be undone.`
}

/** Asks which of several tasks is meant. */
export function askWhich(tasks: readonly Task[]): string {
  const lines = tasks.map(
    (task, index) => `${index + 1}. ${task.title} (task ${task.id}, ${details(task)})`,
  )
  return [WHICH, ...lines].join('\n')
}

/** Asks the same question again. */
export function repeatWhich(options: readonly Option[]): string {
  return [WHICH, ...options.map(({ line }, index) => `${index + 1}. ${line}`)].join('\n')
}

/** Status, priority and the other details of a task, for one pair of brackets. */
export function details(task: Task): string {
  return [
    task.status.replace('_', ' ') || 'no status',
    task.priority,
    task.due_date && `due ${task.due_date}`,
    task.status === 'in_progress' && task.progress > 0 ? `${task.progress}%` : '',
    task.project && `in ${bare(task.project)}`,
    task.assignee && `for ${bare(task.assignee)}`,
    ...task.tags.map((tag) => `#${bare(tag)}`),
  ]
    .filter((part) => part !== '')
    .join(', ')
}

/** Removes brackets, which would end our part of the line. */
function bare(text: string): string {
  return text.replace(/[()]/g, '')
}

/** The question at the end of one of our messages. */
export function questionIn(message: string): Question | undefined {
  const deletion =
    /(?:^|\n)Delete “.*”\? Say yes to confirm\.\n\nIt is task (\d{1,15}), and deleting cannot be undone\.$/.exec(
      message,
    )
  if (deletion) return { kind: 'delete', id: Number(deletion[1]) }
  const lines = message.split('\n')
  const parameter = /^The tool also needs “([^“”]+)”\. What shall it be\?$/.exec(lines.at(-1) ?? '')
  if (parameter) return { kind: 'parameter', name: parameter[1] ?? '' }
  if (lines.at(-1) === TITLE) return { kind: 'title' }
  const start = lines.lastIndexOf(WHICH)
  if (start < 0) return undefined
  const options = lines.slice(start + 1).flatMap((text): readonly Option[] => {
    const line = /^\d+\. (.*\(task (\d{1,15}), [^()]*\))$/.exec(text)
    return line ? [{ id: Number(line[2]), line: line[1] ?? '' }] : []
  })
  return options.length > 0 ? { kind: 'which', options } : undefined
}

/**
 * The tasks that one of our messages showed, in order: the lines of a list, or the one task of an
 * answer.
 */
export function tasksShown(message: string): readonly number[] {
  const lines = message.split('\n').flatMap((line) => {
    const id = /^(\d{1,15})\. .*\([^()]*\)$/.exec(line)?.[1]
    return id === undefined ? [] : [Number(id)]
  })
  if (lines.length > 0) return lines
  const id =
    /^(?:Added|Started|Completed|Updated|Assigned|Requested review for) task (\d{1,15})\b/m.exec(
      message,
    )?.[1]
  return id === undefined ? [] : [Number(id)]
}
