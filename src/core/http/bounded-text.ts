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
  // A character takes a byte or more. Most answers are one short chunk, decoded in one piece.
  const first = await reader.read()
  if (first.done) return ''
  if (first.value.length > maxChars) return restOf(reader, [first.value], maxChars)
  const second = await reader.read()
  return second.done
    ? WHOLE.decode(first.value)
    : restOf(reader, [first.value, second.value], maxChars)
}

/** It keeps nothing between two texts. */
const WHOLE = new TextDecoder()

async function restOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  begun: readonly Uint8Array[],
  maxChars: number,
): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let text = ''
  for (const chunk of begun) text += decoder.decode(chunk, { stream: true })
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
