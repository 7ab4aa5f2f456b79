// Messages that the person may go on with after an answer. The app says which.

import type { AnswerEvent } from '../protocol/event.ts'
import { SUGGESTIONS } from '../protocol/ours.ts'

/**
 * Makes the event that shows the person messages to go on with, below the answer. `<onbehalf-chat>`
 * sends the one that is pressed; other clients show nothing. They are not stored.
 *
 * @param texts What would be sent, the likeliest first; six are shown.
 * @throws TypeError when they are no list of texts
 * @example
 * ```ts
 * yield suggestions(['And tomorrow?', 'Show it as a table'])
 * ```
 */
export function suggestions(texts: readonly string[]): AnswerEvent {
  if (!Array.isArray(texts) || texts.some((text) => typeof text !== 'string' || text.trim() === ''))
    throw new TypeError('suggestions: give it a list of texts that are not empty')
  return { type: 'client_effect', name: SUGGESTIONS, data: { texts: [...texts] } }
}
