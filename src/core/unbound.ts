// The error for a name that the operator has not bound: it lists the names that there are.

import { AuthError } from './errors.ts'
import { nearest } from './known-options.ts'

/**
 * Makes the error. Its message is for the developer; `sentenceFor` gives the person another one.
 *
 * @throws TypeError where there is no name.
 *
 * @param setting Where the names are declared: `servers` or `apis`.
 */
export function unbound(setting: string, name: string, names: readonly string[]): AuthError {
  if (typeof name !== 'string')
    throw new TypeError(
      `the name of one of the ${setting} must be given${names.length === 0 ? ': there are none' : `: there are ${names.join(', ')}`}`,
    )
  const near = nearest(name, names)
  const there = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`
  return new AuthError(
    { reason: 'server_unbound', server: name },
    `${setting} has no ${JSON.stringify(name.slice(0, 64))}: ${near === undefined ? there : `did you mean ${near}? (${there})`}`,
  )
}
