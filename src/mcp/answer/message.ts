// JSON-RPC messages of any protocol revision: read from a body once, and written back. It knows the
// meaning of `tools/call` and `prompts/get` alone.

import { isObject, parseJson, type UnknownObject } from '../../core/json.ts'

/** One message, or a batch of them (MCP 2025-03-26 allows it). */
export interface Messages {
  readonly list: readonly UnknownObject[]
  readonly isBatch: boolean
}

/** What a server lists, and can be asked for with arguments. */
export type CallKind = 'tools' | 'prompts' | 'resources'

/** How a list of each kind is asked for, and where it is in the answer. */
export const LISTS: Readonly<
  Record<CallKind, { readonly method: string; readonly member: string }>
> = {
  tools: { method: 'tools/list', member: 'tools' },
  prompts: { method: 'prompts/list', member: 'prompts' },
  resources: { method: 'resources/templates/list', member: 'resourceTemplates' },
}

/** A call of a tool, or the request for a prompt, as its client wrote it. */
export interface ToolCall {
  readonly kind: CallKind
  /** That of a prompt begins with `prompts/`, so that it is no tool's. */
  readonly name: string
  /** What the model filled in. Nothing is known of it. */
  readonly args: unknown
}

/** A request that waits for an answer. */
export interface RpcRequest {
  readonly id: string | number
  readonly isToolCall: boolean
  /** The protocol revision that it says it speaks (MCP 2026-07-28), in whatever words. */
  readonly revision?: string
}

/**
 * Reads a request's body.
 *
 * @param body What `fetch` was given: a JSON text; anything else is not read.
 * @returns Undefined when the body is not JSON-RPC.
 */
export function readMessages(body: unknown): Messages | undefined {
  if (typeof body !== 'string') return undefined
  const value = parseJson(body)
  if (Array.isArray(value))
    return value.length > 0 && value.every(isObject) ? { list: value, isBatch: true } : undefined
  return isObject(value) ? { list: [value], isBatch: false } : undefined
}

/** Writes messages the way they came: alone or as a batch. */
export function writeMessages({ list, isBatch }: Messages): string {
  return JSON.stringify(isBatch ? list : list[0])
}

/**
 * The one request in a body. Undefined for a batch, a notification, an answer, and no body at all.
 */
export function requestIn(messages: Messages | undefined): RpcRequest | undefined {
  const [message] = messages?.list ?? []
  if (!message || messages?.isBatch || typeof message.method !== 'string') return undefined
  const { id, method } = message
  if (typeof id !== 'string' && typeof id !== 'number') return undefined
  const revision = revisionIn(message)
  return {
    id,
    isToolCall: method === 'tools/call',
    ...(revision === undefined ? {} : { revision }),
  }
}

function revisionIn({ params }: UnknownObject): string | undefined {
  const meta = isObject(params) ? params._meta : undefined
  const revision = isObject(meta) ? meta['io.modelcontextprotocol/protocolVersion'] : undefined
  return typeof revision === 'string' ? revision : undefined
}

const KINDS: ReadonlyMap<unknown, CallKind> = new Map([
  ['tools/call', 'tools'],
  ['prompts/get', 'prompts'],
])

/** Whether a message is a call of some kind, or asks for a completion, whatever is in it. */
export function isCall({ method }: UnknownObject): boolean {
  return KINDS.has(method) || method === COMPLETION
}

const COMPLETION = 'completion/complete'

/**
 * The call in a message. Undefined for another method, and for a call that names nothing.
 */
export function toolCallOf({ method, params }: UnknownObject): ToolCall | undefined {
  const kind = KINDS.get(method)
  if (!kind || !isObject(params)) return undefined
  const { name, arguments: args } = params
  if (typeof name !== 'string') return undefined
  return { kind, name: kind === 'prompts' ? promptKey(name) : name, args }
}

const RESOURCE_REQUESTS: ReadonlySet<unknown> = new Set([
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
])

/** The URI that a request for a resource names; undefined for another method. */
export function uriIn({ method, params }: UnknownObject): string | undefined {
  if (!RESOURCE_REQUESTS.has(method) || !isObject(params)) return undefined
  return typeof params.uri === 'string' ? params.uri : undefined
}

/** The URIs that a request asks to hear of (`subscriptions/listen`, MCP 2026-07-28). */
export function subscribedUris({ method, params }: UnknownObject): readonly string[] {
  if (method !== 'subscriptions/listen' || !isObject(params)) return []
  const { notifications } = params
  const uris = isObject(notifications) ? notifications.resourceSubscriptions : undefined
  return Array.isArray(uris) ? uris.filter((uri) => typeof uri === 'string') : []
}

/** The request with another URI. */
export function withUri(message: UnknownObject, uri: string): UnknownObject {
  return { ...message, params: { ...(isObject(message.params) ? message.params : {}), uri } }
}

/**
 * What a request for a completion (`completion/complete`) says of a prompt, or of a template of URIs, as
 * if it were a call. Undefined for another method, and for one that names two things.
 */
export function completionOf({ method, params }: UnknownObject): ToolCall | undefined {
  if (method !== COMPLETION || !isObject(params)) return undefined
  const { ref, argument, context } = params
  const given = isObject(context) && isObject(context.arguments) ? context.arguments : {}
  const asked = isObject(argument) ? { [textOf(argument.name)]: argument.value } : {}
  const { name: prompt, uri } = isObject(ref) ? ref : {}
  // The server decides which of the two counts.
  if (prompt !== undefined && uri !== undefined) return undefined
  const name = textOf(prompt ?? uri)
  return { kind: 'prompts', name: promptKey(name), args: { ...given, ...asked } }
}

/** An object from outside may have a `toString` that is no function. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The name of a prompt among those of tools: in bindings, in the audit, and for pins. */
export function promptKey(name: string): string {
  return `prompts/${name}`
}

/** The message with other arguments. */
export function withArguments(message: UnknownObject, args: unknown): UnknownObject {
  return {
    ...message,
    params: { ...(isObject(message.params) ? message.params : {}), arguments: args },
  }
}

/** Whether a message answers the request with this id. */
export function isAnswerTo(id: string | number, message: unknown): boolean {
  return isObject(message) && message.id === id && ('result' in message || 'error' in message)
}
