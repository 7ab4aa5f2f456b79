// Asks a server for its tools, prompts or templates on our own behalf, when one is called that no list has named
// yet: in a fresh pool, or behind a framework that keeps its list.

import { isObject, type UnknownObject } from '../../core/json.ts'
import { type CallKind, LISTS } from '../answer/message.ts'
import { resultIn } from '../answer/result-in.ts'
import type { AnswerRules } from '../answer/rules.ts'
import type { McpRequest } from '../placements/request.ts'

/** Pages of a list that are asked for, and tools after which no more are. */
const MAX_PAGES = 20
const MAX_TOOLS = 8_192

/**
 * Makes a listing that happens once: a model may make up any number of names of tools. One that
 * failed is tried again at the next call.
 *
 * @param list Whether it listed everything.
 */
export function onceListed(
  list: (request: McpRequest) => Promise<boolean>,
): (request: McpRequest) => Promise<void> {
  let listing: Promise<void> | undefined
  return (request) => {
    listing ??= list(request).then((isWhole) => {
      if (!isWhole) listing = undefined
    })
    return listing
  }
}

/** How a list is asked for. */
export interface ListOptions {
  readonly kind: CallKind
  /** Sends one request. */
  readonly ask: (init: RequestInit) => Promise<Response>
  /** The request that made it necessary: the list goes to its session, by its revision. */
  readonly like: McpRequest
  /** By which rules the answers are read. They learn nothing. */
  readonly rules: AnswerRules
}

/** What the server lists, and whether these are all that are asked for. */
export interface ListedTools {
  readonly tools: readonly unknown[]
  readonly isWhole: boolean
}

/**
 * Lists them, at most {@link MAX_PAGES} pages of them. A failure ends the list: its reason is in the
 * audit already.
 *
 * @param cursor Where the list goes on. Default: at its beginning.
 */
export async function listTools(
  { kind, ask, like, rules }: ListOptions,
  cursor?: string,
): Promise<ListedTools> {
  const { method, member } = LISTS[kind]
  const headers = listHeaders(like, method)
  const meta = listMeta(like)
  const tools: unknown[] = []
  let next = cursor
  try {
    for (let page = 0; page < MAX_PAGES; page++) {
      // Other fetches may list in the same session at this time, and ids are the session's.
      const id = `onbehalf-list-${crypto.randomUUID()}`
      const params = { ...meta, ...(next === undefined ? {} : { cursor: next }) }
      const body = JSON.stringify({ jsonrpc: '2.0', id, method, params })
      const response = await ask({ method: 'POST', headers, body })
      if (!response.ok) {
        response.body?.cancel().catch(() => {})
        break
      }
      const result = await resultIn(response, id, rules)
      if (!result) break
      const { [member]: listed } = result
      for (const tool of Array.isArray(listed) ? listed : []) tools.push(tool)
      if (typeof result.nextCursor !== 'string') return { tools, isWhole: true }
      next = result.nextCursor
      // No more are asked for, also the next time.
      if (page === MAX_PAGES - 1 || tools.length >= MAX_TOOLS) return { tools, isWhole: true }
    }
  } catch {
    // What came before counts.
  }
  return { tools, isWhole: false }
}

/** The headers of the call, without what they say of its method, its tool and its parameters. */
function listHeaders({ sent }: McpRequest, method: string): Headers {
  const headers = new Headers(sent.headers)
  headers.set('content-type', 'application/json')
  headers.set('accept', 'application/json, text/event-stream')
  if (headers.has('mcp-method')) headers.set('mcp-method', method)
  for (const name of [...headers.keys()])
    if (name === 'mcp-name' || name.startsWith('mcp-param-')) headers.delete(name)
  return headers
}

/** The call's `_meta`, without its progress token: the progress of the list is not the call's. */
function listMeta({ messages }: McpRequest): UnknownObject {
  const params = messages?.list[0]?.params
  const { progressToken: _, ...meta } =
    isObject(params) && isObject(params._meta) ? params._meta : {}
  return Object.keys(meta).length > 0 ? { _meta: meta } : {}
}
