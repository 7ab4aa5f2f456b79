// Makes characters visible that change how a text reads without being seen. For names, addresses and code; prose keeps them, within its block.

/**
 * Overrides, embeddings and isolates (a name that reads backwards: CVE-2021-42574), marks of direction, zero-width characters, tag characters,
 * and control characters.
 */
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/** Joiners belong to emoji and to several scripts; they are left alone between such characters. */
const JOINED = /(?<=[\p{Emoji}\p{L}\p{M}])[\u200c\u200d](?=[\p{Emoji}\p{L}\p{M}])/gu

/** The text, with unseen characters written as `⟨U+202E⟩`. */
export function shown(text: string): string {
  if (!/[^\n\t -~]/.test(text)) return text
  const joiners = new Set([...text.matchAll(JOINED)].map((match) => match.index))
  return text.replace(UNSEEN, (found, at: number) =>
    joiners.has(at) ? found : `⟨U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  )
}
