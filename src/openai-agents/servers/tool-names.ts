// The names by which the model knows the tools of one run. They are fit for every provider and
// unique over all servers, and each leads back to one tool of one server. Pure.

import { createHash } from 'node:crypto'

/** A tool, by its own name. */
export interface ToolOfServer {
  /** The server, as the operator named it. */
  readonly server: string
  /** The tool, as the server named it. */
  readonly tool: string
}

/** A server with the names of its tools. */
export interface ServerNames {
  readonly name: string
  /**
   * Put before each name: the server's name, or a text. Default: the server's name, and only where
   * another tool has the same name.
   */
  readonly prefix?: boolean | string | undefined
  readonly tools: readonly string[]
}

/** Providers take so many characters. */
const MAX_NAME_CHARS = 64
const HASH_CHARS = 8

/**
 * Names all tools.
 *
 * @param taken Names that are taken already: those of the page's tools.
 * @param kept Names that tools had before, for calls that were approved under them.
 * @returns The tools by their names for the model.
 */
export function nameTools(
  servers: readonly ServerNames[],
  taken: readonly string[] = [],
  kept: ReadonlyMap<string, ToolOfServer> = new Map(),
): ReadonlyMap<string, ToolOfServer> {
  const tools = servers.flatMap(({ name: server, prefix, tools: names }) =>
    names.map((tool) => candidateOf({ server, tool }, prefix)),
  )
  for (const one of tools) {
    const before = [...kept].find(
      ([, { server, tool }]) => server === one.server && tool === one.tool,
    )
    if (before) Object.assign(one, { base: before[0], isFixed: true })
  }
  prefixWhereServersMeet(tools, taken)
  const byName = new Map<string, ToolOfServer>()
  const folded = new Set(taken.map(fold))
  // Those that keep their names come first.
  for (const one of tools.toSorted((a, b) => Number(b.isFixed) - Number(a.isFixed))) {
    const isAlone = tools.filter((other) => fold(other.base) === fold(one.base)).length === 1
    const isPlain = one.isFixed || isAlone || isOnlyExact(one, tools)
    let name = isPlain ? fitName(one.base, one) : withHash(one.base, one, 0)
    for (let round = 1; folded.has(fold(name)); round++) name = withHash(one.base, one, round)
    folded.add(fold(name))
    byName.set(name, { server: one.server, tool: one.tool })
  }
  return byName
}

interface Candidate extends ToolOfServer {
  base: string
  isPrefixed: boolean
  isFixed: boolean
}

function candidateOf(
  { server, tool }: ToolOfServer,
  prefix: boolean | string | undefined,
): Candidate {
  const text = prefix === true ? server : prefix === false ? '' : (prefix ?? '')
  const base = letters(tool)
  const isPrefixed = text !== ''
  return {
    server,
    tool,
    base: isPrefixed ? prefixed(text, base) : base,
    isPrefixed,
    isFixed: false,
  }
}

/**
 * Puts the server's name before each name that tools of two servers have. A prefixed name may meet
 * another one, so this goes on until none does.
 */
function prefixWhereServersMeet(tools: readonly Candidate[], taken: readonly string[]): void {
  const ofPage = new Set(taken.map(fold))
  for (let isDone = false; !isDone; ) {
    isDone = true
    const owners = new Map<string, Set<string>>()
    for (const { base, server } of tools)
      owners.set(fold(base), (owners.get(fold(base)) ?? new Set()).add(server))
    for (const one of tools) {
      const meets = (owners.get(fold(one.base))?.size ?? 0) > 1 || ofPage.has(fold(one.base))
      if (!meets || one.isPrefixed || one.isFixed) continue
      one.base = prefixed(one.server, one.base)
      one.isPrefixed = true
      isDone = false
    }
  }
}

/** Whether this is the only one of equal names that the server spelled so. */
function isOnlyExact(one: Candidate, tools: readonly Candidate[]): boolean {
  const same = tools.filter(({ base }) => fold(base) === fold(one.base))
  const exact = same.filter(({ tool, base }) => tool === base)
  return exact.length === 1 && exact[0] === one && same.every(({ server }) => server === one.server)
}

function prefixed(text: string, base: string): string {
  const start = `${letters(text)}_`
  return fold(base).startsWith(fold(start)) ? base : start + base
}

/** The framework shows every other character as `_`, too. */
function letters(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, '_')
}

/** Models do not tell upper and lower case apart well enough. */
function fold(name: string): string {
  return name.toLowerCase()
}

/** A name that every provider takes. */
function fitName(base: string, one: ToolOfServer): string {
  const isReadable = /[A-Za-z]/.test(base)
  if (!isReadable) return withHash('tool', one, 0)
  const name = /^[0-9]/.test(base) ? `_${base}` : base
  return name.length <= MAX_NAME_CHARS ? name : withHash(name, one, 0)
}

function withHash(base: string, { server, tool }: ToolOfServer, round: number): string {
  const start = base.slice(0, MAX_NAME_CHARS - HASH_CHARS - 1)
  const hash = createHash('sha256')
    .update(JSON.stringify([server, tool, round]))
    .digest('hex')
  return `${start}_${hash.slice(0, HASH_CHARS)}`
}
