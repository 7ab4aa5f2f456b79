// Makes invisible characters visible that change how a text reads: in names, addresses and code.
// Prose keeps them, within its block.

/**
 * Overrides, embeddings and isolates, with which a name reads backwards (CVE-2021-42574). Marks of
 * direction, zero-width characters, fillers, variation selectors and tag characters, which can hide
 * whole texts. Control characters.
 */
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufff9-\ufffb\p{Default_Ignorable_Code_Point}]/gu

/**
 * Joiners belong to emoji and several scripts, and some selectors to emoji and Mongolian letters.
 * They stay as they are there.
 */
const JOINED =
  /(?<=[\p{Emoji}\p{L}\p{M}])[\u200c\u200d](?=[\p{Emoji}\p{L}\p{M}])|(?<=\p{Emoji})[\ufe0e\ufe0f]|(?<=[\u1820-\u18aa])[\u180b-\u180d\u180f]/gu

/** Returns the text, with invisible characters written as `⟨U+202E⟩`. */
export function shown(text: string): string {
  if (!/[^\n\t -~]/.test(text)) return text
  const joiners = new Set([...text.matchAll(JOINED)].map((match) => match.index))
  return text.replace(UNSEEN, (found, at: number) =>
    joiners.has(at)
      ? found
      : `⟨U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  )
}
