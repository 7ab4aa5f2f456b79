// Whether the headers that repeat a message (MCP 2026-07-28, Streamable HTTP) say what it says. A server
// that goes by them would otherwise do something else than what was judged. Pure.

import { isObject, type UnknownObject } from '../core/json.ts'
import { type Messages, toolCallOf } from './answer/message.ts'

const PARAMETER = 'mcp-param-'

/** Whether a header says something else than the messages of its request. */
export function headersDiffer(headers: Headers, { list, isBatch }: Messages): boolean {
  const repeated = [...headers].filter(([name]) => name.startsWith('mcp-'))
  const [message] = list
  if (!message) return false
  return repeated.some(([header, text]) => {
    if (header === 'mcp-method') return isBatch || headerText(text) !== message.method
    if (header === 'mcp-name') return isBatch || !names(message, headerText(text))
    if (header.startsWith(PARAMETER)) return isBatch || !hasValue(message, headerText(text))
    return false
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

/** Whether a text is the name, or the URI, of a message that has one. */
function names({ params }: UnknownObject, text: string | undefined): boolean {
  const { name, uri, taskId } = isObject(params) ? params : {}
  const named = [name, uri, taskId].filter((one) => typeof one === 'string')
  return named.length === 0 || (text !== undefined && named.includes(text))
}

/** Whether a call has the value among its arguments, at whatever place: the schema is not always known. */
function hasValue(message: UnknownObject, text: string | undefined): boolean {
  const call = toolCallOf(message)
  if (!call) return true
  if (text === undefined) return false
  const queue: unknown[] = [call.args]
  // The queue grows while the loop reads it.
  for (const one of queue) {
    if (typeof one !== 'object' || one === null) {
      if (String(one) === text) return true
    } else for (const inner of Object.values(one)) queue.push(inner)
  }
  return false
}
