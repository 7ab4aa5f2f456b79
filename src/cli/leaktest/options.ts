// How a test is run, beside the target.

/** Options of a test. */
export interface LeaktestOptions {
  readonly seed: string
  /** The file that describes the target, or the name of one that comes with onbehalf. */
  readonly file: string
  /** What tests this target again, without the options. */
  readonly command: string
  /** Everything for each variant. */
  readonly all: boolean
  /** Only behaviours that begin so. */
  readonly only: string | undefined
  /** The folder that a target's relative paths start at: `{here}`. */
  readonly here: string
  readonly signal: AbortSignal
  /** Gets a line about what is being done. */
  readonly progress: (line: string) => void
}
