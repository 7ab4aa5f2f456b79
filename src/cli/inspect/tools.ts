// The tools of a server as an operator sees them who decides on a binding.

import { examineTool } from 'onbehalf/mcp'
import { isObject, type UnknownObject } from './ask.ts'
import { isPrintable } from './printable.ts'
import type { InspectedTool } from './report.ts'

/** Looks at the tools; entries that are no tools are left out. */
export function inspectTools(tools: readonly UnknownObject[]): readonly InspectedTool[] {
  return tools.flatMap((tool) =>
    typeof tool.name === 'string' && tool.name !== ''
      ? [inspectTool({ ...tool, name: tool.name })]
      : [],
  )
}

function inspectTool(tool: {
  readonly name: string
  readonly [member: string]: unknown
}): InspectedTool {
  const { parameters, mirrored, unusable } = examineTool(tool)
  const odd = ![tool.name, ...parameters.map(({ pointer }) => pointer)].every(isPrintable)
  return {
    name: tool.name,
    parameters: parameters.map(({ pointer, value }) => ({ pointer, looksLike: value })),
    headers: mirrored,
    unusable:
      unusable?.why ??
      (odd ? 'its name or a parameter’s is too long, or has characters that cannot be seen' : null),
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
  const has = (name: string, pointer: string) =>
    inspected.some(
      (tool) =>
        tool.name === name && tool.parameters.some((parameter) => parameter.pointer === pointer),
    )
  const pointers = inspected.flatMap(({ parameters }) => parameters.map(({ pointer }) => pointer))
  return new Set(
    pointers.filter((pointer) =>
      tools.some(
        ({ name, inputSchema }) =>
          typeof name === 'string' && !has(name, pointer) && mayHave(inputSchema, pointer),
      ),
    ),
  )
}

/**
 * Whether a schema may declare the first member of a pointer; a schema that cannot be read directly
 * counts as yes.
 */
function mayHave(schema: unknown, pointer: string): boolean {
  if (!isObject(schema)) return false
  const first = (pointer.split('/')[1] ?? '').replaceAll('~1', '/').replaceAll('~0', '~')
  if (isObject(schema.properties) && Object.hasOwn(schema.properties, first)) return true
  return ['$ref', 'allOf', 'anyOf', 'oneOf', 'if', 'patternProperties', 'dependentSchemas'].some(
    (key) => Object.hasOwn(schema, key),
  )
}
