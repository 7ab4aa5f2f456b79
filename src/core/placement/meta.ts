// The check of the placement `meta`.

import type { PlacementOf } from './placement.ts'
import type { Problem } from './problem.ts'

/** What is wrong with a key of `_meta`; undefined when nothing is. */
export function metaProblem({ key }: PlacementOf<'meta'>): Problem {
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)+\/[A-Za-z0-9._-]+$/.test(key))
    return ['key', 'must be like "com.example/access-token"']
  return /(?:^|\.)(?:modelcontextprotocol|mcp)[./]/.test(key)
    ? ['key', 'has a prefix that is reserved to MCP']
    : undefined
}
