// The error that an app throws in an answer to tell the person what went wrong.

import type { ErrorEvent } from '../protocol/event.ts'
import { ERROR_WORDS, type ErrorName, type TextName } from '../protocol/named-text.ts'

/**
 * Throw it in an answer. It becomes the `error` event of the stream.
 *
 * @example
 * ```ts
 * throw new ChatkitStreamError({ text: 'The file is too long to be read.' })
 * ```
 */
export class ChatkitStreamError extends Error {
  override readonly name = 'ChatkitStreamError'
  /** The event that the client is sent. */
  readonly event: ErrorEvent

  /**
   * @param what `text` is shown to the person. `code` names the error without a text. `allowRetry`
   *   says whether the person may try again. Its default is false, and true for the code
   *   `stream.error`. `name` is the text's name, if it is one that `<onbehalf-chat>` has in other
   *   languages.
   */
  constructor(
    what:
      | { readonly text: string; readonly allowRetry?: boolean; readonly name?: TextName }
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
            ...(what.name ? { onbehalf_words: { message: what.name } } : {}),
          }
        : {
            type: 'error',
            code: what.code,
            allow_retry: what.allowRetry ?? what.code === 'stream.error',
          }
  }
}

/** Makes the error of one of this server's own sentences. */
export function namedError(name: ErrorName): ChatkitStreamError {
  return new ChatkitStreamError({ text: ERROR_WORDS[name], name: { key: `error.${name}` } })
}
