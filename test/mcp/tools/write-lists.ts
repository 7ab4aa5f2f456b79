// Writes tool lists in few words. No test lives here.

/** The tools of one server. */
export interface ToolList {
  readonly name: string
  readonly tools: readonly { readonly name: string; readonly inputSchema: object }[]
}

/** `a! b:integer c`: names, `!` for required, and types other than string. */
type Parameters = string

/** `MAP` is an object with any members, `FLAG` a boolean; under the empty name are the tool's own. */
export type Shape = Parameters | Readonly<Record<string, Parameters>>

/** A list. */
export function list(
  name: string,
  tools: readonly (readonly [name: string, shape: Shape])[],
): ToolList {
  return { name, tools: tools.map(([tool, shape]) => ({ name: tool, inputSchema: write(shape) })) }
}

/** A list whose parameters are described: their type, with `!` for required, and the words. */
export function described(
  name: string,
  tools: readonly (readonly [string, Readonly<Record<string, readonly [string, string]>>])[],
): ToolList {
  return {
    name,
    tools: tools.map(([tool, parameters]) => ({
      name: tool,
      inputSchema: {
        type: 'object',
        properties: Object.fromEntries(
          Object.entries(parameters).map(([key, [type, description]]) => [
            key,
            { type: type.replace('!', ''), ...(description === '' ? {} : { description }) },
          ]),
        ),
        required: Object.entries(parameters).flatMap(([key, [type]]) =>
          type.endsWith('!') ? [key] : [],
        ),
      },
    })),
  }
}

function write(shape: Shape): object {
  if (typeof shape === 'string') return object(shape)
  const { '': own = '', ...inner } = shape
  const base = object(own)
  const properties = Object.fromEntries(
    Object.entries(inner).map(([key, parameters]) => [key, member(parameters)]),
  )
  const required = Object.keys(inner).filter((key) => inner[key]?.includes('!'))
  return {
    ...base,
    properties: { ...base.properties, ...properties },
    required: [...base.required, ...required],
  }
}

function member(parameters: string): object {
  if (parameters === 'MAP') return { type: 'object', additionalProperties: { type: 'string' } }
  return parameters === 'FLAG' ? { type: 'boolean' } : object(parameters)
}

function object(parameters: Parameters) {
  const words = parameters.trim() === '' ? [] : parameters.trim().split(/\s+/)
  const read = words.map((word) => /^(.+?)(!)?(?::(\w+))?(!)?$/.exec(word))
  return {
    type: 'object',
    properties: Object.fromEntries(
      read.map((one) => [one?.[1] ?? '', { type: one?.[3] ?? 'string' }]),
    ),
    required: read.flatMap((one) => (one?.[2] ? [one[1] ?? ''] : [])),
  }
}
