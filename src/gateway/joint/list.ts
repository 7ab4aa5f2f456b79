// The lists of several servers as one. They are asked side by side, each with a deadline of its own:
// a server that is down takes nothing away from the others.

import { isObject, type UnknownObject } from '../../core/json.ts'
import { plainRules } from '../../mcp/answer/rules.ts'
import { listTools } from '../../mcp/tools/list-tools.ts'
import { type Names, namesOver } from './names.ts'
import type { Upstream, Upstreams } from './upstreams.ts'

/** Milliseconds that one server's list may take. */
const LIST_DEADLINE_MS = 10_000

/** What a joint list is made of. */
export interface JointListParts {
  readonly servers: readonly Upstream[]
  readonly upstreams: Upstreams
}

/** Lists the tools or prompts of all servers, each by its qualified name. */
export async function listJointly(
  kind: 'tools' | 'prompts',
  { servers, upstreams }: JointListParts,
): Promise<UnknownObject> {
  const names = namesOver(servers.map(({ server }) => server))
  const lists = await Promise.all(
    servers.map(async (upstream) => {
      const entries = await listOf(kind, upstream, upstreams)
      return entries.flatMap((entry) => qualified(entry, upstream.server, names))
    }),
  )
  return { [kind]: lists.flat() }
}

/** The list of one server; what has come of it when its time is over. */
async function listOf(
  kind: 'tools' | 'prompts',
  upstream: Upstream,
  upstreams: Upstreams,
): Promise<readonly unknown[]> {
  const signal = AbortSignal.any([upstream.signal, AbortSignal.timeout(LIST_DEADLINE_MS)])
  const { tools } = await listTools({
    kind,
    ask: ({ body }) => upstreams.send(JSON.parse(String(body)), { ...upstream, signal }),
    like: { sent: { headers: new Headers(), body: null }, messages: undefined },
    rules: plainRules(upstream.server),
  })
  return tools
}

function qualified(entry: unknown, server: string, names: Names): readonly UnknownObject[] {
  if (!isObject(entry) || typeof entry.name !== 'string') return []
  const name = names.qualify({ server, name: entry.name })
  return name === undefined ? [] : [{ ...entry, name }]
}
