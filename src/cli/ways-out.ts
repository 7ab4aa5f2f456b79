// The ways out of this process, loaded by the commands that need them. They are made of undici,
// which is optional: without it, the other commands work.

import { CommandError } from './command.ts'

/** Those of `onbehalf/egress`. */
export type WaysOut = Pick<typeof import('onbehalf/egress'), 'egressFetch' | 'guardedFetch'>

/**
 * Loads them.
 *
 * @throws CommandError when undici was left out at the installation.
 */
export async function waysOut(): Promise<WaysOut> {
  try {
    return await import('onbehalf/egress')
  } catch (error) {
    if (!isMissing(error)) throw error
    throw new CommandError(
      'this command needs the package undici, which was left out (--omit=optional): npm install undici',
    )
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
}
