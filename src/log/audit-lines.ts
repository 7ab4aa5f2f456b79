// Writes the audit to a stream, such as the standard output: one line of JSON for each event. Events of
// the same moment go in one write, and each is done when its line is written.

import type { AuditEvent, AuditSink } from '../core/audit.ts'
import { checkArgument, hasMethods } from '../core/option-values.ts'

/** The part of a stream of Node that this uses. */
export interface LineStream {
  write(text: string, done: (error?: Error | null) => void): unknown
}

/** Lines that go together. */
interface Batch {
  readonly written: Promise<void>
  text: string
}

/**
 * Makes the sink. A hop waits for its line: what cannot be written is not done.
 *
 * @throws TypeError for anything without `write`.
 *
 * @example
 * ```ts
 * const audit = auditLines(process.stdout)
 * ```
 */
export function auditLines(stream: LineStream): AuditSink {
  checkArgument('auditLines: the stream', stream, hasMethods(['write'], 'process.stdout is one'))
  let open: Batch | undefined
  const begin = (): Batch => {
    const written = new Promise<void>((resolve, reject) => {
      setImmediate(() => {
        const { text } = batch
        open = undefined
        stream.write(text, (error) => (error ? reject(error) : resolve()))
      })
    })
    const batch: Batch = { written, text: '' }
    return batch
  }
  return {
    record(event: AuditEvent) {
      open ??= begin()
      open.text += `${JSON.stringify({ audit: event })}\n`
      return open.written
    },
  }
}
