// Parses the bodies and query parameters that callers send into types that the rest of the API
// trusts. It knows no rule about a stored task.

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

/** One field that is wrong, by the name that the caller gave it. It never repeats a value. */
export interface FieldError {
  readonly field: string
  readonly message: string
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly FieldError[] }

/** Which tasks to list, and in which order. */
export interface TaskQuery {
  readonly status: readonly Status[]
  /** Words that must all appear in the title, description, project, assignee or tags. */
  readonly search: string
  /** The task must have all these tags. */
  readonly tag: readonly string[]
  readonly project?: string | undefined
  readonly sort: Sort
  readonly order: 'asc' | 'desc'
  readonly limit: number
  readonly offset: number
}

/** Which audit entries to list: the newest ones, or the ones before a given entry. */
export interface AuditQuery {
  readonly before?: number | undefined
  readonly limit: number
}

// A control character could forge a new line where a text is shown. A lone surrogate cannot be
// stored as UTF-8.
const line = (maxChars: number) =>
  z
    .string()
    .max(maxChars)
    .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'must be one line of text')
    .transform((text) => text.trim().normalize('NFC'))
const named = (maxChars: number) =>
  line(maxChars).refine((text) => text !== '', 'must not be empty')
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
 * Parses a new task. It needs a `title` and may have the other fields, but not `status` and
 * `progress`: a new task is pending and at 0 percent.
 */
export function parseNewTask(body: unknown): Parsed<TaskFields> {
  return toParsed(newTask.safeParse(body))
}

/** Parses a change of any fields. Null removes a due date, a project or an assignee. */
export function parseTaskChange(body: unknown): Parsed<TaskChange> {
  return toParsed(taskChange.safeParse(body))
}

/**
 * Parses the query of a task list. `status` and `tag` may be repeated. Without `order`, a list by
 * priority begins with the most urgent task, a list by update with the latest, and all others
 * ascend.
 */
export function parseTaskQuery(parameters: URLSearchParams): Parsed<TaskQuery> {
  const parsed = toParsed(taskQuery.safeParse(collectValues(parameters, ['status', 'tag'])))
  if (!parsed.ok) return parsed
  const {
    order = parsed.value.sort === 'priority' || parsed.value.sort === 'updated' ? 'desc' : 'asc',
    ...query
  } = parsed.value
  return { ok: true, value: { ...query, order } }
}

/** Parses the query of an audit list. */
export function parseAuditQuery(parameters: URLSearchParams): Parsed<AuditQuery> {
  return toParsed(auditQuery.safeParse(collectValues(parameters, [])))
}

/** Reads a task number from a path. Gives undefined for a text that cannot be one. */
export function parseTaskId(text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined
}

/**
 * Gives a repeatable parameter as an array and any other as a string. A parameter that is repeated
 * but must not be is an array too, and the schema then refuses it.
 */
function collectValues(
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

function toParsed<T>(result: z.ZodSafeParseResult<T>): Parsed<T> {
  if (result.success) return { ok: true, value: result.data }
  const errors = result.error.issues.slice(0, MAX_FIELD_ERRORS).flatMap((issue): FieldError[] => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys
        .slice(0, MAX_FIELD_ERRORS)
        .map((key) => ({ field: key.slice(0, 40), message: 'is not known here' }))
    return [{ field: issue.path.map(String).join('.'), message: sentence(issue) }]
  })
  return { ok: false, errors }
}

const MAX_FIELD_ERRORS = 20

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
