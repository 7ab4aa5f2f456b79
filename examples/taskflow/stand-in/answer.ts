// The sentences of the stand-in. Pure.

import type { TaskFields, TaskFilter } from './command.ts'
import { details } from './question.ts'
import { oneLine, type Task } from './result.ts'
import { type ListedTool, OPERATIONS, type Operation, toolFor } from './tool-list.ts'

/** The first words of every conversation. */
export const INTRODUCTION =
  'I am a demonstration stand-in, not a language model: I follow fixed rules and understand simple English about tasks.'

/** The answer about files: the stand-in has their names and cannot read them. */
export function unread(attached: readonly string[]): string {
  return `I see what you attached, but I read no files: ${attached.join('; ')}.`
}

const NO_TOOLS = 'I was given no task tools here, so there is nothing that I can do.'

const EXAMPLES: readonly (readonly [Operation, string])[] = [
  ['add_task', 'add: “Add a task to buy groceries with high priority, due tomorrow, tagged home”'],
  [
    'list_tasks',
    'list: “What’s pending?”, “Show completed tasks”, “Tasks tagged home”, “Search for milk”',
  ],
  ['start_task', 'start: “Start task 1”'],
  ['complete_task', 'complete: “Mark task 1 as complete”, “Complete buy groceries”'],
  ['update_task', 'change: “Rename task 2 to Call the bank”, “Set priority of task 1 to high”'],
  ['update_progress', 'progress: “Progress of task 1 is 50%”'],
  ['request_review', 'review: “Request review for task 1”'],
  ['assign_task', 'assign: “Assign task 1 to bob”'],
  ['delete_task', 'delete: “Delete task 1” (I ask before I do)'],
  ['list_projects', 'projects: “List my projects”'],
]

/** Whether the stand-in can use any of these tools. */
export function hasTaskTools(tools: readonly ListedTool[]): boolean {
  return OPERATIONS.some((operation) => toolFor(operation, tools) !== undefined)
}

/** What the stand-in can do with the tools that it has. */
export function helpWith(tools: readonly ListedTool[]): string {
  if (!hasTaskTools(tools)) return NO_TOOLS
  const lines = EXAMPLES.flatMap(([operation, example]) =>
    toolFor(operation, tools) ? [`- ${example}`] : [],
  )
  return ['This is what I can do:', ...lines].join('\n')
}

/** A list shows no more tasks: nobody reads a longer answer. */
const MAX_TASKS_SHOWN = 50

/**
 * A list of tasks. Each line begins with the number of its task.
 *
 * @param total How many tasks there are, which may be more than the server has sent.
 */
export function listOf(tasks: readonly Task[], filter: TaskFilter, total: number): string {
  const kinds = [filter.status?.replace('_', '-'), filter.priority && `${filter.priority}-priority`]
  const name = [
    ...kinds,
    total === 1 ? 'task' : 'tasks',
    filter.tag && `tagged ${oneLine(filter.tag)}`,
    filter.project && `in project ${oneLine(filter.project)}`,
    filter.search && `that mention “${oneLine(filter.search)}”`,
  ]
    .filter((word) => word !== undefined && word !== '')
    .join(' ')
  if (tasks.length === 0) return `You have no ${name}.`
  const shown = tasks.slice(0, MAX_TASKS_SHOWN)
  const head = `You have ${total} ${name}${shown.length < total ? `; these are the first ${shown.length}` : ''}:`
  return [head, '', ...shown.map((task) => `${task.id}. ${task.title} (${details(task)})`)].join(
    '\n',
  )
}

/** Names the task that was added, with the details that the person asked for. */
export function addedAnswer(task: Task, asked: TaskFields): string {
  const parts = [
    asked.priority && `priority ${task.priority}`,
    asked.due_date && `due ${task.due_date}`,
    asked.tags && `tagged ${task.tags.join(', ')}`,
    asked.project && `in project ${task.project}`,
    asked.assignee && `assigned to ${task.assignee}`,
  ].filter((part) => part !== undefined)
  const extra = parts.join(', ')
  return `Added task ${task.id}: ${task.title}.${extra === '' ? '' : ` ${extra.charAt(0).toUpperCase()}${extra.slice(1)}.`}`
}

/** Tells the person which of the details the tool has no parameter for. */
export function leftOut(left: readonly string[]): string {
  const names = left.filter((name) => name !== 'limit').map((name) => name.replace('_', ' '))
  return names.length === 0
    ? ''
    : ` The tool has no place for ${names.join(' and ')}, so that was left out.`
}
