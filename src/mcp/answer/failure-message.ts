// The messages that we write in place of a server's: a tool result that says why a call failed, and
// what stands for a message of which nothing may pass.

import { isObject, type UnknownObject } from '../../core/json.ts'

/**
 * A tool result that says why the call failed. It is a result with `isError`, not a JSON-RPC error,
 * because frameworks show only results to the model.
 */
export function failedResult(id: string | number, sentence: string): UnknownObject {
  return {
    jsonrpc: '2.0',
    id,
    result: { resultType: 'complete', content: [{ type: 'text', text: sentence }], isError: true },
  }
}

/**
 * What stands for a message that is withheld as a whole. It keeps the id, because whoever asked
 * would otherwise wait for ever.
 */
export function withheldMessage({ id, result }: UnknownObject, sentence: string): UnknownObject {
  if (typeof id !== 'string' && typeof id !== 'number') {
    return {
      jsonrpc: '2.0',
      method: 'notifications/message',
      params: { level: 'warning', data: sentence },
    }
  }
  const isToolResult = isObject(result) && 'content' in result
  if (isToolResult) return failedResult(id, sentence)
  return { jsonrpc: '2.0', id, error: { code: -32603, message: sentence } }
}
