// Tool names across the servers of one run: which server offers which tool. Names that look alike
// are refused. Pure.

/** A server with the names of its tools. */
export interface NamedTools {
  readonly name: string
  readonly tools: readonly { readonly name: string }[]
}

/**
 * Maps each tool, by the name that the model sees, to its server.
 *
 * @throws TypeError when two tools look alike to the model. Otherwise one server could take calls
 *   that are meant for another.
 */
export function serversByTool(servers: readonly NamedTools[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>()
  const seen = new Map<string, string>()
  for (const { name: server, tools } of servers) {
    for (const { name } of tools) {
      // Only characters that MCP allows: letters of other alphabets can look the same and be
      // different.
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

/**
 * The name as the framework shows it to the model. Model providers accept letters, digits and
 * underscores.
 */
export function shownName(name: string): string {
  return name.replace(/[^a-zA-Z0-9]/g, '_')
}
