// A model request as the stand-in reads it: what was said, and what the tools returned since the person last spoke. Pure.

import type { ModelRequest } from '@openai/agents'

/** Something said. */
export interface Said {
  readonly role: 'user' | 'assistant'
  readonly text: string
}

/** What the stand-in works from. */
export interface Conversation {
  /** Oldest first, the person's last message included. */
  readonly said: readonly Said[]
  /** What the tools returned in this turn, in the order of the calls. */
  readonly returned: readonly string[]
  /** What came with the person's last message, by name and type. */
  readonly attached: readonly string[]
}

/** How a conversation names what is attached to a message. */
const ATTACHED = /^\[Attached: (.*)\]$/gm

/** Reads the input of a request. */
export function conversationOf(input: ModelRequest['input']): Conversation {
  if (typeof input === 'string')
    return { said: [{ role: 'user', text: input }], returned: [], attached: [] }
  const said: Said[] = []
  let returned: string[] = []
  let attached: string[] = []
  for (const item of input) {
    if ('role' in item && (item.role === 'user' || item.role === 'assistant')) {
      const text = textOf(item.content)
      said.push({
        role: item.role,
        text: item.role === 'user' ? text.replace(ATTACHED, '').trim() : text,
      })
      if (item.role !== 'user') continue
      returned = []
      attached = [...text.matchAll(ATTACHED)].map(([, name = '']) => name)
    } else if (item.type === 'function_call_result') returned.push(textOf(item.output))
  }
  return { said, returned, attached }
}

/** The text of a content: itself, one part, or several; anything but text is left out. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  const parts: readonly unknown[] = Array.isArray(content) ? content : [content]
  return parts
    .flatMap((part) =>
      typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string'
        ? [part.text]
        : [],
    )
    .join('\n')
}
