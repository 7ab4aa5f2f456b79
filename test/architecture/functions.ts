// Finds long functions. A function inside another one counts for both: a reader holds the whole
// outer function.

import { parseAst } from 'vitest/node'
import type { Source } from './sources.ts'

/** A function that is longer than the bound. */
export interface LongFunction {
  /** The path and the name, as in `src/core/scope.ts parseScope`. */
  readonly name: string
  readonly lines: number
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
}

const FUNCTIONS: ReadonlySet<string> = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
])

/** The functions and methods of more than `maxLines` lines, signature included. */
export function longFunctions(source: Source, maxLines: number): LongFunction[] {
  if (source.lines <= maxLines) return []
  const { text, path } = source
  const long: LongFunction[] = []

  function visit(value: unknown, name: string): void {
    if (Array.isArray(value)) {
      for (const item of value) visit(item, name)
    } else if (isNode(value)) {
      const own = nameOf(value) ?? name
      const lines = text.slice(value.start, value.end).split('\n').length
      if (FUNCTIONS.has(value.type) && lines > maxLines)
        long.push({ name: `${path} ${own}`, lines })
      for (const child of Object.values(value)) visit(child, own)
    }
  }

  visit(parseAst(text, { lang: 'ts' }).body, '(no name)')
  return long
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

/** The name that a declaration, a variable, a property or a method gives to the function in it. */
function nameOf(node: object): string | undefined {
  const named: unknown = 'id' in node ? node.id : 'key' in node ? node.key : undefined
  if (typeof named !== 'object' || named === null || !('name' in named)) return undefined
  return String(named.name)
}
