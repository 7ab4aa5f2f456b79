// What a command of `onbehalf` is, and what it may see of the process that it runs in.

/** The process, as commands see it. */
export interface Terminal {
  /** Writes a line of the result to standard output. */
  out(line: string): void
  /** Writes a line for the person to standard error. */
  note(line: string): void
  /** Asks the person for a line. Only where somebody is there to answer. */
  ask?(question: string): Promise<string>
  /** Fires when the person wants it to stop. */
  readonly signal: AbortSignal
}

/** A command. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string
  /** What `--help` prints. */
  readonly help: string
  /**
   * @returns The exit code: 0, or 1 when what was asked for was not done.
   * @throws UsageError when the arguments make no sense; CommandError when it could not be done.
   */
  run(args: readonly string[], terminal: Terminal): Promise<number>
}

/** Wrong arguments: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What was asked for could not be done, and the message says why and what to do: exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}
