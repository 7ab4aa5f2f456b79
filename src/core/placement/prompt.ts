// The check of the placement `prompt`.

import type { Source } from '../binding.ts'
import { parametersProblem } from './parameters.ts'
import type { PlacementOf } from './placement.ts'
import type { Problem } from './problem.ts'

/** What is wrong with a prompt; undefined when nothing is. */
export function promptProblem(placement: PlacementOf<'prompt'>, source: Source): Problem {
  return (
    literalTokenProblem(placement, source) ??
    parametersProblem(placement.parameters) ??
    otherSourceProblem(placement)
  )
}

/** A model may see only a token that is narrow and expires soon. */
function literalTokenProblem(
  { insecurelyShowLiteralTokens }: PlacementOf<'prompt'>,
  source: Source,
): Problem {
  if (!insecurelyShowLiteralTokens || source.type === 'exchange') return undefined
  return source.type === 'static'
    ? ['', 'would show the model a key that does not expire; use "argument" or "header"']
    : [
        'insecurelyShowLiteralTokens',
        'needs the source "exchange": no other token is narrow and short-lived enough',
      ]
}

/** There is one reference for the credential of a server. */
function otherSourceProblem({ parameters = 'everywhere' }: PlacementOf<'prompt'>): Problem {
  return parameters !== 'everywhere' &&
    parameters.some(({ value }) => typeof value === 'object' && 'credential' in value)
    ? ['parameters', 'cannot name another source: the model gets references to one credential']
    : undefined
}
