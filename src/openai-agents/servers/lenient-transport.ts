// A transport of the MCP SDK that keeps results as the server gave them. The SDK refuses a whole
// list for one odd tool, and a whole result for one odd part, although the call was made.

import {
  type JSONRPCMessage,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client'
import { isObject, type UnknownObject } from '../../core/json.ts'

/** A transport, and the results that went through it. */
export interface LenientTransport extends Transport {
  /**
   * Takes the result that the server gave, once. The SDK's stands for it.
   *
   * @param result What the SDK gave.
   */
  takeRaw(result: unknown): unknown
  /** Ends the session at the server, if there is one. */
  terminateSession(): Promise<void>
}

/** The member of `_meta` that names the result which a placeholder stands for. */
const RAW = 'onbehalf/raw'

/** Methods whose results the SDK gets a placeholder for. */
const PLACEHOLDERS: ReadonlyMap<string, UnknownObject> = new Map([
  ['tools/list', { tools: [], ttlMs: 0, cacheScope: 'private' }],
  ['tools/call', { content: [] }],
])

/** Makes the transport for one session. */
export function lenientTransport(
  url: string,
  options: { readonly fetch: typeof globalThis.fetch },
): LenientTransport {
  const inner = new StreamableHTTPClientTransport(new URL(url), options)
  /** The methods of the requests under way, by their ids. */
  const methods = new Map<unknown, string>()
  const raw = new Map<unknown, unknown>()

  const transport: LenientTransport = {
    hasPerRequestStream: true,
    get sessionId() {
      return inner.sessionId
    },
    start: () => inner.start(),
    close: () => inner.close(),
    setProtocolVersion: (version) => inner.setProtocolVersion(version),
    terminateSession: () => inner.terminateSession(),
    send(message, { requestSignal, onRequestStreamEnd, headers } = {}) {
      if ('method' in message && 'id' in message) methods.set(message.id, message.method)
      return inner.send(message, {
        ...(requestSignal ? { requestSignal } : {}),
        ...(onRequestStreamEnd ? { onRequestStreamEnd } : {}),
        ...(headers ? { headers } : {}),
      })
    },
    takeRaw(result) {
      const key = isObject(result) && isObject(result._meta) ? result._meta[RAW] : undefined
      const value = raw.get(key)
      raw.delete(key)
      return value
    },
  }
  inner.onclose = () => transport.onclose?.()
  inner.onerror = (error) => transport.onerror?.(error)
  inner.onmessage = (message) => transport.onmessage?.(readable(message, methods, raw))
  return transport
}

/** The message as the SDK can read it. */
function readable(
  message: JSONRPCMessage,
  methods: Map<unknown, string>,
  raw: Map<unknown, unknown>,
): JSONRPCMessage {
  if (!('result' in message)) return message
  const { id, result } = message
  const method = methods.get(id)
  methods.delete(id)
  if (method === 'initialize') return { ...message, result: readableHandshake(result) }
  const placeholder = PLACEHOLDERS.get(method ?? '')
  const { resultType } = result
  // Other types of results steer the protocol, and are the SDK's to read.
  if (!placeholder || (typeof resultType === 'string' && resultType !== 'complete')) return message
  raw.set(id, result)
  return { ...message, result: { resultType: 'complete', ...placeholder, _meta: { [RAW]: id } } }
}

/** An answer to `initialize`: what is missing or null in it says nothing. */
function readableHandshake(result: UnknownObject): { [key: string]: unknown } {
  const { capabilities, serverInfo, protocolVersion } = result
  const { name, version } = isObject(serverInfo) ? serverInfo : {}
  return {
    protocolVersion,
    capabilities: isObject(capabilities) ? { tools: {} } : {},
    serverInfo: {
      name: typeof name === 'string' ? name : 'server',
      version: typeof version === 'string' ? version : '0',
    },
  }
}
