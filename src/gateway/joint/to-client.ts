// What a server says, as the client of several servers gets it: names, URIs and ids that lead back to
// that server. Everything else stays as it is. Pure.

import { isObject, type UnknownObject } from '../../core/json.ts'
import type { RequestId } from '../../mcp-server/problem.ts'
import type { Names } from './names.ts'

/** From which server it is, and how its things are named. */
export interface FromServer {
  readonly server: string
  readonly names: Names
  /** The id of the request that it answers. Default: it was asked nothing. */
  readonly asked?: RequestId
}

/** The member of `_meta` that names the task a message belongs to (MCP 2025-11-25, tasks). */
const RELATED_TASK = 'io.modelcontextprotocol/related-task'

/** Rewrites a message: an answer, a request or a notification. */
export function toClient(message: unknown, from: FromServer): unknown {
  if (!isObject(message)) return message
  if (typeof message.method === 'string') return saidToClient(message, from)
  const { id, result } = message
  if (id !== from.asked && (typeof id === 'string' || typeof id === 'number')) return STRAY
  return isObject(result) ? { ...message, result: resultToClient(result, from) } : message
}

/**
 * In place of an answer to something that this server was not asked. Clients know their requests by the
 * ids alone, so one server could answer what another one was asked.
 */
const STRAY = {
  jsonrpc: '2.0',
  method: 'notifications/message',
  params: { level: 'warning', data: 'A server has answered what it was not asked.' },
}

/** An entry of a list. Undefined for one without a name, or with one that would be too long. */
export function entryToClient(
  entry: unknown,
  member: string,
  from: FromServer,
): UnknownObject | undefined {
  if (!isObject(entry)) return undefined
  const { server, names } = from
  if (member === 'tasks') return withTaskId(entry, from)
  if (member === 'resources' || member === 'resourceTemplates') {
    const key = member === 'resources' ? 'uri' : 'uriTemplate'
    const { [key]: uri } = entry
    return typeof uri === 'string'
      ? { ...entry, [key]: names.qualifyUri({ server, name: uri }) }
      : undefined
  }
  if (typeof entry.name !== 'string') return undefined
  const name = names.qualify({ server, name: entry.name })
  return name === undefined ? undefined : { ...withPage(entry, from), name }
}

/** A tool may name a resource that is its page (MCP Apps). */
function withPage(entry: UnknownObject, from: FromServer): UnknownObject {
  const { _meta: meta } = entry
  const ui = isObject(meta) ? meta.ui : undefined
  if (!isObject(ui) || typeof ui.resourceUri !== 'string') return entry
  const page = from.names.qualifyUri({ server: from.server, name: ui.resourceUri })
  return {
    ...entry,
    _meta: { ...(isObject(meta) ? meta : {}), ui: { ...ui, resourceUri: page } },
  }
}

/** A request or a notification of the server. */
function saidToClient(message: UnknownObject, from: FromServer): UnknownObject {
  const { server, names } = from
  const given = isObject(message.params) ? message.params : undefined
  const params = given && { params: paramsToClient(message.method, given, from) }
  const { id } = message
  if (typeof id !== 'string' && typeof id !== 'number') return { ...message, ...params }
  return { ...message, ...params, id: names.qualifyId({ server, id }) }
}

function paramsToClient(method: unknown, params: UnknownObject, from: FromServer): UnknownObject {
  const { server, names } = from
  const marked = withMeta(params, from)
  switch (method) {
    case 'notifications/resources/updated':
      return withUri(marked, from)
    case 'notifications/tasks/status':
      return withTaskId(marked, from)
    case 'notifications/cancelled': {
      const { requestId: id } = params
      return typeof id === 'string' || typeof id === 'number'
        ? { ...marked, requestId: names.qualifyId({ server, id }) }
        : marked
    }
    default:
      return marked
  }
}

/** The result of a request. */
function resultToClient(result: UnknownObject, from: FromServer): UnknownObject {
  const whole: Record<string, unknown> = withTaskId(withMeta(result, from), from)
  if (isObject(result.task)) whole.task = withTaskId(result.task, from)
  if (Array.isArray(result.content))
    whole.content = result.content.map((block) => blockToClient(block, from))
  if (Array.isArray(result.contents))
    whole.contents = result.contents.map((one) => (isObject(one) ? withUri(one, from) : one))
  if (Array.isArray(result.messages))
    whole.messages = result.messages.map((one) =>
      isObject(one) ? { ...one, content: blockToClient(one.content, from) } : one,
    )
  return whole
}

/** A block of content: one may be a resource, or a link to one. */
function blockToClient(block: unknown, from: FromServer): unknown {
  if (!isObject(block)) return block
  if (block.type === 'resource_link') return withUri(block, from)
  return isObject(block.resource) ? { ...block, resource: withUri(block.resource, from) } : block
}

function withUri(one: UnknownObject, { server, names }: FromServer): UnknownObject {
  const { uri } = one
  return typeof uri === 'string' ? { ...one, uri: names.qualifyUri({ server, name: uri }) } : one
}

function withTaskId(one: UnknownObject, { server, names }: FromServer): UnknownObject {
  const { taskId } = one
  return typeof taskId === 'string'
    ? { ...one, taskId: names.qualifyId({ server, id: taskId }) }
    : one
}

/** Names in `_meta`: the task that a message belongs to, and what its progress is reported by. */
function withMeta(one: UnknownObject, from: FromServer): UnknownObject {
  const { _meta: meta } = one
  if (!isObject(meta)) return one
  const { server, names } = from
  const { progressToken: id, [RELATED_TASK]: task } = meta
  return {
    ...one,
    _meta: {
      ...meta,
      ...(isObject(task) ? { [RELATED_TASK]: withTaskId(task, from) } : {}),
      ...(typeof id === 'string' || typeof id === 'number'
        ? { progressToken: names.qualifyId({ server, id }) }
        : {}),
    },
  }
}
