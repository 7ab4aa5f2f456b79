// A tool's result, read as data: tasks, projects or a sentence. It is never read as a command.
// Pure.

import { isObject, parseJson } from './json.ts'

/** A task, with defaults for what the server left out. */
export interface Task {
  readonly id: number
  readonly title: string
  readonly status: string
  readonly priority: string
  readonly due_date: string
  readonly tags: readonly string[]
  readonly project: string
  readonly assignee: string
  readonly progress: number
}

/** One result. */
export type ToolResult =
  | { readonly kind: 'tasks'; readonly tasks: readonly Task[]; readonly total: number }
  | { readonly kind: 'task'; readonly task: Task }
  | { readonly kind: 'projects'; readonly projects: readonly string[] }
  | { readonly kind: 'sentence'; readonly text: string }
  | { readonly kind: 'nothing' }

/**
 * Reads JSON `{"tasks": […]}`, `{"task": {…}}`, `{"projects": […]}`, and the same without the outer
 * object, or in `{"result": …}`. Everything else is a sentence.
 */
export function resultOf(text: string): ToolResult {
  const value = parseJson(text)
  return value === undefined ? sentence(text) : read(value)
}

function read(value: unknown): ToolResult {
  if (Array.isArray(value)) return listed(value, undefined)
  if (!isObject(value)) return sentence(String(value))
  // Servers in Python put whatever is no object into one (MCP wants `structuredContent` to be one).
  if (Object.keys(value).length === 1 && 'result' in value) return read(value.result)
  if (Array.isArray(value.tasks)) return listed(value.tasks, value.total)
  if (Array.isArray(value.projects))
    return { kind: 'projects', projects: value.projects.flatMap(projectName) }
  const task = taskOf(value.task ?? value)
  if (task) return { kind: 'task', task }
  const said = [value.error, value.message, value.detail].find((text) => typeof text === 'string')
  return typeof said === 'string' ? sentence(said) : { kind: 'nothing' }
}

/**
 * Makes one line. The stand-in reads its own questions back from the conversation, so a stored text
 * must not look like one.
 */
export function oneLine(text: string): string {
  const line = text
    .replace(/\p{Cf}/gu, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}

function sentence(text: string): ToolResult {
  const line = oneLine(text)
  return line === '' ? { kind: 'nothing' } : { kind: 'sentence', text: line }
}

function listed(values: readonly unknown[], total: unknown): ToolResult {
  const tasks = values.flatMap((value) => taskOf(value) ?? [])
  return {
    kind: 'tasks',
    tasks,
    total: typeof total === 'number' && total > tasks.length ? total : tasks.length,
  }
}

function taskOf(value: unknown): Task | undefined {
  if (!isObject(value)) return undefined
  const id =
    typeof value.id === 'string' && /^\d{1,15}$/.test(value.id) ? Number(value.id) : value.id
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || typeof value.title !== 'string')
    return undefined
  return {
    id,
    title: oneLine(value.title),
    status: word(value.status),
    priority: word(value.priority),
    due_date: word(value.due_date),
    tags: Array.isArray(value.tags)
      ? value.tags.filter((tag) => typeof tag === 'string').map(oneLine)
      : [],
    project: word(value.project),
    assignee: word(value.assignee),
    progress: typeof value.progress === 'number' ? value.progress : 0,
  }
}

function projectName(value: unknown): readonly string[] {
  const name = isObject(value) ? value.name : value
  return typeof name === 'string' && name !== '' ? [oneLine(name)] : []
}

function word(value: unknown): string {
  return typeof value === 'string' ? oneLine(value) : ''
}
