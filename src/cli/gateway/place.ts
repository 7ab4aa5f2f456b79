// Where a setting is in a YAML file, for messages: line and column.

import { type Document, isMap, isNode, isSeq, type LineCounter, type Node } from 'yaml'

/** A place in a file. Both count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** What is wrong with a file, and where. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly place: Place | undefined

  constructor(problem: string, place?: Place) {
    super(problem)
    this.place = place
  }
}

/** Finds the place of the setting that a message begins with, such as `servers.Tasks.url must …`. */
export type PlaceOf = (message: string) => Place | undefined

/** Makes the finder for one document. */
export function placesIn(document: Document, lines: LineCounter): PlaceOf {
  return (message) => {
    const node = nodeNamed(document.contents, message)
    return node ? placeOf(node, lines) : undefined
  }
}

/** The place where a node begins. */
export function placeOf(node: Node, lines: LineCounter): Place | undefined {
  const [start] = node.range ?? []
  if (start === undefined) return undefined
  const { line, col } = lines.linePos(start)
  return { line, column: col }
}

/**
 * The innermost node that the text names. Keys may hold spaces and dots, so they are compared with
 * what follows, the longest first.
 */
function nodeNamed(root: unknown, text: string): Node | undefined {
  let at: unknown = root
  let found: Node | undefined
  let rest = text
  for (;;) {
    const step = isMap(at)
      ? memberOf(at.items, rest)
      : isSeq(at)
        ? entryOf(at.items, rest)
        : undefined
    if (!step) return found
    found = step.shown ?? found
    at = step.value
    rest = step.rest
  }
}

/** One step down: what is there, the node to show for it, and the text that is left. */
interface Step {
  readonly value: unknown
  readonly shown: Node | undefined
  readonly rest: string
}

function memberOf(
  items: readonly { readonly key: unknown; readonly value: unknown }[],
  rest: string,
): Step | undefined {
  const named = items
    .map(({ key, value }) => ({ key, value, name: String(isNode(key) ? key.toJSON() : key) }))
    .filter(({ name }) => rest.startsWith(name) && /^$|^[.[: ]/.test(rest.slice(name.length)))
    .sort((a, b) => b.name.length - a.name.length)
  const [member] = named
  if (!member) return undefined
  const { key, value, name } = member
  return {
    value,
    shown: isNode(key) ? key : undefined,
    rest: rest.slice(name.length).replace(/^\./, ''),
  }
}

function entryOf(items: readonly unknown[], rest: string): Step | undefined {
  const [whole = '', index = ''] = /^\[(\d{1,6})\]\.?/.exec(rest) ?? []
  if (whole === '') return undefined
  const value = items[Number(index)]
  return { value, shown: isNode(value) ? value : undefined, rest: rest.slice(whole.length) }
}
