// Two tools in place of a long list: `find_tool` looks tools up by words, `call_tool` calls one. What
// they find is the person's own list, and a call by `call_tool` is the call of the tool itself: it is
// unwrapped before anything else sees it.

import { isObject, type UnknownObject } from '../../core/json.ts'
import { rank } from './rank.ts'

/** Whether they are beside the list, or in its place. */
export type Search = true | 'only'

const FIND = 'find_tool'
const CALL = 'call_tool'

const DEFAULT_LIMIT = 5
const MAX_LIMIT = 20
/** Characters of the tools that are found, so that they do not fill what a model can read. */
const MAX_CHARS = 60_000

const TOOLS: readonly UnknownObject[] = [
  {
    name: FIND,
    title: 'Find tools',
    description:
      'Finds tools by what they do. Returns the best matches, each with its name, description and input schema. Call one with call_tool.',
    inputSchema: {
      type: 'object',
      properties: {
        query: { type: 'string', description: 'A few words on what the tool shall do' },
        limit: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
      },
      required: ['query'],
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true, openWorldHint: false },
  },
  {
    name: CALL,
    title: 'Call a tool',
    description: 'Calls a tool that find_tool has found, and returns its result.',
    inputSchema: {
      type: 'object',
      properties: {
        name: { type: 'string', description: 'The name of the tool, as find_tool gave it' },
        arguments: { type: 'object', description: 'Its arguments, by its input schema' },
      },
      required: ['name'],
      additionalProperties: false,
    },
    // It is whatever the tool is that it calls.
    annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: true },
  },
]

/** The list of tools that a client gets. `list` gives the person's whole list. */
export async function listedTools(
  search: Search,
  list: () => Promise<UnknownObject>,
): Promise<UnknownObject> {
  if (search === 'only') return { tools: TOOLS }
  const { tools, ...others } = await list()
  return { ...others, tools: [...TOOLS, ...(Array.isArray(tools) ? tools : [])] }
}

/** The question of a call of `find_tool`; undefined for any other message. */
export function questionIn(message: UnknownObject): UnknownObject | undefined {
  const { name, arguments: args } = paramsOf(message)
  if (message.method !== 'tools/call' || name !== FIND) return undefined
  return isObject(args) ? args : {}
}

/** Answers it, from the person's whole list. */
export function foundTools(question: UnknownObject, tools: unknown): UnknownObject {
  const { query, limit } = question
  if (typeof query !== 'string' || query.trim() === '')
    return { content: [{ type: 'text', text: 'Say in query what to look for.' }], isError: true }
  const wanted =
    typeof limit === 'number' && limit >= 1 ? Math.min(Math.floor(limit), MAX_LIMIT) : DEFAULT_LIMIT
  const found: UnknownObject[] = []
  let chars = 0
  for (const one of rank(Array.isArray(tools) ? tools : [], query).slice(0, wanted)) {
    const shown = { name: one.name, description: one.description, inputSchema: one.inputSchema }
    chars += JSON.stringify(shown).length
    if (found.length > 0 && chars > MAX_CHARS) break
    found.push(shown)
  }
  const text =
    found.length === 0
      ? 'No tool has these words. Try others, or fewer.'
      : JSON.stringify({ tools: found })
  return { content: [{ type: 'text', text }], structuredContent: { tools: found } }
}

/** A call by `call_tool` as the call of the tool itself; any other message as it is. */
export function unwrapped(message: UnknownObject): UnknownObject {
  const params = paramsOf(message)
  if (message.method !== 'tools/call' || params.name !== CALL) return message
  const { name, arguments: args } = isObject(params.arguments) ? params.arguments : {}
  return { ...message, params: { ...params, name, arguments: isObject(args) ? args : {} } }
}

function paramsOf({ params }: UnknownObject): UnknownObject {
  return isObject(params) ? params : {}
}
