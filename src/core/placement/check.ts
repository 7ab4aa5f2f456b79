// Checks where a binding puts its credentials: each part by itself, and all parts together.

import type { Source } from '../binding.ts'
import { headerProblem } from './header.ts'
import { metaProblem } from './meta.ts'
import { parametersProblem } from './parameters.ts'
import type { Placement } from './placement.ts'
import type { Problem } from './problem.ts'
import { promptProblem } from './prompt.ts'

/** What a placement must fit. */
export interface PlacementSetting {
  readonly source: Source
  readonly stdio: boolean
}

/** Every placement, and what it works with. A placement without an entry does not compile. */
const PLACEMENTS: Readonly<Record<Placement['type'], { readonly needs?: 'http' | 'stdio' }>> = {
  header: { needs: 'http' },
  query: { needs: 'http' },
  path: { needs: 'http' },
  cookie: { needs: 'http' },
  sign: { needs: 'http' },
  session: { needs: 'http' },
  env: { needs: 'stdio' },
  args: { needs: 'stdio' },
  argument: {},
  meta: {},
  prompt: {},
}

/**
 * What is wrong with the placement of a binding; undefined when nothing is.
 *
 * @param placement As the operator wrote it: one part, or a list.
 */
export function placementProblem(
  placement: Placement | readonly Placement[],
  setting: PlacementSetting,
): Problem {
  if (!isList(placement)) return named('placement', partProblem(placement, setting))
  if (placement.length === 0) return ['placement', 'must name at least one part']
  if (placement.length > 1) return ['placement', 'cannot have several parts yet']
  for (const [index, part] of placement.entries()) {
    const problem = named(`placement[${index}]`, partProblem(part, setting))
    if (problem) return problem
  }
  return undefined
}

/** Whether a placement is a list of parts. */
export function isList(
  placement: Placement | readonly Placement[],
): placement is readonly Placement[] {
  return Array.isArray(placement)
}

function named(at: string, problem: Problem): Problem {
  if (!problem) return undefined
  const [setting, text] = problem
  return [setting === '' ? at : `${at}.${setting}`, text]
}

/** A part may be wrong by itself, for this kind of server, or together with the source. */
function partProblem(part: Placement, { source, stdio }: PlacementSetting): Problem {
  if (!Object.hasOwn(PLACEMENTS, part.type))
    return ['type', `must be one of ${Object.keys(PLACEMENTS).join(', ')}`]
  const { needs } = PLACEMENTS[part.type]
  if (stdio && needs === 'http')
    return ['', `"${part.type}" needs HTTP; a stdio server takes "argument", "meta" or "prompt"`]
  if (!stdio && needs === 'stdio') return ['', `"${part.type}" needs a stdio server`]
  switch (part.type) {
    case 'header':
      return headerProblem(part)
    case 'query':
    case 'path':
    case 'cookie':
    case 'env':
    case 'args':
    case 'sign':
      return ['type', `"${part.type}" cannot be used yet`]
    case 'meta':
      return metaProblem(part)
    case 'argument':
      return parametersProblem(part.parameters)
    case 'prompt':
      return promptProblem(part, source)
    case 'session':
      return source.type === 'client-credentials'
        ? ['', '"session" binds a person, and "client-credentials" has none']
        : undefined
  }
}
