// The names that things have where several servers are behind one address: the server's name, and the
// server's own name for the thing. So each name leads back to one server, after a restart and on
// another instance too. Pure.

import { parseJson } from '../../core/json.ts'

/** MCP allows so many characters (2025-11-25, tools). */
const MAX_NAME_CHARS = 128

const BETWEEN = '__'

/** A thing of one server, by the server's own name for it. */
export interface Qualified {
  readonly server: string
  readonly name: string
}

/** An id that a server gave: of a request, or of its progress. */
export interface QualifiedId {
  readonly server: string
  readonly id: string | number
}

/** Names things of several servers, and finds them again. */
export interface Names {
  /** Undefined for a name that would be too long. */
  qualify(one: Qualified): string | undefined
  /** Undefined for a name that is of none of the servers. */
  find(name: string): Qualified | undefined
  /** A URI, or a template of URIs: `Tasks+file:///notes.md` is still a URI (RFC 3986 section 3.1). */
  qualifyUri(one: Qualified): string
  findUri(uri: string): Qualified | undefined
  /** An id keeps its type: a text and a number are two ids (JSON-RPC 2.0). */
  qualifyId(one: QualifiedId): string
  findId(id: string): QualifiedId | undefined
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
  const schemes = new Map(servers.map((server) => [schemeOf(server), server]))
  const find = (whole: string) => split(whole, BETWEEN, prefixes)
  return {
    qualify({ server, name }) {
      const whole = `${prefixOf(server)}${BETWEEN}${name}`
      return whole.length <= MAX_NAME_CHARS ? whole : undefined
    },
    find,
    qualifyUri: ({ server, name }) => `${schemeOf(server)}+${name}`,
    findUri: (uri) => split(uri, '+', schemes),
    qualifyId: ({ server, id }) => `${prefixOf(server)}${BETWEEN}${JSON.stringify(id)}`,
    findId(whole) {
      const found = find(whole)
      const id = found && parseJson(found.name)
      return found && (typeof id === 'string' || typeof id === 'number')
        ? { server: found.server, id }
        : undefined
    },
  }
}

function split(
  whole: string,
  between: string,
  servers: ReadonlyMap<string, string>,
): Qualified | undefined {
  const at = whole.indexOf(between)
  const server = at < 0 ? undefined : servers.get(whole.slice(0, at))
  return server === undefined ? undefined : { server, name: whole.slice(at + between.length) }
}

/** Letters, digits, `-` and single underscores: what every model's provider takes. */
function prefixOf(server: string): string {
  return server.replace(/[^A-Za-z0-9-]+/g, '_').replace(/_$/, '')
}

/** A scheme has no underscores. */
function schemeOf(server: string): string {
  return prefixOf(server).replaceAll('_', '.')
}
