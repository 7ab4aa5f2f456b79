// Reads the arguments of a command. What it refuses, it does not quote.

import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { UsageError } from './command.ts'
import { nearest } from './nearest.ts'

/** The options by their names, and what is no option, in order. */
export type Arguments<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; allowPositionals: true; options: Options }>
>

/**
 * Reads arguments.
 *
 * @param takes What the command takes, for somebody who gave it something else.
 * @throws UsageError for an option that is not among the `options`, or that lacks its value.
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
    const bare = withoutValue(args, options)
    const meant = misspelt(args, options)
    const problem =
      bare !== undefined
        ? `--${bare} needs a value; `
        : meant !== undefined
          ? `it has no such option: did you mean --${meant}? `
          : ''
    throw new UsageError(`${problem}it takes ${takes}`)
  }
}

/** The option that was probably meant by the first one that there is not. What was typed is not repeated. */
function misspelt(args: readonly string[], options: ParseArgsOptionsConfig): string | undefined {
  const known = Object.keys(options)
  const typed = args
    .filter((arg) => arg.startsWith('-'))
    .map((arg) => arg.replace(/^-+/, '').split('=', 1)[0] ?? '')
  const unknown = typed.find((name) => name !== '' && !known.includes(name))
  return unknown === undefined ? undefined : nearest(unknown, known)
}

/** The first of the options that has no value after it. */
function withoutValue(
  args: readonly string[],
  options: ParseArgsOptionsConfig,
): string | undefined {
  const named = Object.keys(options).filter((name) => options[name]?.type === 'string')
  return named.find((name) => {
    const at = args.indexOf(`--${name}`)
    return at >= 0 && (args[at + 1] ?? '-').startsWith('-')
  })
}
