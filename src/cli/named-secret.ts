// Secrets for a command: always from environment variables that are named, never from arguments,
// which other people of the machine can read.

import { Credential } from 'onbehalf'
import { UsageError } from './command.ts'

/**
 * The secret in a variable.
 *
 * @param option The option that names the variable.
 * @throws UsageError when that is no name, or there is no such variable.
 */
export function secretNamed(option: string, variable: string | undefined): Credential | undefined {
  if (variable === undefined) return undefined
  // Whoever puts the secret itself here must not find it in a message.
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(variable))
    throw new UsageError(`${option} takes the name of an environment variable, not the secret`)
  const value = process.env[variable]?.trim()
  if (!value) throw new UsageError(`the environment variable that ${option} names is not set`)
  return new Credential(value)
}
