// Markdown on the page, drawn again as its text grows. Finished blocks stay; only the last blocks
// are drawn again. HTML in the text stays text.

import type { Token } from 'marked'
import { attribute, el } from '../../dom/dom.ts'
import { type Block, drawBlock } from './block.ts'
import { type Links, lex } from './lex.ts'
import { type Mark, placeMarks } from './marks.ts'
import type { MarkdownOptions } from './options.ts'

/** Markdown on the page. */
export interface MarkdownView {
  readonly element: HTMLElement
  /** Draws the text, with marks at positions in it. */
  set(text: string, marks?: readonly Mark[]): void
}

interface Drawn extends Block {
  readonly raw: string
  readonly start: number
  /** The marks in the block, as one string. */
  readonly marks: string
}

/** A longer text is shown as it is: reading it as Markdown would block the page. */
const MAX_MARKDOWN_CHARS = 1_000_000

/** The definition of a link's target. It changes blocks before it. */
const DEFINES = /\[[^\]\n]+\]:/

/** Makes a view, empty. */
export function markdownView(options: MarkdownOptions): MarkdownView {
  const element = el('div', { class: 'md' })
  let blocks: readonly Drawn[] = []
  let links: Links = Object.create(null)
  let before = { text: '', marks: '', images: '' }

  const draw = (text: string, marks: readonly Mark[], kept: number, fresh: boolean) => {
    const from = blocks[kept]?.start ?? 0
    const read = lex(text.slice(from), kept === 0 ? Object.create(null) : links)
    const relinked = JSON.stringify(read.links) !== JSON.stringify(links)
    links = read.links
    const next = blocks.slice(0, kept)
    let start = from
    for (const [index, token] of read.tokens.entries()) {
      const end = start + token.raw.length
      const within =
        marks.length === 0 || isBlank(token)
          ? []
          : marksWithin(marks, start, reach(read.tokens, index, end))
      const old = blocks[next.length]
      const same = old && !fresh && !(relinked && old.raw.includes('[')) ? old : undefined
      const block = step(token, start, within, same, options)
      if (old?.element && old.element !== block.element) {
        if (block.element) old.element.replaceWith(block.element)
        else old.element.remove()
      } else if (block.element && !old?.element) {
        const previous = next.findLast((earlier) => earlier.element)?.element
        if (previous) previous.after(block.element)
        else element.prepend(block.element)
      }
      next.push(block)
      start = end
    }
    for (const old of blocks.slice(next.length)) old.element?.remove()
    blocks = next
  }

  return {
    element,
    set(given, marks = []) {
      const text = given.replace(/\r\n?/g, '\n')
      const now = {
        text,
        marks: JSON.stringify(marks.map(signature)),
        images: options.allowedImageDomains.join(),
      }
      if (now.text === before.text && now.marks === before.marks && now.images === before.images)
        return
      const fresh = now.images !== before.images
      const kept = fresh || now.marks !== before.marks ? 0 : settled(blocks, before.text, text)
      before = now
      attribute(element, 'dir', directionOf(text))
      if (text.length > MAX_MARKDOWN_CHARS) {
        blocks = []
        element.replaceChildren(el('p', { class: 'raw', dir: 'auto' }, text))
      } else draw(text, marks, kept, fresh)
    },
  }
}

/** Returns the direction of a text: that of its first letter. A text without letters has none. */
function directionOf(text: string): 'rtl' | 'ltr' | undefined {
  const letter = FIRST_LETTER.exec(text)?.[0]
  if (letter === undefined) return undefined
  return RIGHT_TO_LEFT.test(letter) ? 'rtl' : 'ltr'
}

const FIRST_LETTER = /\p{L}/u
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Mandaic}\p{Script=Samaritan}\p{Script=Adlam}\p{Script=Hanifi_Rohingya}]/u

/**
 * Returns how many blocks stay when the text grows. The last two do not: more text may still become
 * part of them (a list, a heading).
 */
function settled(blocks: readonly Drawn[], before: string, now: string): number {
  const last = blocks.findLastIndex((block) => block.element)
  const kept = blocks.findLastIndex((block, index) => index < last && block.element)
  const start = blocks[kept]?.start ?? 0
  // Offsets are wrong where the lexer did not give back every character.
  const end = blocks.at(-1)
  if (kept <= 0 || !end || end.start + end.raw.length !== before.length) return 0
  return now.startsWith(before.slice(0, start)) && !DEFINES.test(now.slice(start)) ? kept : 0
}

function step(
  token: Token,
  start: number,
  marks: readonly Mark[],
  old: Drawn | undefined,
  options: MarkdownOptions,
): Drawn {
  const key = JSON.stringify(marks.map(signature))
  if (old?.raw === token.raw && old.marks === key)
    return old.start === start ? old : { ...old, start }
  const block = drawBlock(
    token,
    options,
    old?.marks === '[]' && marks.length === 0 ? old : undefined,
  )
  if (block.element) placeMarks(block.element, token.raw, marks, start)
  return { ...block, raw: token.raw, start, marks: key }
}

/**
 * Returns where the text of a block ends, with the blank lines after it. The last block has no end.
 */
function reach(tokens: readonly Token[], index: number, end: number): number {
  const next = tokens.findIndex((token, at) => at > index && !isBlank(token))
  if (next === -1) return Number.POSITIVE_INFINITY
  return tokens.slice(index + 1, next).reduce((sum, token) => sum + token.raw.length, end)
}

/** Whether the token draws nothing that could hold a mark. */
function isBlank({ type }: Token): boolean {
  return type === 'space' || type === 'def' || type === 'hr'
}

/**
 * A mark at the start of a block belongs to the end of the block before: it follows the text that
 * it is about.
 */
function marksWithin(marks: readonly Mark[], start: number, end: number): readonly Mark[] {
  return marks.filter(({ index }) => (index > start || start === 0) && index <= end)
}

function signature({ index, key }: Mark): readonly [number, string] {
  return [index, key]
}
