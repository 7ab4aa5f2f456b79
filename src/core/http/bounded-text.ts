// Reads the text of an answer, if it is not too long, in the cheapest way: a reader of a web stream
// costs more than the request for a small answer did.

import { LazyResponse } from './lazy-response.ts'

/**
 * Reads a body to its end. When it is too long, the reading stops and its connection is closed.
 *
 * @param maxChars Characters.
 * @returns The text; undefined when it is longer.
 * @throws What the platform throws when the answer breaks off.
 */
export async function boundedText(
  response: Response,
  maxChars: number,
): Promise<string | undefined> {
  const unread = response instanceof LazyResponse ? response.unread() : undefined
  if (unread) return unread.textWithin(maxChars)
  const reader = response.body?.getReader()
  if (!reader) return ''
  const decoder = new TextDecoder()
  let text = ''
  try {
    while (text.length <= maxChars) {
      const { done, value } = await reader.read()
      if (!done) text += decoder.decode(value, { stream: true })
      else return upTo(text + decoder.decode(), maxChars)
    }
    return undefined
  } finally {
    // Closes the connection of an answer that was not read to its end. After the end it does
    // nothing.
    reader.cancel().catch(() => {})
  }
}

function upTo(text: string, maxChars: number): string | undefined {
  return text.length > maxChars ? undefined : text
}
