// The tools of a server as an operator sees them who decides on a binding.

import { type ExaminedParameter, examineTools, type ToolDefinition } from 'onbehalf/mcp'
import { isObject, type UnknownObject } from './ask.ts'
import { groundInWords } from './grounds.ts'
import { isPrintable } from './printable.ts'
import type { InspectedParameter, InspectedTool } from './report.ts'

/** Tools that were looked at, and how many of them take parameters. */
export interface InspectedTools {
  readonly tools: readonly InspectedTool[]
  readonly takingAny: number
}

/**
 * Looks at the tools; entries that are no tools are left out. Between two tools there is a turn for
 * the deadline and for the person who stops it.
 */
export async function inspectTools(
  listed: readonly UnknownObject[],
  signal: AbortSignal,
): Promise<InspectedTools> {
  const named = listed.flatMap((tool): ToolDefinition[] =>
    typeof tool.name === 'string' && tool.name !== '' ? [{ ...tool, name: tool.name }] : [],
  )
  const giveTurn = async () => {
    await new Promise((resolve) => setTimeout(resolve, 0))
    signal.throwIfAborted()
  }
  const examination = await examineTools(named, giveTurn)
  const tools: InspectedTool[] = []
  for (const [index, { name }] of named.entries()) {
    const { parameters, mirrored, unusable } = examination.examine(index)
    const callers = parameters.filter(({ isCallers }) => isCallers)
    const odd = ![name, ...callers.map(({ pointer }) => pointer)].every(isPrintable)
    tools.push({
      name,
      parameters: callers.map(inspected),
      others: parameters.filter(({ isCallers }) => !isCallers).map(inspected),
      headers: mirrored,
      refused: unusable !== undefined || callers.some(({ isRequired }) => isRequired),
      unusable:
        unusable?.why ??
        (odd
          ? 'its name or a parameter’s is too long, or has characters that cannot be seen'
          : null),
    })
    await giveTurn()
  }
  return { tools, takingAny: examination.takingAny }
}

function inspected(parameter: ExaminedParameter): InspectedParameter {
  const { pointer, looksLike, isRequired, inTools, isEverywhere, ground, value } = parameter
  return {
    pointer,
    looksLike,
    required: isRequired,
    inTools,
    everywhere: isEverywhere,
    besideCredential: ground === 'credential-beside',
    why: groundInWords(parameter),
    value,
  }
}

/**
 * The pointers that cannot be bound for all tools at once: at the same pointer, another tool may
 * have something that is neither a credential nor an identity, such as the subject of an email.
 */
export function ambiguousPointers(
  tools: readonly UnknownObject[],
  inspected: readonly InspectedTool[],
): ReadonlySet<string> {
  const found = new Map<string, Set<string>>()
  for (const { name, parameters } of inspected) {
    const some = found.get(name) ?? new Set<string>()
    found.set(name, some)
    for (const { pointer } of parameters) some.add(pointer)
  }
  const pointers = new Set([...found.values()].flatMap((some) => [...some]))
  // Counted, because every tool may have every pointer: how many tools may have a member, and how
  // many of them have the parameter there.
  let unreadable = 0
  const declaring = new Map<string, number>()
  const having = new Map<string, number>()
  for (const { name, inputSchema } of tools) {
    if (typeof name !== 'string' || !isObject(inputSchema)) continue
    const isUnreadable = INDIRECT.some((key) => Object.hasOwn(inputSchema, key))
    const { properties } = inputSchema
    const members = new Set(isObject(properties) ? Object.keys(properties) : [])
    if (isUnreadable) unreadable++
    else for (const member of members) count(declaring, member)
    for (const pointer of found.get(name) ?? [])
      if (isUnreadable || members.has(firstOf(pointer))) count(having, pointer)
  }
  return new Set(
    [...pointers].filter(
      (pointer) => unreadable + (declaring.get(firstOf(pointer)) ?? 0) > (having.get(pointer) ?? 0),
    ),
  )
}

/** Keywords behind which a schema may declare any member; it cannot be read directly then. */
const INDIRECT = ['$ref', 'allOf', 'anyOf', 'oneOf', 'if', 'patternProperties', 'dependentSchemas']

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/** The first member of a pointer. */
function firstOf(pointer: string): string {
  return (pointer.split('/', 2)[1] ?? '').replaceAll('~1', '/').replaceAll('~0', '~')
}
