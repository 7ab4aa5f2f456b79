// Which tools of a list can be used, and why the others cannot. Pure.

import { isObject, type UnknownObject, writeJson } from '../../core/json.ts'
import { stepBudget } from '../../core/steps.ts'
import { mirroredParameters } from '../../mcp/arguments/param-header.ts'
import { mendTool } from '../../mcp/tools/mend-tool.ts'
import { explainTool, type ToolRefusal } from '../../mcp/tools/tool-refusal.ts'

/** Which tools of a server the operator lets the model have. */
export interface ToolChoice {
  /** Only these, by the names that the server gives them. Default: all. */
  readonly allow?: readonly string[]
  /** Not these. Default: none. */
  readonly deny?: readonly string[]
}

/** A tool that can be used. */
export interface UsableTool {
  readonly name: string
  readonly title: string | undefined
  readonly description: string
  readonly inputSchema: UnknownObject
  /** The schema that its results have, as the server says. */
  readonly outputSchema?: unknown
  /** The server says that the tool changes nothing. */
  readonly readOnly: boolean
  /** The server says that the tool may destroy something. */
  readonly destructive: boolean
}

/** A tool that cannot be used. */
export interface UnusableTool {
  /** The server's name for it. Empty when it has none. */
  readonly name: string
  /** Why, in words. None of them is the server's. */
  readonly why: string
  /** Why, in one word, for the operator. */
  readonly detail: string
}

/** What becomes of a list. */
export interface SortedTools {
  readonly usable: readonly UsableTool[]
  readonly unusable: readonly UnusableTool[]
  /** Names that the operator allows, and that the list does not have. */
  readonly unknown: readonly string[]
}

/** Why a tool cannot be used. */
type Fault =
  | ToolRefusal
  | 'name_repeated'
  /** It can only be called as a task (MCP 2025-11-25), which the agent does not do. */
  | 'task_required'

/** Steps that mending one tool may take. */
const MAX_TOOL_STEPS = 50_000
/** Providers refuse requests that are longer than the model can read. */
const MAX_SCHEMA_CHARS = 65_536
const MAX_DESCRIPTION_CHARS = 16_384
const MAX_SCHEMA_DEPTH = 100

/** Sorts what a server lists. */
export function sortTools(
  entries: readonly unknown[],
  { allow, deny = [] }: ToolChoice,
): SortedTools {
  const usable = new Map<string, UsableTool>()
  const unusable: UnusableTool[] = []
  const seen = new Set<string>()
  const refuse = (name: string, detail: Fault) =>
    unusable.push({ name, detail, why: wordsFor(detail) })
  for (const entry of entries) {
    const mended = isDeepest(entry)
      ? ({ ok: false, name: nameOf(entry), why: 'schema_too_deep' } as const)
      : mendTool(entry, stepBudget(MAX_TOOL_STEPS))
    const { name } = mended.ok ? mended.tool : mended
    seen.add(name)
    if (deny.includes(name) || (allow && !allow.includes(name))) continue
    const why = mended.ok ? faultOf(mended.tool, usable.has(name)) : mended.why
    if (why !== undefined) refuse(name, why)
    else if (mended.ok) usable.set(name, usableOf(mended.tool))
  }
  const unknown = (allow ?? []).filter((name) => !seen.has(name))
  return { usable: [...usable.values()], unusable, unknown }
}

function faultOf(
  { inputSchema: schema, execution }: UnknownObject,
  isRepeated: boolean,
): Fault | undefined {
  if (isRepeated) return 'name_repeated'
  if (isObject(execution) && execution.taskSupport === 'required') return 'task_required'
  if (!isObject(schema)) return 'schema_malformed'
  if ((writeJson(schema)?.length ?? Number.POSITIVE_INFINITY) > MAX_SCHEMA_CHARS)
    return 'schema_too_large'
  const mirrored = mirroredParameters(schema)
  return !mirrored.ok && mirrored.refusal === 'annotation_invalid'
    ? 'annotation_invalid'
    : undefined
}

function wordsFor(detail: Fault): string {
  switch (detail) {
    case 'name_repeated':
      return 'another tool of the server has the same name'
    case 'task_required':
      return 'it can only be called as a task, which is not supported'
    default:
      return explainTool(detail)
  }
}

function usableOf(tool: UnknownObject & { readonly name: string }): UsableTool {
  const { name, title, description, inputSchema, outputSchema, annotations } = tool
  const marks = isObject(annotations) ? annotations : {}
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
  return {
    name,
    title: [title, marks.title].find(isText),
    description: isText(description) ? description.slice(0, MAX_DESCRIPTION_CHARS) : '',
    inputSchema: isObject(inputSchema) ? inputSchema : {},
    ...(outputSchema === undefined ? {} : { outputSchema }),
    // A server that says nothing has not said that the tool is harmless. One that is marked as both
    // counts as destructive.
    readOnly: marks.readOnlyHint === true && marks.destructiveHint !== true,
    destructive: marks.destructiveHint === true,
  }
}

function nameOf(entry: unknown): string {
  return isObject(entry) && typeof entry.name === 'string' ? entry.name : ''
}

/** Whether a value is nested deeper than anybody may write. There is no recursion. */
function isDeepest(value: unknown): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_SCHEMA_DEPTH) return true
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null ? Object.values(one) : [],
    )
  }
  return false
}
