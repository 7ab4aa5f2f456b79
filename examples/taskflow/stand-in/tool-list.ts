// The tools that the stand-in has: what each does, by the end of its name, and where its schema
// takes a value. Pure.

import { isObject } from './json.ts'

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

/** Other names that servers use for the same value. */
const NAMES: { readonly [name in keyof ToolValues]-?: readonly string[] } = {
  id: ['id', 'task_id', 'number', 'task_number'],
  title: ['title', 'name', 'new_title', 'summary'],
  description: ['description', 'details', 'notes'],
  status: ['status', 'new_status'],
  priority: ['priority', 'new_priority'],
  due_date: ['due_date', 'due', 'deadline', 'due_on'],
  tags: ['tags', 'tag', 'labels'],
  project: ['project', 'project_name'],
  assignee: ['assignee', 'assigned_to', 'assign_to'],
  progress: ['progress', 'percent', 'percentage'],
  search: ['search', 'query', 'q', 'text'],
  limit: ['limit', 'page_size', 'max_results'],
}

type Schema = Readonly<Record<string, unknown>>

/** Arguments for a tool, and the names of the values that its schema has no parameter for. */
export interface Filled {
  readonly args: Readonly<Record<string, unknown>>
  readonly left: readonly string[]
}

/**
 * Puts values where a JSON schema has parameters for them: at the top level, or in an object one
 * level below (many servers put all parameters into one called `params`).
 *
 * @param told Values that the instructions give, by parameter name. They come before all others.
 */
export function fillArguments(
  parameters: unknown,
  values: ToolValues,
  told: Readonly<Record<string, string>> = {},
): Filled {
  const root = isObject(parameters) ? parameters : {}
  const placed = new Set<string>()
  const args = fill(root, root, { values, told, placed }, 1)
  return { args, left: Object.keys(values).filter((name) => !placed.has(name)) }
}

/** The values to fill in, and the names of those that found a parameter. */
interface Filling {
  readonly values: ToolValues
  readonly told: Readonly<Record<string, string>>
  readonly placed: Set<string>
}

function fill(
  schema: Schema,
  root: Schema,
  filling: Filling,
  depth: number,
): Record<string, unknown> {
  const { values, told, placed } = filling
  const args: Record<string, unknown> = {}
  const required = Array.isArray(schema.required) ? schema.required : []
  for (const [property, written] of Object.entries(
    isObject(schema.properties) ? schema.properties : {},
  )) {
    const wanted = resolved(written, root)
    if (Object.hasOwn(told, property)) {
      args[property] = told[property]
      continue
    }
    const found = Object.entries(values).find(
      ([name, value]) =>
        value !== undefined &&
        namesOf(name).includes(property.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)),
    )
    const value = found && fitting(found[1], wanted)
    if (found && value !== undefined) {
      args[property] = value
      placed.add(found[0])
    } else if (depth > 0 && isObject(wanted.properties)) {
      const inner = fill(wanted, root, filling, depth - 1)
      if (Object.keys(inner).length > 0 || required.includes(property)) args[property] = inner
    }
  }
  return args
}

function namesOf(name: string): readonly string[] {
  return Object.entries(NAMES).find(([key]) => key === name)?.[1] ?? []
}

/** The value in the type that the schema asks for. Undefined when it does not fit. */
function fitting(value: unknown, schema: Schema): unknown {
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) {
    return schema.enum.find(
      (choice) => String(choice).toLowerCase().replace(/[- ]/g, '_') === value,
    )
  }
  switch (schema.type) {
    case 'string':
      return Array.isArray(value) ? value.join(', ') : String(value)
    case 'integer':
    case 'number':
      if (typeof value !== 'number') return undefined
      return typeof schema.maximum === 'number' ? Math.min(value, schema.maximum) : value
    case 'array': {
      const entries = Array.isArray(value) ? value : [value]
      const item = isObject(schema.items) ? schema.items : {}
      const fitted = entries.map((entry) => fitting(entry, item))
      return fitted.includes(undefined) ? undefined : fitted
    }
    case 'object':
      return undefined
    default:
      return value
  }
}

/** Follows a `$ref`, and takes the first choice of an `anyOf` that is not null. */
function resolved(schema: unknown, root: Schema, depth = 0): Schema {
  if (!isObject(schema) || depth > 8) return {}
  if (typeof schema.$ref === 'string' && schema.$ref.startsWith('#/')) {
    const target = schema.$ref
      .slice(2)
      .split('/')
      .reduce<unknown>(
        (at, part) =>
          isObject(at) ? at[part.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined,
        root,
      )
    return resolved(target, root, depth + 1)
  }
  const choices = [schema.anyOf, schema.oneOf, schema.allOf].find((list) => Array.isArray(list))
  if (!Array.isArray(choices)) {
    return Array.isArray(schema.type)
      ? { ...schema, type: schema.type.find((type) => type !== 'null') }
      : schema
  }
  const chosen = choices
    .map((choice) => resolved(choice, root, depth + 1))
    .find((choice) => choice.type !== 'null')
  return chosen ?? {}
}
