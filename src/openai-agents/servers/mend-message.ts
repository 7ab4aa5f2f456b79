// A JSON-RPC message as the MCP SDK takes it. Some servers write every member, with null for what is
// absent, and the SDK drops the whole message for it. Pure.

import { isObject, type UnknownObject } from '../../core/json.ts'

/** Members that a message may have. One that is null is absent. */
const MEMBERS = ['method', 'params', 'error', 'result'] as const

/** Mends a message. With nothing to mend it is the message itself. */
export function mendMessage(message: UnknownObject): UnknownObject {
  const { jsonrpc, result, params } = message
  const isOdd =
    jsonrpc !== '2.0' ||
    MEMBERS.some((member) => message[member] === null) ||
    hasOddMeta(result) ||
    hasOddMeta(params)
  if (!isOdd) return message
  const members = Object.entries({ ...message, jsonrpc: '2.0' }).filter(
    ([name, value]) => value !== null || name === 'id',
  )
  return Object.fromEntries(
    members.map(([name, value]) => [
      name,
      (name === 'result' || name === 'params') && isObject(value) ? withoutOddMeta(value) : value,
    ]),
  )
}

function hasOddMeta(value: unknown): boolean {
  return isObject(value) && '_meta' in value && !isObject(value._meta)
}

function withoutOddMeta(value: UnknownObject): UnknownObject {
  if (!hasOddMeta(value)) return value
  const { _meta: _, ...rest } = value
  return rest
}
