// What spans and metrics tell of a hop: the names of the semantic conventions for MCP, GenAI and HTTP.
// What a client or a model chose is in none of them, unless it is one of a closed list.

import { type Attributes, SpanKind } from '@opentelemetry/api'
import type { HopEnd, HopStart } from '../core/observe.ts'

/** The methods of MCP. A client may send any text for one: it is not shown, and counts as another. */
const MCP_METHODS: ReadonlySet<string> = new Set([
  'completion/complete',
  'elicitation/create',
  'initialize',
  'logging/setLevel',
  'notifications/cancelled',
  'notifications/initialized',
  'notifications/message',
  'notifications/progress',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
  'notifications/roots/list_changed',
  'notifications/tools/list_changed',
  'ping',
  'prompts/get',
  'prompts/list',
  'resources/list',
  'resources/read',
  'resources/subscribe',
  'resources/templates/list',
  'resources/unsubscribe',
  'roots/list',
  'sampling/createMessage',
  'server/discover',
  'subscriptions/listen',
  'tasks/cancel',
  'tasks/get',
  'tasks/list',
  'tasks/result',
  'tasks/update',
  'tools/call',
  'tools/list',
])

/** What the conventions call a value that is none of a closed list. */
const OTHER = '_OTHER'

const HTTP_METHODS: ReadonlySet<string> = new Set([
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
])

/** The name of a span: the method of MCP and its tool, or the hop. */
export function spanName(start: HopStart): string {
  const method = mcpMethodOf(start)
  if (method === undefined || method === OTHER) return `onbehalf ${start.hop}`
  return start.tool === undefined ? method : `${method} ${start.tool}`
}

/** The kind of a span. */
export function spanKind({ hop }: HopStart): SpanKind {
  switch (hop) {
    case 'door':
    case 'server-door':
      return SpanKind.INTERNAL
    case 'tool':
      return SpanKind.SERVER
    case 'exchange':
    case 'carry':
    case 'api':
      return SpanKind.CLIENT
  }
}

/** The attributes of a span. */
export function spanAttributes(start: HopStart): Attributes {
  const { destination, httpMethod, tool } = start
  return {
    ...ownAttributes(start),
    ...mcpAttributes(start),
    ...(tool === undefined
      ? {}
      : { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': tool }),
    ...(destination === undefined ? {} : { 'onbehalf.destination': destination }),
    ...(httpMethod === undefined
      ? {}
      : { 'http.request.method': HTTP_METHODS.has(httpMethod) ? httpMethod : OTHER }),
  }
}

/** The attributes of metrics: few values each. Only the tools of our own server are in them. */
export function metricAttributes(
  start: HopStart,
  { reason }: HopEnd,
): { readonly own: Attributes; readonly mcp: Attributes } {
  const error = reason === undefined ? {} : { 'error.type': reason }
  const { hop, tool } = start
  return {
    own: { ...ownAttributes(start), ...error },
    mcp: {
      ...mcpAttributes(start),
      ...(hop === 'tool' && tool !== undefined ? { 'gen_ai.tool.name': tool } : {}),
      ...error,
    },
  }
}

function ownAttributes({ hop, server }: HopStart): Attributes {
  return { 'onbehalf.hop': hop, ...(server === undefined ? {} : { 'onbehalf.server': server }) }
}

function mcpAttributes(start: HopStart): Attributes {
  const method = mcpMethodOf(start)
  if (method === undefined) return {}
  return { 'mcp.method.name': method, ...addressOf(start.destination) }
}

function mcpMethodOf({ mcpMethod }: HopStart): string | undefined {
  if (mcpMethod === undefined) return undefined
  return MCP_METHODS.has(mcpMethod) ? mcpMethod : OTHER
}

function addressOf(destination: string | undefined): Attributes {
  if (destination === undefined || !URL.canParse(destination)) return {}
  const { hostname, port, protocol } = new URL(destination)
  if (hostname === '') return {}
  return {
    'server.address': hostname,
    'server.port': Number(port || (protocol === 'http:' ? 80 : 443)),
  }
}
