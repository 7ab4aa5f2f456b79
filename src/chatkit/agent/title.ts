// The title of a conversation: its first words, or what a model calls it, on one short line. Pure.

import { blankCredentials } from '../../core/blank.ts'
import type { UserMessageItem } from '../protocol/item.ts'

/** Characters of a title, as people count them. */
const MAX_TITLE_CHARS = 60

/** Characters of a text that are looked at. */
const MAX_READ_CHARS = 2000

const BLANK = /\[credential\]/g

/** The title from the first message. Undefined when it has no words that can be shown. */
export function titleOfMessage({ content, attachments }: UserMessageItem): string | undefined {
  const text = content.map((part) => part.text).join(' ')
  return titleOfText(text) ?? titleOfText(attachments[0]?.name ?? '')
}

/** The title from what a model answered. It likes quotes, headings and a full stop. */
export function titleOfAnswer(text: string): string | undefined {
  const line = text.split(/[\r\n]+/).find((one) => /[\p{L}\p{N}]/u.test(one)) ?? ''
  return titleOfText(
    line
      .replace(/^[\s#*_>`"'“”„«-]*(?:title\s*:)?[\s#*_`"'“”„«]*/i, '')
      .replace(/[\s*_`"'“”«».]*$/, ''),
  )
}

/**
 * One line of at most 60 characters, cut at a word. Words that may be a credential are left out: a
 * title is shown in lists, over shoulders, and by other software.
 */
function titleOfText(text: string): string | undefined {
  const plain = text
    .slice(0, MAX_READ_CHARS)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    // Invisible characters and those that turn the direction; emoji and Persian need the joiners.
    .replace(/(?![\u200c\u200d])\p{Cf}/gu, '')
  const blanked = blankCredentials(plain)
  const safe = blanked.includes('[credential]') ? blanked.replace(BLANK, '…') : plain
  const words = safe
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => (isKeyLike(word) ? '…' : word))
  const line = cut(words.join(' ').replace(/…(?: …)+/g, '…'))
  return /[\p{L}\p{N}\p{S}]/u.test(line) ? line : undefined
}

/** A long word of letters and digits is an id or a key, and tells nobody anything. */
function isKeyLike(word: string): boolean {
  return word.length >= 20 && /[A-Za-z]/.test(word) && /\d/.test(word)
}

function cut(line: string): string {
  const characters = [...new Intl.Segmenter().segment(line)].map(({ segment }) => segment)
  if (characters.length <= MAX_TITLE_CHARS) return line
  const start = characters.slice(0, MAX_TITLE_CHARS).join('')
  // Not every language has spaces.
  const atWord = characters[MAX_TITLE_CHARS] === ' ' ? start : start.replace(/ [^ ]*$/, '')
  return `${atWord.replace(/[\s.,;:!?…-]+$/, '')}…`
}
