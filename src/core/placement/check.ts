// Checks where a binding puts its credentials: each part by itself, and all parts together.

import type { ChildProcess, Source } from '../binding.ts'
import { cookieProblem } from './cookie.ts'
import { headerProblem } from './header.ts'
import { metaProblem } from './meta.ts'
import { parametersProblem } from './parameters.ts'
import { pathProblem } from './path.ts'
import type { Placement } from './placement.ts'
import type { Problem } from './problem.ts'
import { argsProblem, envProblem } from './process.ts'
import { promptProblem } from './prompt.ts'
import { queryProblem } from './query.ts'
import { sourcesProblem } from './sources-of.ts'
import { togetherProblem } from './together.ts'

/** What a placement must fit. */
export interface PlacementSetting {
  readonly source: Source
  /** The further sources, by name. */
  readonly sources: Readonly<Record<string, Source>>
  /** Whether the operator wrote the main source. */
  readonly hasSource: boolean
  readonly url: URL
  readonly hasResource: boolean
  readonly stdio: boolean
  readonly process: ChildProcess | undefined
}

/** Parts of one placement at most. */
const MAX_PARTS = 16

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
  const parts = isList(placement)
    ? placement.map((part, index) => [`placement[${index}]`, part] as const)
    : [['placement', placement] as const]
  if (parts.length === 0 || parts.length > MAX_PARTS)
    return ['placement', `must have 1 to ${MAX_PARTS} parts`]
  for (const [at, part] of parts) {
    const problem = named(at, partProblem(part, setting))
    if (problem) return problem
  }
  const { sources, hasSource, url, hasResource, stdio } = setting
  const fillsPath = parts.some(([, { type }]) => type === 'path')
  return (
    (stdio ? undefined : pathProblem(url, fillsPath, hasResource)) ??
    sourcesProblem(sources, parts, hasSource) ??
    togetherProblem(parts)
  )
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
function partProblem(part: Placement, { source, stdio, url, process }: PlacementSetting): Problem {
  if (!Object.hasOwn(PLACEMENTS, part.type))
    return ['type', `must be one of ${Object.keys(PLACEMENTS).join(', ')}`]
  const { needs } = PLACEMENTS[part.type]
  if (stdio && needs === 'http')
    return [
      '',
      `"${part.type}" needs HTTP; a stdio server takes "env", "args", "argument", "meta" or "prompt"`,
    ]
  if (!stdio && needs === 'stdio') return ['', `"${part.type}" needs a stdio server`]
  switch (part.type) {
    case 'header':
      return headerProblem(part)
    case 'query':
      return queryProblem(part, url)
    case 'cookie':
      return cookieProblem(part)
    case 'path':
      return undefined
    case 'sign':
      return typeof part.sign === 'function'
        ? undefined
        : ['sign', 'must be a function that gives headers']
    case 'env':
      return envProblem(part, process)
    case 'args':
      return argsProblem(part, process)
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
