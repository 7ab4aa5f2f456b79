// The error that an answer throws to tell the client something of what went wrong.

import type { ErrorEvent } from '../protocol/event.ts'

/**
 * Thrown by an answer; becomes the stream's `error` event.
 *
 * @example
 * ```ts
 * throw new ChatkitStreamError({ text: 'The file is too long to be read.' })
 * ```
 */
export class ChatkitStreamError extends Error {
  override readonly name = 'ChatkitStreamError'
  /** What the client is sent. */
  readonly event: ErrorEvent

  /**
   * @param what `text` is shown to the person, with no retry unless `allowRetry`. `code` says which error it is without a text, with a retry
   *   unless `allowRetry` is false.
   */
  constructor(
    what:
      | { readonly text: string; readonly allowRetry?: boolean }
      | { readonly code: string; readonly allowRetry?: boolean },
  ) {
    super('text' in what ? what.text : what.code)
    this.event =
      'text' in what
        ? {
            type: 'error',
            code: 'custom',
            message: what.text,
            allow_retry: what.allowRetry ?? false,
          }
        : {
            type: 'error',
            code: what.code,
            allow_retry: what.allowRetry ?? what.code === 'stream.error',
          }
  }
}
