// What a process was told by its client, so that the same person's next client can go on with it. A
// server opens one session in its life (MCP 2025-11-25, Lifecycle), but every client begins with
// `initialize`: the second time, the first answer is given again.

import { isObject, type UnknownObject } from '../core/json.ts'

/** The session that a process has open. */
export interface Opening {
  /** Whether a message can go to the process: false for an `initialize` that differs. */
  fits(message: UnknownObject): boolean
  /** What becomes of a client's message: it goes on, is dropped, or is answered here. */
  outgoing(message: UnknownObject): 'send' | 'drop' | { readonly answer: UnknownObject }
  /** Reads a message of the process: it may be the answer to `initialize`. */
  incoming(message: UnknownObject): void
  /** Whether a client has left something in the process that the next one did not ask for. */
  readonly isMarked: boolean
}

/** They change what the process sends from then on. */
const LASTING: readonly unknown[] = [
  'logging/setLevel',
  'resources/subscribe',
  'subscriptions/listen',
]

/** Makes the memory of one process. */
export function sessionOpening(): Opening {
  let asked: { readonly id: unknown; readonly params: string } | undefined
  let result: unknown
  let isInitialized = false
  let isMarked = false

  return {
    fits(message) {
      if (message.method !== 'initialize' || asked === undefined) return true
      return result !== undefined && asked.params === paramsOf(message)
    },
    outgoing(message) {
      const { id, method } = message
      if (LASTING.includes(method)) isMarked = true
      if (method === 'initialize') {
        if (result !== undefined) return { answer: { jsonrpc: '2.0', id, result } }
        asked = { id, params: paramsOf(message) }
      }
      if (method !== 'notifications/initialized') return 'send'
      const isFirst = !isInitialized
      isInitialized = true
      return isFirst ? 'send' : 'drop'
    },
    incoming(message) {
      if (asked === undefined || result !== undefined || 'method' in message) return
      if (message.id !== asked.id) return
      if (message.result === undefined) asked = undefined
      else ({ result } = message)
    },
    get isMarked() {
      return isMarked
    },
  }
}

/**
 * What a client can do. Its `_meta` may hold a credential, and is of one request. Its name decides
 * nothing, and some frameworks make up another one for each run.
 */
function paramsOf({ params }: UnknownObject): string {
  if (!isObject(params)) return ''
  const { _meta, clientInfo, ...rest } = params
  return JSON.stringify(rest)
}
