// The words of a text, as a search compares them. No language is assumed: words are runs of letters and
// digits, and an English plural is its singular.

/** Characters that are looked at. */
const MAX_CHARS = 4_000

/** Scripts without blanks between words: each character counts. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u
const WORD = new RegExp(`${UNSPACED.source}|[\\p{L}\\p{N}]+`, 'gu')

/** The words, in lower case. `createIssue`, `create_issue` and `create issue` have the same. */
export function wordsOf(text: string): readonly string[] {
  const apart = text
    .slice(0, MAX_CHARS)
    .normalize('NFKC')
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
  return (apart.match(WORD) ?? []).map(singular)
}

function singular(word: string): string {
  if (word.length < 4 || !/[a-z]s$/.test(word) || /(?:ss|us|is)$/.test(word)) return word
  return word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.slice(0, -1)
}
