// What is known of one server's prompts. A prompt is judged as a tool is: its arguments are hidden,
// filled or refused by the same rules. So a book of tools keeps them, as tools that take texts.

import { isObject, type UnknownObject } from '../../core/json.ts'
import { promptKey } from '../answer/message.ts'
import type { ToolDefinition } from '../arguments/strip.ts'
import type { ToolBook } from '../tools/tool-book.ts'

/** Arguments of one prompt that are read. A prompt with more is left out. */
const MAX_ARGUMENTS = 256

/** Makes the book of prompts over an empty book of tools. Calls name them by {@link promptKey}. */
export function promptBook(book: ToolBook): ToolBook {
  return {
    tool: book.tool,
    beginList: book.beginList,
    async learn(prompts, told, cursor) {
      const known = new Map<string, UnknownObject>()
      const tools: ToolDefinition[] = []
      for (const prompt of prompts) {
        const [tool] = asTools(prompt)
        // The first of several with one name counts.
        if (!tool || known.has(tool.name) || !isObject(prompt)) continue
        known.set(tool.name, prompt)
        tools.push(tool)
      }
      const { rest } = told
      const restAsTools = rest && (async (from: string) => (await rest(from)).flatMap(asTools))
      const visible = await book.learn(tools, { ...told, rest: restAsTools }, cursor)
      return visible.flatMap((tool) => {
        const prompt = isObject(tool) ? known.get(String(tool.name)) : undefined
        return prompt && isObject(tool) ? [asPrompt(prompt, tool)] : []
      })
    },
  }
}

/** A prompt as a tool; nothing for what is no prompt. */
function asTools(prompt: unknown): readonly ToolDefinition[] {
  if (!isObject(prompt) || typeof prompt.name !== 'string' || prompt.name === '') return []
  const args = argumentsOf(prompt)
  if (args.length > MAX_ARGUMENTS) return []
  const properties = Object.fromEntries(
    args.map(({ name, title, description }) => [
      name,
      { type: 'string', ...textOf({ title, description }) },
    ]),
  )
  const required = args.flatMap((one) => (one.required === true ? [one.name] : []))
  const inputSchema = { type: 'object', properties, required }
  const { title, description } = prompt
  return [{ name: promptKey(prompt.name), ...textOf({ title, description }), inputSchema }]
}

function textOf(texts: Readonly<Record<string, unknown>>): UnknownObject {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => typeof text === 'string'))
}

type Argument = UnknownObject & { readonly name: string }

function argumentsOf({ arguments: args }: UnknownObject): readonly Argument[] {
  return Array.isArray(args) ? args.filter(isArgument) : []
}

function isArgument(value: unknown): value is Argument {
  return isObject(value) && typeof value.name === 'string'
}

/** The prompt with the arguments that are left, and the description that they have then. */
function asPrompt(prompt: UnknownObject, tool: UnknownObject): UnknownObject {
  const schema = isObject(tool.inputSchema) ? tool.inputSchema : {}
  const left = isObject(schema.properties) ? schema.properties : {}
  const args = argumentsOf(prompt)
  const visible = args.filter(({ name }) => Object.hasOwn(left, name))
  const isSame =
    visible.length === args.length &&
    (typeof prompt.description !== 'string' || tool.description === prompt.description)
  if (isSame) return prompt
  return {
    ...prompt,
    ...textOf({ description: tool.description }),
    arguments: visible,
  }
}
