// Draws Markdown's inline tokens. HTML in them is text like any other.

import type { MarkedToken, Token } from 'marked'
import { el } from '../../dom/dom.ts'
import { linkAddress } from '../address.ts'
import { foreignLink, image, link } from '../link.ts'
import { shown } from '../visible.ts'
import { formula } from './draw-formula.ts'
import { decoded } from './entities.ts'
import { formulaAt } from './formula.ts'
import type { MarkdownOptions } from './options.ts'

/** Deeper levels stay text: nobody writes them, and the page's stack is finite. */
export const MAX_DEPTH = 24

/** No extension is registered, so every token is one of the lexer's own. */
export function known(token: Token): MarkedToken {
  return token as MarkedToken
}

/** Returns the nodes of inline tokens. */
export function inline(
  tokens: readonly Token[],
  rules: MarkdownOptions,
  depth: number,
): (Node | string)[] {
  return tokens.map((token) =>
    depth > MAX_DEPTH ? token.raw : node(known(token), rules, depth + 1),
  )
}

function node(token: MarkedToken, rules: MarkdownOptions, depth: number): Node | string {
  switch (token.type) {
    case 'text':
      return token.tokens
        ? el('span', {}, ...inline(token.tokens, rules, depth))
        : decoded(token.text)
    case 'escape':
      return formulaAt(token.raw) === token.raw ? formula(token.raw, rules) : token.text
    case 'strong':
    case 'em':
    case 'del':
      return el(token.type, {}, ...inline(token.tokens, rules, depth))
    case 'codespan':
      return el('code', { dir: 'auto' }, shown(token.text))
    case 'br':
      return el('br')
    case 'link':
      return linkNode(token.href, token.autolink === true, token.tokens, rules, depth)
    case 'image':
      return image(decoded(token.href), decoded(token.text), rules, false)
    case 'checkbox':
      return el('input', {
        type: 'checkbox',
        disabled: true,
        checked: token.checked,
        'aria-label': token.checked ? '☑' : '☐',
      })
    case 'html':
      return token.text
    default:
      return token.raw
  }
}

function linkNode(
  given: string,
  literal: boolean,
  tokens: readonly Token[],
  rules: MarkdownOptions,
  depth: number,
): Node {
  const href = literal ? given : decoded(given)
  const address = linkAddress(href)
  const says = el('bdi', {}, ...inline(tokens, rules, depth))
  // A link within a link (an image that became a link) would give one place two targets.
  for (const inner of says.querySelectorAll('a')) inner.replaceWith(...inner.childNodes)
  const text = says.textContent
  if (!address) return foreignLink(href, text)
  for (const piece of textNodes(says)) piece.data = shown(piece.data)
  return link(address, text, says)
}

/** Returns the text nodes below an element, in order. */
export function textNodes(element: Element): Text[] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  const found: Text[] = []
  while (walker.nextNode()) if (walker.currentNode instanceof Text) found.push(walker.currentNode)
  return found
}
