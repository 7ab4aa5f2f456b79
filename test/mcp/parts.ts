// Parts for the tests of the fetch: a carrying fetch whose audit can be read, an MCP server in a
// few lines, and readers of answers. No test lives here.

import type { ServerResponse } from 'node:http'
import { expect } from 'vitest'
import { type AuditEvent, createAuditor } from '../../src/core/audit.ts'
import type { BindingInput } from '../../src/core/binding.ts'
import { granted } from '../../src/core/errors.ts'
import { parseBinding } from '../../src/core/parse-binding.ts'
import { mcpFetch } from '../../src/mcp/fetch.ts'
import type { McpFetchOptions } from '../../src/mcp/fetch-options.ts'
import { alice, issuedToken } from '../core/parts.ts'
import { json, type Loopback, loopback, type Received } from './loopback.ts'

export const SECRET = 'canary-0f-alice-Zx81kLmQ7wPd'
const RESOURCE = 'https://tasks.example/mcp'
export const CALL_ID = 'call-1'

type Object = Readonly<Record<string, unknown>>

/** A fetch for alice; binding settings and fetch options in one. */
export function carrier(
  url: string,
  binding: Omit<BindingInput, 'url'> = {},
  changes: Partial<McpFetchOptions> = {},
) {
  const events: AuditEvent[] = []
  const fetch = mcpFetch({
    binding: parseBinding('tasks', { url, resource: RESOURCE, ...binding }),
    source: async () => granted(issuedToken(SECRET)),
    principal: alice,
    auditor: createAuditor({ record: (event) => void events.push(event) }),
    trace: '4bf92f3577b34da6a3ce929d0e0e4736',
    fetch: globalThis.fetch,
    deadline: 10_000,
    ...changes,
  })
  const reasons = () => events.flatMap(({ reason }) => reason ?? [])
  return { fetch, events, reasons }
}

/** A POST as MCP clients send it. */
export function post(message: unknown, headers: Record<string, string> = {}): RequestInit {
  const accept = 'application/json, text/event-stream'
  return {
    method: 'POST',
    body: JSON.stringify(message),
    headers: { 'content-type': 'application/json', accept, ...headers },
  }
}

export const request = (method: string, params: Object = {}, id: string | number = CALL_ID) => ({
  jsonrpc: '2.0',
  id,
  method,
  params,
})
export const callOf = (name: string, args?: unknown, id: string | number = CALL_ID) =>
  request('tools/call', { name, ...(args === undefined ? {} : { arguments: args }) }, id)
export const LIST = request('tools/list', {}, 'list-1')

/** A tool that asks for these parameters, all of them required. */
export function tool(
  name: string,
  properties: Readonly<Record<string, object>>,
  more: Object = {},
): Object {
  return {
    name,
    inputSchema: { type: 'object', properties, required: Object.keys(properties) },
    ...more,
  }
}

export const text = { type: 'string' } as const
/** The pattern that the project grew from. */
export const OLD = tool('add_task', { title: text, user_id: text, access_token: text })

/** One JSON-RPC message that reached a server. */
export interface Reached {
  readonly message: Object & { readonly method?: string; readonly params?: Object }
  readonly request: Received
}

export interface RpcServer extends Loopback {
  /** The messages that reached it, in order. */
  readonly reached: Reached[]
  /** Arguments of the tool calls that did. */
  calls(): unknown[]
}

/**
 * A server that lists the tools, two a page, and answers a call with `answer`; which may answer by
 * itself and give undefined.
 */
export async function rpcServer(
  tools: readonly Object[] | (() => readonly Object[]),
  answer: (reached: Reached, response: ServerResponse) => unknown = () => ({
    content: [{ type: 'text', text: 'done' }],
  }),
): Promise<RpcServer> {
  const reached: Reached[] = []
  const server = await loopback((received, response) => {
    if (received.body === '') return void response.writeHead(405).end()
    const message = JSON.parse(received.body)
    const one = { message, request: received }
    reached.push(one)
    if (message.method === 'tools/list') {
      const from = Number(message.params?.cursor ?? 0)
      const all = typeof tools === 'function' ? tools() : tools
      const next = from + 2 < all.length ? { nextCursor: `${from + 2}` } : {}
      return json(response, 200, {
        jsonrpc: '2.0',
        id: message.id,
        result: { tools: all.slice(from, from + 2), ...next },
      })
    }
    const result = answer(one, response)
    if (result !== undefined) json(response, 200, { jsonrpc: '2.0', id: message.id, result })
  })
  const calls = () =>
    reached
      .filter(({ message }) => message.method === 'tools/call')
      .map(({ message }) => message.params?.arguments)
  return Object.assign(server, { reached, calls })
}

/** A message of an answer, as far as the tests look into one. */
export interface Answered {
  readonly id?: string | number
  readonly method?: string
  readonly result: {
    readonly tools: readonly { readonly name: string }[]
    readonly content: readonly { readonly text: string }[]
    readonly requestState?: string
  }
}

/** The messages of an answer, JSON or events. */
export async function messagesOf(response: Response): Promise<readonly Answered[]> {
  const body = await response.text()
  if (!response.headers.get('content-type')?.includes('event-stream'))
    return [JSON.parse(body)].flat()
  return [...body.matchAll(/^data: (.+)$/gm)].map((match) => JSON.parse(match[1] ?? ''))
}

/** The tools that the model would see. */
export async function listed(
  fetch: typeof globalThis.fetch,
  url: string,
): Promise<Answered['result']['tools']> {
  const [message] = await messagesOf(await fetch(url, post(LIST)))
  return message?.result.tools ?? []
}

/**
 * What the model is told by a tool call's answer: the text of its result, which must be one of
 * ours.
 */
export async function toldBy(response: Promise<Response>): Promise<string> {
  const message = (await messagesOf(await response)).at(-1)
  expect(message).toMatchObject({
    id: CALL_ID,
    result: { isError: true, content: [{ type: 'text' }] },
  })
  expect(JSON.stringify(message)).not.toContain('canary')
  return message?.result.content[0]?.text ?? ''
}
