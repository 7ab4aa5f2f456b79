// Fills the arguments of a tool: where its JSON schema takes the stand-in's values, and what else it
// needs. Pure.

import { isObject } from './json.ts'
import type { ToolValues } from './tool-list.ts'

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

/** Arguments for a tool. */
export interface Filled {
  readonly args: Readonly<Record<string, unknown>>
  /** The names of the values that its schema has no parameter for. */
  readonly left: readonly string[]
  /** The parameters that it needs and that only the person can give. */
  readonly missing: readonly string[]
}

/** Values by parameter name, as texts. */
type Texts = Readonly<Record<string, string>>

/**
 * Puts values where a JSON schema has parameters for them: at the top level, or in an object one
 * level below (many servers put all parameters into one called `params`).
 *
 * @param told Values that the instructions give. They come before all others.
 * @param given What the person answered when they were asked for a parameter.
 */
export function fillArguments(
  parameters: unknown,
  values: ToolValues,
  told: Texts = {},
  given: Texts = {},
): Filled {
  const root = isObject(parameters) ? parameters : {}
  const placed = new Set<string>()
  const missing: string[] = []
  const args = fill(root, root, { values, told, given, placed, missing }, 1)
  return { args, left: Object.keys(values).filter((name) => !placed.has(name)), missing }
}

/** The values to fill in, the names of those that found a parameter, and what is missing. */
interface Filling {
  readonly values: ToolValues
  readonly told: Texts
  readonly given: Texts
  readonly placed: Set<string>
  readonly missing: string[]
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
    } else if (required.includes(property)) {
      const own = Object.hasOwn(filling.given, property)
        ? fromText(filling.given[property] ?? '', wanted)
        : withoutAsking(wanted)
      if (own !== undefined) args[property] = own
      // Nobody is asked for a credential or an identity.
      else if (!/token|secret|password|key|user_?id/i.test(property)) filling.missing.push(property)
    }
  }
  return args
}

/** What a person answered, in the type of the parameter. Undefined when it does not fit. */
function fromText(text: string, schema: Schema): unknown {
  if (schema.type === 'boolean')
    return /^(?:yes|true|on)$/i.test(text) || (/^(?:no|false|off)$/i.test(text) ? false : undefined)
  if (schema.type !== 'integer' && schema.type !== 'number') return fitting(text, schema)
  const number = Number(text)
  const fits = text !== '' && (schema.type === 'number' || Number.isInteger(number))
  return fits && Number.isFinite(number) ? number : undefined
}

/** The value of a parameter for which there is nothing to choose. */
function withoutAsking(schema: Schema): unknown {
  if (schema.default !== undefined) return schema.default
  if (schema.const !== undefined) return schema.const
  if (Array.isArray(schema.enum) && schema.enum.length === 1) return schema.enum[0]
  return schema.type === 'array' ? [] : schema.type === 'object' ? {} : undefined
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
