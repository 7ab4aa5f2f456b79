// What a voice says of an answer. Pure.

/** Some browsers fall silent in a longer piece. */
const MAX_PIECE_CHARS = 180

/** Returns what is said of a Markdown text: no code, no addresses, no marks. */
export function spokenText(markdown: string): string {
  return markdown
    .replace(/^(`{3,}|~{3,})(?:.|\n)*?(?:^\1|(?![\s\S]))/gm, ' ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(?:[-*+>#|]+|\d+[.)])\s+/gm, '')
    .replace(/[*_`~|]/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim()
}

/** Cuts a text at the ends of its sentences, and a long sentence between its words. */
export function piecesOf(text: string): readonly string[] {
  const pieces: string[] = []
  for (const sentence of text.split(/(?<=[.!?。！？؟])\s+|\n+/)) {
    let piece = ''
    for (const word of sentence.split(/\s+/)) {
      if (piece !== '' && piece.length + word.length > MAX_PIECE_CHARS) {
        pieces.push(piece)
        piece = ''
      }
      piece += piece === '' ? word : ` ${word}`
    }
    if (piece !== '') pieces.push(piece)
  }
  return pieces
}
