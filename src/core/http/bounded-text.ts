// The text of an answer, if it is not too long. By the cheapest way that there is: a reader of a web stream costs more than a small answer's request did.

import { LazyResponse } from './lazy-response.ts'

/**
 * Reads a body to its end, or until it is too long; then its connection is given up.
 *
 * @param limit Characters.
 * @returns Undefined when there is more of it.
 * @throws What the platform throws when the answer breaks off.
 */
export async function boundedText(response: Response, limit: number): Promise<string | undefined> {
  const unread = response instanceof LazyResponse ? response.unread() : undefined
  if (unread) return unread.textWithin(limit)
  const reader = response.body?.getReader()
  if (!reader) return ''
  const decoder = new TextDecoder()
  let text = ''
  try {
    while (text.length <= limit) {
      const { done, value } = await reader.read()
      if (!done) text += decoder.decode(value, { stream: true })
      else return upTo(text + decoder.decode(), limit)
    }
    return undefined
  } finally {
    // Frees the connection of an answer that was not read to its end; after the end it does nothing.
    reader.cancel().catch(() => {})
  }
}

/** The text, unless it is too long. */
function upTo(text: string, limit: number): string | undefined {
  return text.length > limit ? undefined : text
}
