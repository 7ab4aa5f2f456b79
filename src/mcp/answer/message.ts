// JSON-RPC messages as carrying sees them: parsed once at the edge, of any protocol revision. It knows no method's meaning but the few it must.

import { isObject, parseJson, type UnknownObject } from '../../core/json.ts'
/** One message, or a batch of them (2025-03-26 allows it). */
export interface Messages {
  readonly list: readonly UnknownObject[]
  readonly batch: boolean
}

/** Reads a request's body; undefined when it is no JSON-RPC. */
export function readMessages(body: unknown): Messages | undefined {
  if (typeof body !== 'string') return undefined
  const value = parseJson(body)
  if (Array.isArray(value))
    return value.length > 0 && value.every(isObject) ? { list: value, batch: true } : undefined
  return isObject(value) ? { list: [value], batch: false } : undefined
}

/** Writes messages as they were: alone or as a batch. */
export function writeMessages({ list, batch }: Messages): string {
  return JSON.stringify(batch ? list : list[0])
}

/** The tool's name and arguments, when a message is a `tools/call`. */
export function toolCallOf(
  message: UnknownObject,
): { readonly name: string; readonly args: unknown } | undefined {
  if (message.method !== 'tools/call' || !isObject(message.params)) return undefined
  const { name, arguments: args } = message.params
  return typeof name === 'string' ? { name, args } : undefined
}

/** The message with other arguments. */
export function withArguments(message: UnknownObject, args: unknown): UnknownObject {
  return {
    ...message,
    params: { ...(isObject(message.params) ? message.params : {}), arguments: args },
  }
}
