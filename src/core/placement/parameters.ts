// The parameters that the placements `argument` and `prompt` fill: their check, and which source each
// one needs.

import type { ArgumentValue, FilledParameters } from './placement.ts'
import type { Problem } from './problem.ts'

/** What is wrong with the parameters; undefined when nothing is. */
export function parametersProblem(parameters: FilledParameters | undefined): Problem {
  if (parameters === undefined || parameters === 'everywhere') return undefined
  if (!Array.isArray(parameters))
    return ['parameters', 'must be a list of parameters, or "everywhere"']
  const wrong = parameters.find(({ pointer }) => !pointer.startsWith('/') || pointer.length < 2)
  if (wrong)
    return [
      'parameters',
      `has "${wrong.pointer}", which is no JSON pointer to a parameter (for example "/access_token")`,
    ]
  const index = parameters.findIndex(({ value }) => !isValue(value))
  return index < 0
    ? undefined
    : [
        `parameters[${index}].value`,
        'must be "credential", "subject", { claim: NAME } or { credential: NAME }',
      ]
}

function isValue(value: unknown): boolean {
  if (value === 'credential' || value === 'subject') return true
  if (typeof value !== 'object' || value === null) return false
  const [only, ...more] = Object.entries(value)
  const [kind, name] = only ?? []
  return (
    more.length === 0 &&
    (kind === 'claim' || kind === 'credential') &&
    typeof name === 'string' &&
    name !== ''
  )
}

/**
 * The name of the source whose credential fills a parameter; undefined for an identity.
 *
 * @param from The source that `credential` means.
 */
export function sourceOf(value: ArgumentValue, from: string): string | undefined {
  if (value === 'credential') return from
  return typeof value === 'object' && 'credential' in value ? value.credential : undefined
}
