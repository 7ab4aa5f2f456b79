// Calls of tools that have no declared scopes: refused, audited, and told to the operator once for each tool.

import type { Admitted, Door } from '../core/door/door.ts'
import type { ServerCall } from './call.ts'
import { problem, REFUSED_BY_HTTP } from './problem.ts'

/** Refuses calls of undeclared tools. */
export interface UndeclaredTools {
  refuse(
    tool: string,
    door: Door,
    admitted: Admitted,
    report: ServerCall['report'],
  ): Promise<Response>
}

/** Names that are remembered as told; callers can make up any number of them. */
const MOST = 100

/** Makes the refusal, with its memory of what was told. */
export function undeclaredTools(): UndeclaredTools {
  const told = new Set<string>()
  return {
    async refuse(tool, door, admitted, report) {
      // The name is the caller's text: only what a tool can be called is repeated in the audit and the log.
      const name = /^[A-Za-z0-9_.\-/]{1,128}$/.test(tool) ? tool : 'a name that no tool can have'
      if (!told.has(name) && told.size < MOST) {
        told.add(name)
        report(new UndeclaredTool(name), name)
      }
      // A challenge would make clients ask the person for scopes, in vain.
      await door.refuse(admitted, [], name)
      return problem(
        403,
        REFUSED_BY_HTTP,
        'That tool is not available: this server declares no scopes for it.',
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
