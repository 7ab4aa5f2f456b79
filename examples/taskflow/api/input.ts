// What callers may send: bodies and query parameters, parsed once into the types that the rest
// trusts. No rule about a stored task.

import { z } from 'zod'
import type { TaskChange } from './change.ts'
import {
  LIMITS,
  PRIORITIES,
  SORTS,
  type Sort,
  STATUSES,
  type Status,
  type TaskFields,
} from './task.ts'

/** One thing that is wrong, named by the caller's own field. Never repeats a value. */
export interface FieldError {
  readonly field: string
  readonly message: string
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly FieldError[] }

/** Which tasks to list, in which order. */
export interface TaskQuery {
  readonly status: readonly Status[]
  /** Words that must all occur in title, description, project, assignee or tags. */
  readonly search: string
  /** Tags that the task must all have. */
  readonly tag: readonly string[]
  readonly project?: string | undefined
  readonly sort: Sort
  readonly order: 'asc' | 'desc'
  readonly limit: number
  readonly offset: number
}

/** Which audit entries to list: the newest, or those before one of them. */
export interface AuditQuery {
  readonly before?: number | undefined
  readonly limit: number
}

// Control characters could forge lines where a text is shown, and a lone surrogate cannot be stored
// as UTF-8.
const line = (longest: number) =>
  z
    .string()
    .max(longest)
    .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'must be one line of text')
    .transform((text) => text.trim().normalize('NFC'))
const named = (longest: number) => line(longest).refine((text) => text !== '', 'must not be empty')
const paragraph = z
  .string()
  .max(LIMITS.description)
  .refine((text) => !/\p{Cs}|[^\P{Cc}\n\r\t]/u.test(text), 'must be text')
const tag = named(LIMITS.tag).transform((text) => text.toLowerCase())
const whole = (from: number, to: number) => z.int().min(from).max(to)

const fields = {
  title: named(LIMITS.title),
  description: paragraph,
  priority: z.enum(PRIORITIES),
  due_date: z.iso.date().nullable(),
  tags: z
    .array(tag)
    .max(LIMITS.tags)
    .transform((tags) => [...new Set(tags)]),
  project: named(LIMITS.name).nullable(),
  assignee: named(LIMITS.name).nullable(),
}

const newTask = z.strictObject({
  title: fields.title,
  description: fields.description.default(''),
  priority: fields.priority.default('medium'),
  due_date: fields.due_date.default(null),
  tags: fields.tags.default([]),
  project: fields.project.default(null),
  assignee: fields.assignee.default(null),
})
const taskChange = z
  .strictObject({ ...fields, status: z.enum(STATUSES), progress: whole(0, 100) })
  .partial()

const digits = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number')
  .transform(Number)
const taskQuery = z.strictObject({
  status: z.array(z.enum(STATUSES)).max(STATUSES.length).default([]),
  search: line(LIMITS.search).default(''),
  tag: z.array(tag).max(LIMITS.tags).default([]),
  project: named(LIMITS.name).optional(),
  sort: z.enum(SORTS).default('created'),
  order: z.enum(['asc', 'desc']).optional(),
  limit: digits.pipe(whole(1, LIMITS.page)).default(50),
  offset: digits.default(0),
})
const auditQuery = z.strictObject({
  before: digits.optional(),
  limit: digits.pipe(whole(1, LIMITS.page)).default(50),
})

/**
 * A new task: `title`, and any other field but `status` and `progress`, which begin as pending and
 * 0.
 */
export function parseNewTask(body: unknown): Parsed<TaskFields> {
  return judged(newTask.safeParse(body))
}

/** A change: any fields; null takes away a due date, project or assignee. */
export function parseTaskChange(body: unknown): Parsed<TaskChange> {
  return judged(taskChange.safeParse(body))
}

/**
 * `status` and `tag` may be repeated. Without `order`: the most urgent and the latest updated
 * first, all else ascending.
 */
export function parseTaskQuery(parameters: URLSearchParams): Parsed<TaskQuery> {
  const parsed = judged(taskQuery.safeParse(collected(parameters, ['status', 'tag'])))
  if (!parsed.ok) return parsed
  const {
    order = parsed.value.sort === 'priority' || parsed.value.sort === 'updated' ? 'desc' : 'asc',
    ...query
  } = parsed.value
  return { ok: true, value: { ...query, order } }
}

export function parseAuditQuery(parameters: URLSearchParams): Parsed<AuditQuery> {
  return judged(auditQuery.safeParse(collected(parameters, [])))
}

/** The number in a path, or undefined for what names no task. */
export function parseTaskId(text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined
}

/**
 * Values of a repeatable parameter as an array, of any other as a string; one that must not be
 * repeated stays an array and is refused.
 */
function collected(
  parameters: URLSearchParams,
  repeatable: readonly string[],
): Record<string, unknown> {
  const names = [...new Set(parameters.keys())]
  return Object.fromEntries(
    names.map((name) => {
      const values = parameters.getAll(name)
      return [name, repeatable.includes(name) || values.length > 1 ? values : values[0]]
    }),
  )
}

function judged<T>(result: z.ZodSafeParseResult<T>): Parsed<T> {
  if (result.success) return { ok: true, value: result.data }
  const errors = result.error.issues.slice(0, MOST_ERRORS).flatMap((issue): FieldError[] => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys
        .slice(0, MOST_ERRORS)
        .map((key) => ({ field: key.slice(0, 40), message: 'is not known here' }))
    return [{ field: issue.path.map(String).join('.'), message: sentence(issue) }]
  })
  return { ok: false, errors }
}

const MOST_ERRORS = 20

function sentence(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_big':
      return `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' entries' : ''}`
    case 'too_small':
      return `must be at least ${issue.minimum}`
    case 'invalid_type':
      return `must be of type ${issue.expected}`
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`
    case 'invalid_format':
      return issue.format === 'date' ? 'must be a day such as 2027-01-31' : issue.message
    default:
      return issue.message
  }
}
