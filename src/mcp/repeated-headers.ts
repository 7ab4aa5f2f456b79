// Whether the headers that repeat a message (MCP 2026-07-28, Streamable HTTP) say what it says. A server
// that goes by them would otherwise do something else than what was judged. Pure.

import { isObject, type UnknownObject } from '../core/json.ts'
import { type Messages, toolCallOf } from './answer/message.ts'

/** What the refusal of such a request names as its `claim`: the part that was wrong. */
export const HEADERS_DIFFER = 'mcp_headers'

const PARAMETER = 'mcp-param-'

/** Whether a header says something else than the messages of its request. */
export function headersDiffer(headers: Headers, { list, isBatch }: Messages): boolean {
  const repeated = [...headers].filter(([name]) => name.startsWith('mcp-'))
  const [message] = list
  if (!message) return false
  let values: ReadonlySet<string> | undefined
  return repeated.some(([header, text]) => {
    if (header === 'mcp-method') return isBatch || headerText(text) !== message.method
    if (header === 'mcp-name') return isBatch || !names(message, headerText(text))
    if (!header.startsWith(PARAMETER)) return false
    // Many headers, and arguments of megabytes: they are read once.
    values ??= valuesIn(message)
    const value = headerText(text)
    return isBatch || value === undefined || !values.has(value)
  })
}

/**
 * The text that a header says. What is no plain ASCII comes as `=?base64?…?=`. Undefined when that does
 * not decode.
 */
export function headerText(text: string): string | undefined {
  const encoded = /^=\?base64\?(.*)\?=$/i.exec(text)?.[1]
  if (encoded === undefined) return text
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Whether a text is what a message names: a tool, a prompt, a URI or a task. Others name nothing. */
function names({ method, params }: UnknownObject, text: string | undefined): boolean {
  const member = /^(?:tools|prompts)\//.test(String(method))
    ? 'name'
    : /^resources\//.test(String(method))
      ? 'uri'
      : 'taskId'
  const named = isObject(params) ? params[member] : undefined
  return typeof named !== 'string' || named === text
}

/** What stands in the arguments of a call, at whatever place: the schema is not always known. */
function valuesIn(message: UnknownObject): ReadonlySet<string> {
  const values = new Set<string>()
  const queue: unknown[] = [toolCallOf(message)?.args]
  // The queue grows while the loop reads it.
  for (const one of queue)
    if (typeof one === 'object' && one !== null)
      for (const inner of Object.values(one)) queue.push(inner)
    else values.add(String(one))
  return values
}
