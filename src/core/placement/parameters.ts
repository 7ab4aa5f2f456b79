// The check of the parameters that the placements `argument` and `prompt` fill.

import type { FilledParameters } from './placement.ts'
import type { Problem } from './problem.ts'

/** What is wrong with the parameters; undefined when nothing is. */
export function parametersProblem(parameters: FilledParameters | undefined): Problem {
  if (parameters === undefined || parameters === 'everywhere') return undefined
  if (!Array.isArray(parameters))
    return ['parameters', 'must be a list of parameters, or "everywhere"']
  const wrong = parameters.find(({ pointer }) => !pointer.startsWith('/') || pointer.length < 2)
  return (
    wrong && [
      'parameters',
      `has "${wrong.pointer}", which is no JSON pointer to a parameter (for example "/access_token")`,
    ]
  )
}
