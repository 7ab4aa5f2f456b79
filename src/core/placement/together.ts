// The check of several placements of one binding: no two of them fill one place.

import type { Placement } from './placement.ts'
import type { Problem } from './problem.ts'

/** What is wrong with several parts together; undefined when nothing is. */
export function togetherProblem(
  parts: readonly (readonly [setting: string, placement: Placement])[],
): Problem {
  const filled = new Map<string, string>()
  for (const [setting, part] of parts)
    for (const place of placesOf(part)) {
      const other = filled.get(place)
      if (other !== undefined) return [setting, `fills the same place as ${other}: ${place}`]
      filled.set(place, setting)
    }
  return undefined
}

/** The places that a part fills. */
function placesOf(part: Placement): readonly string[] {
  switch (part.type) {
    case 'header':
      return [`the header ${(part.name ?? 'Authorization').toLowerCase()}`]
    case 'session':
      return ['the header authorization', 'the session']
    case 'query':
      return [`the query parameter ${part.name}`]
    case 'cookie':
      return [`the cookie ${part.name}`]
    case 'meta':
      return [`the key ${part.key} of _meta`]
    case 'env':
      return Object.keys(part.variables).map((name) => `the variable ${name}`)
    case 'argument':
    case 'prompt':
      return ['the parameters of tools']
    case 'path':
    case 'args':
    case 'sign':
      return [`the ${part.type}`]
  }
}
