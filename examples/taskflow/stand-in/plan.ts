// From an intent to an answer: which tools to call, one after the other, and what to say at the
// end. A plan keeps no state: each request runs it again from its start, with the results so far.

import { aboutAnswer, type Known } from './about.ts'
import { addedAnswer, helpWith, leftOut, listOf } from './answer.ts'
import type { TaskCommand, TaskFields, TaskFilter, TaskReference } from './command.ts'
import type { Intent } from './intent.ts'
import { filtered, longestWord, sensible, tasksNamed } from './matching.ts'
import { askDelete, askTitle, askWhich, details, repeatWhich } from './question.ts'
import { oneLine, type Task, type ToolResult } from './result.ts'
import type { ListedTool, Operation, ToolValues } from './tool-list.ts'

/** A tool call that a plan asks for. */
export interface Step {
  readonly operation: Operation
  readonly values: ToolValues
}

/**
 * What a plan gets back: the result, and the names of values that the tool has no parameter for.
 */
export interface Returned {
  readonly result: ToolResult
  readonly left: readonly string[]
}

/** Yields calls, gets their results, and returns the answer. */
export type Plan = Generator<Step, string, Returned>

/** The `limit` for lists of tasks, if the tool has one. */
const LIST_LIMIT = 200

/** A list of this length may be cut short: it is the shortest usual page. */
const USUAL_PAGE_TASKS = 20

/** The beginning of the text that `runAgent` gives to a model as the result of a declined call. */
const DECLINED = /^The person declined this call\b/

const NOTHING_DELETED = 'All right, nothing was deleted.'

/** The plan for an intent. */
export function* planFor(
  intent: Intent,
  tools: readonly ListedTool[],
  { asksBeforeDeleting, ...known }: Known & { readonly asksBeforeDeleting: boolean },
): Plan {
  switch (intent.kind) {
    case 'confirmed':
      return yield* remove(intent.id)
    case 'declined':
      return intent.what === 'delete' ? NOTHING_DELETED : 'All right, I did nothing.'
    case 'again':
      return `I did not understand which one you mean.\n\n${repeatWhich(intent.options)}`
    case 'command':
      break
  }
  const { command } = intent
  switch (command.kind) {
    case 'add':
      return yield* add(command.task)
    case 'list':
      return yield* list(command.filter)
    case 'projects':
      return projects(yield { operation: 'list_projects', values: {} })
    case 'help':
      return helpWith(tools)
    case 'about':
      return aboutAnswer(command.about, known)
    case 'hello':
      return `Hello! ${helpWith(tools)}`
    case 'thanks':
      return 'You are welcome.'
    case 'yes':
    case 'no':
    case 'place':
      return 'I have not asked anything just now. Say “help” to see what I can do.'
    case 'unknown':
      return `I did not understand that. ${helpWith(tools)}`
    case 'start':
    case 'complete':
    case 'review':
    case 'delete':
    case 'update':
    case 'progress':
    case 'assign':
      return yield* change(command, asksBeforeDeleting)
  }
}

function* add(task: TaskFields): Plan {
  if (task.title === undefined) return askTitle()
  const { result, left } = yield { operation: 'add_task', values: task }
  if (result.kind === 'sentence') return result.text
  if (result.kind !== 'task') return `Added: ${oneLine(task.title)}.${leftOut(left)}`
  return `${addedAnswer(result.task, without(task, left))}${leftOut(left)}`
}

function without(task: TaskFields, left: readonly string[]): TaskFields {
  return Object.fromEntries(Object.entries(task).filter(([name]) => !left.includes(name)))
}

function* list(filter: TaskFilter): Plan {
  const { status, tag, ...rest } = filter
  const values: ToolValues = {
    ...rest,
    ...(status === undefined || status === 'open' ? {} : { status }),
    ...(tag === undefined ? {} : { tags: [tag] }),
    limit: LIST_LIMIT,
  }
  const { result, left } = yield { operation: 'list_tasks', values }
  if (result.kind === 'sentence') return result.text
  if (result.kind === 'names')
    return `Your tasks:\n${result.names.map((name) => `- ${name}`).join('\n')}`
  const kept = filtered(tasksOf(result), filter, !left.includes('search'))
  return listOf(
    kept,
    filter,
    result.kind === 'tasks' && kept.length === result.tasks.length ? result.total : kept.length,
  )
}

