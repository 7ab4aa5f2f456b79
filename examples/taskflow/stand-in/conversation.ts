// A model request as the stand-in reads it: the messages, and the tool results since the person's
// last message. Pure.

import type { ModelRequest } from '@openai/agents'

/** One message. */
export interface Said {
  readonly role: 'user' | 'assistant'
  readonly text: string
}

/** Everything that the stand-in decides from. */
export interface Conversation {
  /** All messages, oldest first, with the person's last one. */
  readonly said: readonly Said[]
  /** The results of the tool calls in this turn, in the order of the calls. */
  readonly returned: readonly string[]
  /** Names and types of the files at the person's last message. */
  readonly attached: readonly string[]
}

/** The line that stands for an attached file in a message. */
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

/**
 * The text of a content, which is a string, one part or several parts. Everything that is not text
 * is left out.
 */
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
