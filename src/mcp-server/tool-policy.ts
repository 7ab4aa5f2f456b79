// The scopes that tools need. A tool that nobody declared is refused: forgetting one must not open it.

import { isScope } from '../core/scope.ts'

/** What the tools of one request need together, or the first tool among them that is not declared. */
export type ToolNeeds =
  | { readonly declared: true; readonly scopes: readonly string[] }
  | { readonly declared: false; readonly tool: string }

/** The declared tools. */
export interface ToolPolicy {
  /** Every scope that some request needs. */
  readonly all: readonly string[]
  /** All scopes that calling these tools in one request needs, so that one challenge names them all. */
  needs(tools: readonly string[]): ToolNeeds
}

/**
 * Checks the declaration.
 *
 * @param always Scopes that every request needs.
 * @throws TypeError that names the setting, for a text that is no scope token.
 */
export function toolPolicy(
  toolScopes: Readonly<Record<string, readonly string[]>>,
  always: readonly string[],
): ToolPolicy {
  const byTool = new Map(Object.entries(toolScopes).map(([tool, scopes]) => [tool, [...scopes]]))
  for (const [setting, scopes] of [
    ['scopes', always] as const,
    ...[...byTool].map(([t, s]) => [`toolScopes.${t}`, s] as const),
  ])
    for (const scope of scopes)
      if (!isScope(scope))
        throw new TypeError(
          `${setting} has "${scope}", which is no scope token (RFC 6749 section 3.3)`,
        )

  return {
    all: [...new Set([...always, ...[...byTool.values()].flat()])],
    needs(tools) {
      const scopes = new Set(always)
      for (const tool of tools) {
        const needed = byTool.get(tool)
        if (!needed) return { declared: false, tool }
        for (const scope of needed) scopes.add(scope)
      }
      return { declared: true, scopes: [...scopes] }
    },
  }
}