function tasksOf(result: ToolResult): readonly Task[] {
  return result.kind === 'tasks' ? result.tasks : result.kind === 'task' ? [result.task] : []
}

function projects({ result }: Returned): string {
  if (result.kind === 'sentence') return result.text
  const names = result.kind === 'names' ? result.names : tasksOf(result).map(({ title }) => title)
  return names.length === 0
    ? 'You have no projects.'
    : ['Your projects:', ...names.map((name) => `- ${name}`)].join('\n')
}

/** One task, or the sentence that asks for it or says why there is none. */
type Found =
  | { readonly ok: true; readonly id: number; readonly title: string }
  | { readonly ok: false; readonly answer: string }

function* find(
  reference: TaskReference,
  kind: TaskCommand['kind'],
): Generator<Step, Found, Returned> {
  if (reference.by === 'it' || reference.by === 'place') {
    return {
      ok: false,
      answer: 'I am not sure which task you mean. Name it by its number or its title.',
    }
  }
  if (reference.by === 'number' && kind !== 'delete')
    return { ok: true, id: reference.number, title: '' }
  const values =
    reference.by === 'title'
      ? { search: longestWord(reference.title), limit: LIST_LIMIT }
      : { limit: LIST_LIMIT }
  const { result } = yield { operation: 'list_tasks', values }
  if (result.kind === 'sentence') return { ok: false, answer: result.text }
  const tasks = tasksOf(result)
  if (reference.by === 'number') {
    const { number: id } = reference
    const task = tasks.find((candidate) => candidate.id === id)
    // A list that may be cut short does not prove that the task is missing.
    if (!task && tasks.length < USUAL_PAGE_TASKS)
      return { ok: false, answer: `There is no task ${id}.` }
    return { ok: true, id, title: task?.title ?? `task ${id}` }
  }
  const named = sensible(kind, tasksNamed(reference.title, tasks))
  const only = named.length === 1 ? named[0] : undefined
  if (only) return { ok: true, id: only.id, title: only.title }
  if (named.length > 1) return { ok: false, answer: askWhich(named) }
  return { ok: false, answer: `I found no task that matches “${oneLine(reference.title)}”.` }
}

function* remove(id: number): Plan {
  const returned = yield { operation: 'delete_task', values: { id } }
  const { result } = returned
  return result.kind === 'sentence' && DECLINED.test(result.text)
    ? NOTHING_DELETED
    : changed(returned, 'Deleted task', id)
}

function* change(command: TaskCommand, asksBeforeDeleting: boolean): Plan {
  const found = yield* find(command.task, command.kind)
  if (!found.ok) return found.answer
  const { id } = found
  switch (command.kind) {
    case 'delete':
      return asksBeforeDeleting ? askDelete(found) : yield* remove(id)
    case 'start':
      return changed(yield { operation: 'start_task', values: { id } }, 'Started task', id)
    case 'complete':
      return changed(yield { operation: 'complete_task', values: { id } }, 'Completed task', id)
    case 'review':
      return changed(
        yield { operation: 'request_review', values: { id } },
        'Requested review for task',
        id,
      )
    case 'progress': {
      const { percent } = command
      return changed(
        yield { operation: 'update_progress', values: { id, progress: percent } },
        'Updated task',
        id,
        `${percent}%`,
      )
    }
    case 'assign': {
      const { assignee } = command
      return changed(
        yield { operation: 'assign_task', values: { id, assignee } },
        'Assigned task',
        id,
        `now with ${assignee}`,
      )
    }
    case 'update':
      return changed(
        yield { operation: 'update_task', values: { id, ...command.changes } },
        'Updated task',
        id,
        true,
      )
  }
}

/**
 * "Completed task 1: Buy groceries.", with a remark or with the task's details in brackets; or the
 * sentence that the tool gave instead.
 */
function changed(
  { result, left }: Returned,
  what: string,
  id: number,
  remark?: string | true,
): string {
  if (result.kind === 'sentence') return result.text
  if (result.kind !== 'task') return `${what} ${id}.${leftOut(left)}`
  const { task } = result
  const bracket = remark === true ? details(task) : remark === undefined ? '' : oneLine(remark)
  return `${what} ${id}: ${task.title}${bracket === '' ? '' : ` (${bracket})`}.${leftOut(left)}`
}
