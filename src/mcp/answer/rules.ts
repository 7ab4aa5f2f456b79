// By which rules an answer is rewritten, and the rewriting of one JSON text by them.

import type { RefusalReason } from '../../core/errors.ts'
import type { UnknownObject } from '../../core/json.ts'

/** What is done with an answer. */
export interface AnswerRules {
  /** Gives a message as it goes on. */
  readonly message: (message: unknown) => Promise<unknown>
  /** Gives a text that is no message (an event's id, a header) as it goes on. */
  readonly text: (text: string) => string
  /**
   * Takes the id of a session, which goes on in its header, and nowhere else.
   *
   * @returns Whether it may go on.
   */
  readonly session: (id: string) => boolean
  /** Characters of one JSON answer, or of one event, that are taken in. */
  readonly maxChars: number
  /** The server's name, for errors. */
  readonly server: string
  /** When it has fired, no stream is resumed. */
  readonly signal?: AbortSignal
  /** The tool call that the answer is to. Default: the answer is to something else. */
  readonly awaited?: AwaitedCall
}

/** A tool call whose caller waits for its result. */
export interface AwaitedCall {
  readonly id: string | number
  /**
   * Makes the result that is given when the server's never comes, and cannot come because the
   * stream cannot be resumed: its caller would wait for ever.
   */
  instead(reason: RefusalReason): UnknownObject
}

/**
 * Rewrites one message, or a batch.
 *
 * @returns A JSON text written anew. The text of the server never passes: members of the same name
 *   hide each other from whoever parses it, but not from a log of the text.
 */
export async function rewriteJson(value: unknown, { message }: AnswerRules): Promise<string> {
  return JSON.stringify(
    Array.isArray(value) ? await Promise.all(value.map(message)) : await message(value),
  )
}
