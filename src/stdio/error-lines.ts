// The lines that a process writes to its standard error, for the operator's log alone: few enough,
// short enough, and without the credentials that it was started with.

import { StringDecoder } from 'node:string_decoder'
import { forOperator } from '../core/refusal-details.ts'

/** A longer line is cut before it is searched. */
const MAX_LINE_CHARS = 4_096
/** Lines of one process in one minute. Searching each costs work, and a log has no end. */
const MAX_LINES = 120
const MINUTE_MS = 60_000

/** What the lines of a process go through, and where they go. */
export interface ErrorLineOptions {
  /** Takes credentials out of a line. */
  readonly clean: () => (line: string) => string
  readonly write: (line: string) => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Makes the reader of one standard error: it takes the next chunk. */
export function errorLines({ clean, write, now }: ErrorLineOptions): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8')
  let line = ''
  let minute = 0
  let written = 0

  function tell(text: string): void {
    const current = Math.floor(now() / MINUTE_MS)
    if (current !== minute) {
      minute = current
      written = 0
    }
    written++
    if (written === MAX_LINES + 1) write('(more lines in this minute are dropped)')
    if (written > MAX_LINES) return
    const shown = forOperator(clean()(text))
    if (shown !== undefined) write(shown)
  }

  return (chunk) => {
    const lines = (line + decoder.write(chunk)).split(/\r?\n/)
    line = (lines.pop() ?? '').slice(0, MAX_LINE_CHARS)
    for (const complete of lines) tell(complete.slice(0, MAX_LINE_CHARS))
  }
}
