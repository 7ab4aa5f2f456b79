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
  /** A list of things that are no tasks, or of tasks that have no number. */
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'sentence'; readonly text: string }
  | { readonly kind: 'nothing' }

/**
 * Reads JSON: a task, a list of tasks or of anything that has a name, alone or under any name in an
 * object. Everything else is a sentence.
 */
export function resultOf(text: string): ToolResult {
  const value = parseJson(text) ?? linesOf(text)
  return value === undefined ? sentence(text) : read(value)
}

/** Servers in Python send a list as one text for each element. */
function linesOf(text: string): readonly unknown[] | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const values = lines.map(parseJson)
  return values.length > 1 && values.every(isObject) ? values : undefined
}

function read(value: unknown): ToolResult {
  if (Array.isArray(value)) return listed(value, undefined)
  if (!isObject(value)) return sentence(String(value))
  // Servers in Python put whatever is no object into one (MCP wants `structuredContent` to be one).
  if (Object.keys(value).length === 1 && 'result' in value) return read(value.result)
  const task = taskOf(value.task ?? value)
  const list = listIn(value)
  // A task has lists too, such as its tags.
  if (list && !task) return listed(list, value.total)
  if (task) return { kind: 'task', task }
  const own = nameOf(value)
  if (own.length > 0) return { kind: 'names', names: own }
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
  if (tasks.length === 0 && values.length > 0)
    return { kind: 'names', names: values.flatMap(nameOf) }
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
  const title = titleIn(value)
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || title === undefined) return undefined
  return {
    id,
    title: oneLine(title),
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

/** The list in an object: under a name that says what it is, or the only one that there is. */
function listIn(value: Readonly<Record<string, unknown>>): readonly unknown[] | undefined {
  for (const name of ['tasks', 'projects', 'items', 'results', 'data']) {
    const list = value[name]
    if (Array.isArray(list)) return list
  }
  const lists = Object.values(value).filter((list) => Array.isArray(list))
  return lists.length === 1 ? lists[0] : undefined
}

function nameOf(value: unknown): readonly string[] {
  const name = isObject(value) ? titleIn(value) : value
  return typeof name === 'string' && name !== '' ? [oneLine(name)] : []
}

/** The name of a thing, whatever its server calls that. */
function titleIn({ title, name, summary }: Readonly<Record<string, unknown>>): string | undefined {
  return [title, name, summary].find((text) => typeof text === 'string')
}

function word(value: unknown): string {
  return typeof value === 'string' ? oneLine(value) : ''
}
