// Turns Markdown into tokens with `marked`'s lexer, within bounds. Text that would take too long or
// nest too deeply comes back as plain text.

import { Lexer, type Token, type TokensList } from 'marked'

/** Definitions of link targets, by name. */
export type Links = TokensList['links']

/**
 * The time for emphasis in marked grows with the square of the paragraph: 50,000 characters of
 * `*a**b ` took 2 s, 10,000 take 0.1 s. Prose has no such paragraphs.
 */
const MAX_INLINE_CHARS = 10_000

/**
 * Each paragraph costs the square of its emphasis marks, and this bounds the sum: a hundred of
 * those paragraphs took 7 s. In prose a paragraph has about a dozen marks.
 */
const MAX_EMPHASIS_COST = 5_000_000

/** Each level of quotes and lists reads its text again. These two bound how much is read in all. */
const BASE_READ_CHARS = 2_000_000
const READ_CHARS_PER_CHAR = 20

/**
 * Each line of a quote costs as much as all lines after it: 330,000 lines took five minutes, and so
 * many take 0.1 s.
 */
const MAX_QUOTED_LINES = 5000
const QUOTED = /^[^\p{L}\p{N}\n]*>/gmu

/**
 * A formula in TeX, as models write it. It is not drawn as one, but it stays as it was written:
 * Markdown would take its backslashes and stars.
 */
const FORMULA = /^(?:\\\([^\n]*?\\\)|\\\[[\s\S]*?\\\]|\$\$(?!\$)[\s\S]+?\$\$)/

/** Makes the tokenizer leave formulas as they are. */
function keepFormulas(tokenizer: Lexer['options']['tokenizer']): void {
  if (!tokenizer) return
  const { escape: readEscape, inlineText } = tokenizer
  tokenizer.escape = (src) => {
    const raw = FORMULA.exec(src)?.[0]
    return raw === undefined ? readEscape.call(tokenizer, src) : { type: 'escape', raw, text: raw }
  }
  tokenizer.inlineText = (src) => {
    const token = inlineText.call(tokenizer, src)
    const at = token?.raw.indexOf('$$', 1) ?? -1
    return token && at > 0 && FORMULA.test(src.slice(at))
      ? { ...token, raw: src.slice(0, at), text: src.slice(0, at) }
      : token
  }
}

class BoundedLexer extends Lexer {
  #emphasis = MAX_EMPHASIS_COST
  #read: number

  constructor(length: number) {
    super({ gfm: true })
    keepFormulas(this.options.tokenizer)
    this.#read = BASE_READ_CHARS + READ_CHARS_PER_CHAR * length
  }

  override blockTokens(src: string, tokens?: Token[], lastParagraphClipped?: boolean): Token[]
  override blockTokens(src: string, tokens?: TokensList, lastParagraphClipped?: boolean): TokensList
  override blockTokens(
    src: string,
    tokens?: Token[] | TokensList,
    clipped?: boolean,
  ): Token[] | TokensList {
    this.#read -= src.length
    if (this.#read < 0) throw new RangeError('This Markdown takes too long to read')
    return super.blockTokens(src, tokens, clipped)
  }

  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    this.#emphasis -= (src.match(/[*_~]/g)?.length ?? 0) ** 2
    if (src.length <= MAX_INLINE_CHARS && this.#emphasis >= 0)
      return super.inlineTokens(src, tokens)
    tokens.push({ type: 'escape', raw: src, text: src })
    return tokens
  }
}

/**
 * Returns the block tokens of a text and its link definitions, among them the `known` ones of
 * earlier text.
 */
export function lex(
  text: string,
  known: Links,
): { readonly tokens: readonly Token[]; readonly links: Links } {
  try {
    if ((text.match(QUOTED)?.length ?? 0) > MAX_QUOTED_LINES)
      throw new RangeError('This Markdown takes too long to read')
    const lexer = new BoundedLexer(text.length)
    Object.assign(lexer.tokens.links, known)
    const tokens = lexer.lex(text)
    return { tokens, links: lexer.tokens.links }
  } catch {
    // Thousands of nested quotes overflow the stack.
    return {
      tokens: [
        { type: 'paragraph', raw: text, text, tokens: [{ type: 'escape', raw: text, text }] },
      ],
      links: known,
    }
  }
}
