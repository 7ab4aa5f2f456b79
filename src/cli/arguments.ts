// Reads the arguments of a command. What it refuses, it does not quote.

import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { UsageError } from './command.ts'

/** The options by their names, and what is no option, in order. */
export type Arguments<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; allowPositionals: true; options: Options }>
>

/**
 * Reads arguments.
 *
 * @param takes What the command takes, for somebody who gave it something else.
 * @throws UsageError for an option that is not among the `options`.
 */
export function readArguments<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
  takes: string,
): Arguments<Options> {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options })
  } catch {
    // The parser's message quotes an argument that it does not know. That argument may be a token
    // in the wrong place.
    throw new UsageError(`it takes ${takes}`)
  }
}
