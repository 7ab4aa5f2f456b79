// Makes text from a server fit for a terminal: what moves the cursor, hides or reorders letters is written out instead.

/** Control characters (escape sequences begin with one), halves of pairs, line separators, and what has no width or turns the writing round. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/**
 * The text with such characters spelled `\u{…}`.
 *
 * @param longest Characters that are kept; what is cut off is marked.
 */
export function printable(text: string, longest = 200): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text
  return cut.replace(UNPRINTABLE, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`)
}

/** Whether the text can be shown and pasted as it is. */
export function isPrintable(text: string): boolean {
  return printable(text) === text
}
