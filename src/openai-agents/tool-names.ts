// Tool names across the servers of one run: which server offers which tool, and a refusal where that is not certain. Pure.

/** A server with the names of its tools. */
export interface NamedTools {
  readonly name: string
  readonly tools: readonly { readonly name: string }[]
}

/**
 * Maps each tool, by the name that the model is given, to its server.
 *
 * @throws TypeError when two tools would look alike to the model: one server could otherwise take the calls meant for another.
 */
export function serversByTool(servers: readonly NamedTools[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>()
  const seen = new Map<string, string>()
  for (const { name: server, tools } of servers) {
    for (const { name } of tools) {
      // The names that MCP allows. Letters of other alphabets can look like these and be others.
      if (!/^[A-Za-z0-9_\-./]{1,128}$/.test(name))
        throw new TypeError(`The server "${server}" offers a tool whose name is not allowed`)
      const folded = shownName(name).toLowerCase()
      const other = seen.get(folded)
      if (other === server)
        throw new TypeError(`The server "${server}" offers two tools named "${name}"`)
      if (other !== undefined)
        throw new TypeError(
          `The servers "${other}" and "${server}" both offer a tool named "${name}"`,
        )
      seen.set(folded, server)
      owners.set(shownName(name), server)
    }
  }
  return owners
}

/** The name as the framework shows it to the model: model providers take letters, digits and underscores. */
export function shownName(name: string): string {
  return name.replace(/[^a-zA-Z0-9]/g, '_')
}
