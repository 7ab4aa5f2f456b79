// The scopes that tools need. A tool that nobody declared is refused, so that forgetting one does
// not open it.

import { isObject, type UnknownObject } from '../core/json.ts'
import { isScope, missingScopes } from '../core/scope.ts'

/** What the tools of one request need together, or the first of them that is not declared. */
export type ToolNeeds =
  | { readonly declared: true; readonly scopes: readonly string[] }
  | { readonly declared: false; readonly tool: string }

/** The declared tools. */
export interface ToolPolicy {
  /** Every scope that some request needs. */
  readonly all: readonly string[]
  /**
   * All scopes that one request with these tool calls needs, so that one challenge can name them
   * all.
   */
  needs(tools: readonly string[]): ToolNeeds
  /**
   * Writes into a list of tools which scopes each needs (`_meta.securitySchemes`), so that a client
   * can ask for a token that has those alone. Any other message stays as it is.
   */
  describe(message: unknown): unknown
  /**
   * Leaves out of a list the tools that a token with these scopes may not call. Any other message
   * stays as it is.
   */
  allowedOnly(message: unknown, scopes: readonly string[]): unknown
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
  checkScopes('scopes', always)
  for (const [tool, scopes] of byTool) checkScopes(`toolScopes.${tool}`, scopes)

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
    describe: (message) =>
      withTools(message, (tools) =>
        tools.map((tool) => {
          const scopes = isObject(tool) ? byTool.get(String(tool.name)) : undefined
          return isObject(tool) && scopes
            ? withScheme(tool, [...new Set([...always, ...scopes])])
            : tool
        }),
      ),
    allowedOnly: (message, scopes) =>
      withTools(message, (tools) =>
        tools.filter((tool) => {
          const needed = isObject(tool) ? byTool.get(String(tool.name)) : undefined
          return needed && missingScopes(needed, scopes).length === 0
        }),
      ),
  }
}

/** The message with other tools, where it is a list of tools. */
function withTools(
  message: unknown,
  change: (tools: readonly unknown[]) => readonly unknown[],
): unknown {
  if (!isObject(message) || !isObject(message.result) || !Array.isArray(message.result.tools))
    return message
  return { ...message, result: { ...message.result, tools: change(message.result.tools) } }
}

/** What the author of the server wrote counts. */
function withScheme(tool: UnknownObject, scopes: readonly string[]): UnknownObject {
  const meta = isObject(tool._meta) ? tool._meta : {}
  if (tool.securitySchemes !== undefined || meta.securitySchemes !== undefined) return tool
  return { ...tool, _meta: { ...meta, securitySchemes: [{ type: 'oauth2', scopes }] } }
}

function checkScopes(setting: string, scopes: readonly string[]): void {
  for (const scope of scopes)
    if (!isScope(scope))
      throw new TypeError(
        `${setting} has "${scope}", which is no scope token (RFC 6749 section 3.3)`,
      )
}
