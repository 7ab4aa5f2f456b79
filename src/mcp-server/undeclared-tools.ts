// Refuses calls of tools that have no declared scopes, records each, and tells the operator once
// for each tool.

import type { Admitted, Door } from '../core/door/door.ts'
import { isClean } from '../mcp/redact/reflections.ts'
import type { LiveSecrets } from '../mcp/redact/sent-secrets.ts'
import type { ServerCall } from './call.ts'
import { INVALID_PARAMS, protocolError } from './problem.ts'

/** Refuses calls of undeclared tools. */
export interface UndeclaredTools {
  /** Answers as a server does that has no such tool (MCP, Tools, error handling). */
  refuse(
    tool: string,
    body: unknown,
    door: Door,
    admitted: Admitted,
    report: ServerCall['report'],
    live: LiveSecrets,
  ): Promise<Response>
}

/** How many reported names are remembered. Callers can invent any number of them. */
const MAX_NAMES = 100

/** Makes the refusal, with its memory of the names that the operator knows about. */
export function undeclaredTools(): UndeclaredTools {
  const reported = new Set<string>()
  return {
    async refuse(tool, body, door, admitted, report, live) {
      // The caller chose this text. The audit and the log repeat it only when a tool could have
      // that name, and it is no credential.
      const isName = /^[A-Za-z0-9_.\-/]{1,128}$/.test(tool) && isClean(tool, live)
      const name = isName ? tool : 'a name that no tool can have'
      if (!reported.has(name) && reported.size < MAX_NAMES) {
        reported.add(name)
        report(new UndeclaredTool(name), name)
      }
      // No challenge: it would make clients ask the person for scopes, and that would not help.
      await door.refuse(admitted, [], name)
      return protocolError(
        body,
        INVALID_PARAMS,
        'Unknown tool: this server declares no scopes for one of that name.',
      )
    },
  }
}

class UndeclaredTool extends Error {
  override readonly name = 'UndeclaredTool'
  readonly code = 'tool_undeclared'

  constructor(tool: string) {
    super(
      `"${tool}" is not in toolScopes, so calls of it are refused; declare its scopes, or [] if it needs none`,
    )
  }
}
