// Makes text from a server safe for a terminal: characters that move the cursor, or that hide or
// reorder letters, are written out as codes.

/**
 * Control characters (escape sequences begin with one), halves of surrogate pairs, line separators,
 * and characters that have no width or change the direction of the text.
 */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/**
 * The text with such characters spelled `\u{…}`.
 *
 * @param longest Characters that are kept; what is cut off is marked.
 */
export function printable(text: string, longest = 200): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text
  return cut.replace(UNPRINTABLE, (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`)
}

/** Whether the text can be shown and pasted as it is. */
export function isPrintable(text: string): boolean {
  return printable(text) === text
}
