// The names that tools and prompts have where several servers are behind one address: the server's
// name, two underscores, and the server's own name for it. So each name leads back to one server,
// after a restart and on another instance too. Pure.

/** MCP allows so many characters (2025-11-25, tools). */
const MAX_NAME_CHARS = 128

const BETWEEN = '__'

/** A thing of one server, by the server's own name for it. */
export interface Qualified {
  readonly server: string
  readonly name: string
}

/** Names things of several servers, and finds them again. */
export interface Names {
  /** Undefined for a name that would be too long. */
  qualify(one: Qualified): string | undefined
  /** Undefined for a name that is of none of the servers. */
  find(name: string): Qualified | undefined
}

/**
 * Makes the names.
 *
 * @throws TypeError when the names of two servers are written alike.
 */
export function namesOver(servers: readonly string[]): Names {
  const prefixes = new Map<string, string>()
  for (const server of servers) {
    const prefix = prefixOf(server)
    const other = prefixes.get(prefix)
    if (other !== undefined)
      throw new TypeError(
        `servers.${server} and servers.${other} are written alike before the names of tools (${prefix}): give one of them another name`,
      )
    prefixes.set(prefix, server)
  }
  return {
    qualify({ server, name }) {
      const whole = `${prefixOf(server)}${BETWEEN}${name}`
      return whole.length <= MAX_NAME_CHARS ? whole : undefined
    },
    find(whole) {
      const at = whole.indexOf(BETWEEN)
      const server = at < 0 ? undefined : prefixes.get(whole.slice(0, at))
      return server === undefined ? undefined : { server, name: whole.slice(at + BETWEEN.length) }
    },
  }
}

/** Letters, digits, `-` and single underscores: what every model's provider takes. */
function prefixOf(server: string): string {
  return server.replace(/[^A-Za-z0-9-]+/g, '_').replace(/_$/, '')
}
