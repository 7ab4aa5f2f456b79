// Reads one entry of a list of tools as its author meant it: nulls are absent, and what is spelled
// oddly is mended where its meaning is plain. Otherwise it says why the tool cannot be used. Pure.

import { isObject, type UnknownObject } from '../../core/json.ts'
import type { StepBudget } from '../../core/steps.ts'
import type { ToolDefinition } from '../arguments/strip.ts'
import { mendSchema } from './mend-schema.ts'

/** Why an entry of a list is no tool that can be used. */
export type ToolFault =
  /** It is no object, or it has no name. */
  | 'not_a_tool'
  /** Its name is longer than any name. */
  | 'name_too_long'
  /** It takes something other than an object of arguments. */
  | 'schema_malformed'

/** A tool that can be used. */
export interface UsableEntry {
  readonly ok: true
  /** The tool, mended. */
  readonly tool: ToolDefinition
  /** The tool as its server listed it. */
  readonly listed: ToolDefinition
}

/** A tool that can be used, or why it cannot. `name` is the server's. */
export type MendedTool =
  | UsableEntry
  | { readonly ok: false; readonly name: string; readonly why: ToolFault }

const MAX_NAME_CHARS = 256

/** Mends one entry of a list. With nothing to mend, the tool is the entry itself. */
export function mendTool(entry: unknown, budget: StepBudget): MendedTool {
  if (!isObject(entry)) return fault('', 'not_a_tool')
  const { name } = entry
  if (typeof name !== 'string' || name.trim() === '') return fault('', 'not_a_tool')
  if (name.length > MAX_NAME_CHARS) return fault(name, 'name_too_long')
  const inputSchema = mendInput(entry.inputSchema, budget)
  if (!inputSchema) return fault(name, 'schema_malformed')
  let isChanged = inputSchema !== entry.inputSchema
  const members: [string, unknown][] = []
  for (const [key, value] of Object.entries(entry)) {
    const next = key === 'inputSchema' ? inputSchema : mendMember(key, value)
    if (next !== value) isChanged = true
    if (next !== undefined) members.push([key, next])
  }
  // Nothing to mend: the same object, so that whoever passes lists on sees that it is as it was.
  const listed = entry as ToolDefinition
  if (!isChanged) return { ok: true, tool: listed, listed }
  return { ok: true, tool: { ...Object.fromEntries(members), inputSchema, name }, listed }
}

function fault(name: string, why: ToolFault): MendedTool {
  return { ok: false, name, why }
}

/** The schema of the arguments; undefined when they are no object. */
function mendInput(value: unknown, budget: StepBudget): UnknownObject | undefined {
  // A tool without a schema takes no arguments. PHP writes an empty object as an empty list.
  const isAbsent = value === undefined || value === null
  if (isAbsent || (Array.isArray(value) && value.length === 0))
    return { type: 'object', properties: {} }
  if (value === true) return { type: 'object' }
  if (!isObject(value)) return undefined
  const schema = mendSchema(value, budget)
  const { type } = schema
  if (type === 'object') return schema
  if (Array.isArray(type))
    return type.includes('object') ? { ...schema, type: 'object' } : undefined
  if (type !== undefined) return undefined
  return { type: 'object', ...schema }
}

/** Members whose values other clients read, and what they must be. Others stay as they are. */
function mendMember(key: string, value: unknown): unknown {
  switch (key) {
    case 'title':
    case 'description':
      return typeof value === 'string' ? value : undefined
    case 'outputSchema':
      return isObject(value) ? mendOutput(value) : undefined
    case 'annotations':
      return isObject(value) ? mendMarks(value) : undefined
    case 'execution':
      return isObject(value) && isTaskSupport(value.taskSupport) ? value : undefined
    case 'icons':
      return Array.isArray(value) && value.every(isIcon) ? value : undefined
    case '_meta':
      return isObject(value) ? value : undefined
    default:
      return value
  }
}

/** Older revisions want an object here, and say so by `type`. */
function mendOutput(schema: UnknownObject): UnknownObject {
  const isTyped = schema.type !== undefined && schema.type !== null
  return isTyped || !isObject(schema.properties) ? schema : { ...schema, type: 'object' }
}

const TASK_SUPPORT: readonly unknown[] = ['required', 'optional', 'forbidden']

function isTaskSupport(value: unknown): boolean {
  return value === undefined || TASK_SUPPORT.includes(value)
}

function isIcon(value: unknown): boolean {
  return isObject(value) && typeof value.src === 'string'
}

/** Marks in the wrong type are left out: what is not said is not promised. */
function mendMarks(marks: UnknownObject): UnknownObject {
  const entries = Object.entries(marks)
  const kept = entries.filter(([key, value]) =>
    key === 'title'
      ? typeof value === 'string'
      : !key.endsWith('Hint') || typeof value === 'boolean',
  )
  return kept.length === entries.length ? marks : Object.fromEntries(kept)
}
