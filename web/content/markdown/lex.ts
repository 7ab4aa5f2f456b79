// Markdown into tokens by `marked`'s lexer, bounded: what would take too long or nest too deep comes back as plain text.

import { Lexer, type Token, type TokensList } from 'marked'

/** Definitions of link targets, by name. */
export type Links = TokensList['links']

/** marked's emphasis is quadratic: 50,000 characters of `*a**b ` in one paragraph took 2 s, 10,000 take 0.1 s. Prose has no such paragraphs. */
const LONGEST_INLINE = 10_000

class BoundedLexer extends Lexer {
  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    if (src.length <= LONGEST_INLINE) return super.inlineTokens(src, tokens)
    tokens.push({ type: 'escape', raw: src, text: src })
    return tokens
  }
}

/** The block tokens of a text, and the definitions in it: those given, which earlier text defined, hold as well. */
export function lex(text: string, known: Links): { readonly tokens: readonly Token[]; readonly links: Links } {
  const lexer = new BoundedLexer({ gfm: true })
  Object.assign(lexer.tokens.links, known)
  try {
    const tokens = lexer.lex(text)
    return { tokens, links: lexer.tokens.links }
  } catch {
    // Thousands of nested quotes exhaust the stack.
    return { tokens: [{ type: 'paragraph', raw: text, text, tokens: [{ type: 'escape', raw: text, text }] }], links: known }
  }
}
