// Markdown into tokens by `marked`'s lexer, bounded: what would take too long or nest too deep comes back as plain text.

import { Lexer, type Token, type TokensList } from 'marked'

/** Definitions of link targets, by name. */
export type Links = TokensList['links']

/** marked's emphasis is quadratic: 50,000 characters of `*a**b ` in one paragraph took 2 s, 10,000 take 0.1 s. Prose has no such paragraphs. */
const LONGEST_INLINE = 10_000

/** And so each paragraph costs the square of its marks: a hundred of those paragraphs took 7 s. In prose they have a dozen each. */
const MOST_EMPHASIS = 5_000_000

/** Each level of quotes and lists reads its text again. */
const MOST_READ = 2_000_000
const MOST_READ_AGAIN = 20

/** Of a quote, each line costs all lines that come after it: 330,000 of them took five minutes, so many take 0.1 s. */
const MOST_QUOTED = 5000
const QUOTED = /^[^\p{L}\p{N}\n]*>/gmu

class BoundedLexer extends Lexer {
  #emphasis = MOST_EMPHASIS
  #read: number

  constructor(length: number) {
    super({ gfm: true })
    this.#read = MOST_READ + MOST_READ_AGAIN * length
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
    if (src.length <= LONGEST_INLINE && this.#emphasis >= 0) return super.inlineTokens(src, tokens)
    tokens.push({ type: 'escape', raw: src, text: src })
    return tokens
  }
}

/** The block tokens of a text, and the definitions in it: those given, which earlier text defined, hold as well. */
export function lex(
  text: string,
  known: Links,
): { readonly tokens: readonly Token[]; readonly links: Links } {
  try {
    if ((text.match(QUOTED)?.length ?? 0) > MOST_QUOTED)
      throw new RangeError('This Markdown takes too long to read')
    const lexer = new BoundedLexer(text.length)
    Object.assign(lexer.tokens.links, known)
    const tokens = lexer.lex(text)
    return { tokens, links: lexer.tokens.links }
  } catch {
    // Thousands of nested quotes exhaust the stack.
    return {
      tokens: [
        { type: 'paragraph', raw: text, text, tokens: [{ type: 'escape', raw: text, text }] },
      ],
      links: known,
    }
  }
}
