// The lists of several servers as one. They are asked side by side, each with a deadline of its own:
// a server that is down takes nothing away from the others.

import type { UnknownObject } from '../../core/json.ts'
import { resultIn } from '../../mcp/answer/result-in.ts'
import { plainRules } from '../../mcp/answer/rules.ts'
import type { Names } from './names.ts'
import { entryToClient } from './to-client.ts'
import type { Upstream, Upstreams } from './upstreams.ts'

/** Milliseconds that one server's list may take. */
const LIST_DEADLINE_MS = 10_000
/** Pages of one server, and entries after which no more are asked for. */
const MAX_PAGES = 20
const MAX_ENTRIES = 8_192

/** The lists that there are, and where their entries are in an answer. */
const MEMBERS = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
  'tasks/list': 'tasks',
} as const

/** A method that lists something. */
export type ListMethod = keyof typeof MEMBERS

/** Whether a method lists something. */
export function isList(method: string): method is ListMethod {
  return Object.hasOwn(MEMBERS, method)
}

/** What a joint list is made of. */
export interface JointListParts {
  readonly servers: readonly Upstream[]
  readonly upstreams: Upstreams
  readonly names: Names
}

/** Lists what all servers have, each thing by its qualified name. */
export async function listJointly(
  method: ListMethod,
  { servers, upstreams, names }: JointListParts,
): Promise<UnknownObject> {
  const { [method]: member } = MEMBERS
  const lists = await Promise.all(
    servers.map(async (upstream) => {
      const from = { server: upstream.server, names }
      const entries = await listOf(method, upstream, upstreams)
      return entries.flatMap((entry) => entryToClient(entry, member, from) ?? [])
    }),
  )
  return { [member]: lists.flat() }
}

/** The list of one server; what has come of it when its time is over. */
async function listOf(
  method: ListMethod,
  upstream: Upstream,
  upstreams: Upstreams,
): Promise<readonly unknown[]> {
  const signal = AbortSignal.any([upstream.signal, AbortSignal.timeout(LIST_DEADLINE_MS)])
  const entries: unknown[] = []
  let cursor: string | undefined
  try {
    for (let page = 0; page < MAX_PAGES && entries.length < MAX_ENTRIES; page++) {
      // Several lists may be asked for in the same session at this time, and ids are the session's.
      const id = `onbehalf-list-${crypto.randomUUID()}`
      const params = cursor === undefined ? {} : { cursor }
      const message = { jsonrpc: '2.0', id, method, params }
      const response = await upstreams.send(message, { ...upstream, signal })
      const result = await resultIn(response, id, plainRules(upstream.server))
      const { [MEMBERS[method]]: listed } = result ?? {}
      for (const entry of Array.isArray(listed) ? listed : []) entries.push(entry)
      if (typeof result?.nextCursor !== 'string') break
      cursor = result.nextCursor
    }
  } catch {
    // What came before counts. The reason is in the audit already.
  }
  return entries
}
