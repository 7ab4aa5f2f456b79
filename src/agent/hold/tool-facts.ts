// What a server says of its tools, for the policy that decides which calls wait.

import { isObject, type UnknownObject } from '../../core/json.ts'
import { plainRules } from '../../mcp/answer/rules.ts'
import type { McpRequest } from '../../mcp/placements/request.ts'
import { listTools, onceListed } from '../../mcp/tools/list-tools.ts'
import type { ToolFacts } from '../approval.ts'

/** What is known of a tool. */
export interface KnownTool extends ToolFacts {
  readonly title?: string
}

/**
 * Makes the asking. The server is asked for its list with the first call, on the call's session: a
 * framework may have its own list from an earlier run.
 *
 * @param send Sends one request to the server.
 */
export function toolFacts(
  server: string,
  send: (init: RequestInit) => Promise<Response>,
): (name: string, like: McpRequest) => Promise<KnownTool> {
  const known = new Map<string, KnownTool>()
  const rules = plainRules(server)
  const list = onceListed(async (like) => {
    const listed = await listTools({ kind: 'tools', ask: send, like, rules })
    for (const tool of listed.tools) if (isObject(tool)) learn(tool)
    return listed.isWhole
  })

  /** Of two tools of one name, the worse marks count. */
  function learn({ name, title, annotations }: UnknownObject): void {
    if (typeof name !== 'string') return
    const marks = isObject(annotations) ? annotations : {}
    const before = known.get(name)
    const destructive = marks.destructiveHint === true || before?.destructive === true
    const readOnly = marks.readOnlyHint === true && !destructive && before?.readOnly !== false
    const said = [title, marks.title].find((one) => typeof one === 'string' && one !== '')
    known.set(name, {
      server,
      name,
      readOnly,
      destructive,
      ...(typeof said === 'string' ? { title: said } : {}),
    })
  }

  return async (name, like) => {
    if (!known.has(name)) await list(like)
    // Of a tool that no list names, the worst is assumed.
    return known.get(name) ?? { server, name, readOnly: false, destructive: true }
  }
}
