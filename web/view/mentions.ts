// The tags of a message in a field that holds text alone: each stands there as `@` and its text, and
// becomes a tag again when the message is sent.

import type { UserContent } from '../../src/chatkit/protocol/item.ts'
import type { MessagePart } from '../settings/options.ts'

type Tag = Extract<UserContent, { readonly type: 'input_tag' }>

/** The tags that a field's text may hold. */
export interface Mentions {
  /** Returns what the field shows of the parts, and remembers their tags. */
  write(parts: readonly MessagePart[]): string
  /** Returns the parts of a text with tags in it; undefined for one without. */
  read(text: string): readonly UserContent[] | undefined
}

/** Makes an empty memory of tags. */
export function createMentions(): Mentions {
  const tags = new Map<string, Tag>()
  return {
    write(parts) {
      const pieces = contentOf(parts).map((part) => {
        if (part.type === 'input_text') return part.text
        const mention = `@${part.text}`
        tags.set(mention, part)
        return mention
      })
      return pieces.join('')
    },
    read(text) {
      // Of two names that begin alike, the longer one is meant.
      const names = [...tags.keys()].sort((one, other) => other.length - one.length)
      const found = new RegExp(`(${names.map(escaped).join('|')})(?![\\p{L}\\p{N}])`, 'u')
      const pieces = names.length === 0 ? [] : text.split(found)
      if (pieces.length < 2) return undefined
      return pieces.flatMap((piece, index): readonly UserContent[] => {
        const tag = index % 2 === 1 ? tags.get(piece) : undefined
        if (tag) return [tag]
        return piece === '' ? [] : [{ type: 'input_text', text: piece }]
      })
    },
  }
}

/** Returns the parts as the protocol has them. */
export function contentOf(parts: readonly MessagePart[]): readonly UserContent[] {
  return parts.map((part) =>
    part.type === 'input_text' ? part : { data: {}, interactive: false, ...part },
  )
}

function escaped(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
