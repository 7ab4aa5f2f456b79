// Turns Markdown into tokens with `marked`'s lexer, within bounds. Text that would take too long or
// nest too deeply comes back as plain text.

import { Lexer, type Token, type Tokens, type TokensList } from 'marked'
import { dollarsIn, formulaAt, formulaBlock } from './formula.ts'

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

/** What begins a formula and may have no end is looked for so often; each time costs its length. */
const MAX_OPEN_FORMULAS = 200
const OPENS = /^ {0,3}(?:\$\$|\\[[(])/

/** Makes the tokenizer leave formulas as they are. */
function keepFormulas(tokenizer: Lexer['options']['tokenizer']): void {
  if (!tokenizer) return
  const { escape: readEscape, inlineText, fences } = tokenizer
  let misses = 0
  const found = (find: (src: string) => string | undefined, src: string) => {
    if (misses > MAX_OPEN_FORMULAS) return undefined
    const raw = find(src)
    if (raw === undefined && OPENS.test(src)) misses++
    return raw
  }
  tokenizer.escape = (src) => {
    const raw = found(formulaAt, src)
    return raw === undefined ? readEscape.call(tokenizer, src) : formulaToken(raw)
  }
  tokenizer.inlineText = (src) => {
    const token = inlineText.call(tokenizer, src)
    const at = token ? dollarsIn(src, token.raw.length) : -1
    return token && at > 0 ? { ...token, raw: src.slice(0, at), text: src.slice(0, at) } : token
  }
  // The lines of a formula may begin like a list or a heading.
  tokenizer.fences = (src) => {
    const raw = found(formulaBlock, src)
    if (raw === undefined) return fences.call(tokenizer, src)
    const text = raw.trim()
    return { type: 'paragraph', raw, text, tokens: [formulaToken(text)] } as unknown as Tokens.Code
  }
}

function formulaToken(raw: string): Tokens.Escape {
  return { type: 'escape', raw, text: raw }
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
