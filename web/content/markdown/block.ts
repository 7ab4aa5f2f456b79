// Draws one block of Markdown. A list keeps its unchanged items and code keeps its element, so that
// growing text costs little.

import type { MarkedToken, Token, Tokens } from 'marked'
import { el } from '../../dom/dom.ts'
import { type CodeBlock, codeBlock, languageOf } from './code.ts'
import { inline, known, MAX_DEPTH } from './inline.ts'
import type { MarkdownOptions } from './options.ts'
import { purify } from './purify.ts'

/** A drawn block. Blank lines and definitions have no element. */
export interface Block {
  readonly element?: HTMLElement
  readonly code?: CodeBlock
  /** The items of a list, each with the key of the text that it was drawn from. */
  readonly items?: readonly { readonly key: string; readonly element: HTMLElement }[]
}

/**
 * Draws a block. `before` is what was drawn in its place: unchanged parts of it are used again. The
 * links of both must be the same.
 */
export function drawBlock(
  token: Token,
  options: MarkdownOptions,
  before: Block | undefined,
): Block {
  const given = known(token)
  if (given.type === 'code') {
    const language = languageOf(given.lang)
    const code = before?.code?.language === language ? before.code : codeBlock(language, options)
    code.update(given.text)
    return { element: code.element, code }
  }
  if (given.type === 'list') return drawList(given, options, before)
  const element = draw(given, options, 0)
  return element ? { element: purify(element) } : {}
}

function drawList(token: Tokens.List, options: MarkdownOptions, before: Block | undefined): Block {
  const reused = before?.items && isList(before.element, token) ? before : undefined
  const element = reused?.element ?? purify(listElement(token))
  const items = token.items.map((item, index) => {
    const key = `${item.loose}${item.raw.trimEnd()}`
    const old = reused?.items?.[index]
    if (old?.key === key) return old
    const drawn = purify(drawItem(item, options, 1))
    if (old) old.element.replaceWith(drawn)
    else element.append(drawn)
    return { key, element: drawn }
  })
  for (const old of reused?.items?.slice(items.length) ?? []) old.element.remove()
  return { element, items }
}

function isList(element: HTMLElement | undefined, { ordered, start }: Tokens.List): boolean {
  return element instanceof HTMLOListElement
    ? ordered && element.start === Number(start)
    : element instanceof HTMLUListElement && !ordered
}

function listElement({ ordered, start }: Tokens.List): HTMLElement {
  // Lists and tables have the direction of the whole message: their parts belong together.
  return ordered ? el('ol', { start: Number(start) }) : el('ul')
}

function drawItem(item: Tokens.ListItem, options: MarkdownOptions, depth: number): HTMLElement {
  return el(
    'li',
    { class: item.task ? 'task' : undefined },
    ...children(item.tokens, options, depth),
  )
}

/** Draws what a quote or a list item holds: blocks, and bare text in a tight item. */
function children(
  tokens: readonly Token[],
  options: MarkdownOptions,
  depth: number,
): (Node | string)[] {
  return tokens.flatMap((child): readonly (Node | string)[] => {
    const token = known(child)
    if (token.type === 'text')
      return token.tokens ? inline(token.tokens, options, depth) : inline([token], options, depth)
    if (token.type === 'checkbox') return inline([token], options, depth)
    const drawn = draw(token, options, depth)
    return drawn ? [drawn] : []
  })
}

function draw(
  token: MarkedToken,
  options: MarkdownOptions,
  depth: number,
): HTMLElement | undefined {
  if (depth > MAX_DEPTH) return el('p', {}, token.raw)
  switch (token.type) {
    case 'space':
    case 'def':
      return undefined
    case 'heading':
      // The page and the conversation use the headings above.
      return el(
        HEADINGS[token.depth - 1] ?? 'h6',
        { dir: 'auto' },
        ...inline(token.tokens, options, depth),
      )
    case 'hr':
      return el('hr')
    case 'code': {
      const block = codeBlock(languageOf(token.lang), options)
      block.update(token.text)
      return block.element
    }
    case 'blockquote':
      return el('blockquote', {}, ...children(token.tokens, options, depth + 1))
    case 'list': {
      const list = listElement(token)
      list.append(...token.items.map((item) => drawItem(item, options, depth + 1)))
      return list
    }
    case 'table':
      return table(token, options, depth)
    case 'paragraph':
      return el('p', { dir: 'auto' }, ...inline(token.tokens, options, depth))
    case 'html':
      return el('p', { dir: 'auto', class: 'raw' }, token.text.trimEnd())
    default:
      return el('p', { dir: 'auto' }, ...inline([token], options, depth))
  }
}

const HEADINGS = ['h3', 'h4', 'h5', 'h6', 'h6', 'h6'] as const

function table(
  { header, rows }: Tokens.Table,
  options: MarkdownOptions,
  depth: number,
): HTMLElement {
  const cell = (tag: 'td' | 'th', given: Tokens.TableCell) =>
    el(
      tag,
      {
        scope: tag === 'th' ? 'col' : undefined,
        class: given.align === null ? undefined : `to-${given.align}`,
      },
      ...inline(given.tokens, options, depth),
    )
  const head = el('thead', {}, el('tr', {}, ...header.map((heading) => cell('th', heading))))
  const body = el(
    'tbody',
    {},
    ...rows.map((row) => el('tr', {}, ...row.map((entry) => cell('td', entry)))),
  )
  // The table scrolls by itself, so a keyboard must reach it.
  return el(
    'div',
    {
      class: 'scroll',
      tabindex: 0,
      role: 'group',
      'aria-label': header.map((heading) => heading.text).join(', '),
    },
    el('table', {}, head, body),
  )
}
