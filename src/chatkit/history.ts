// A thread's items as the conversation that an agent is given.

import type { Item, UserMessageItem } from './item.ts'

/** One message of the conversation. */
export interface HistoryTurn {
  readonly role: 'user' | 'assistant'
  readonly text: string
}

/**
 * The conversation so far, in the order of the items. Hidden items are the app's notes to the model: they come as the person's turns, marked
 * as notes, because not every model takes system messages in mid-conversation. A person can write such a mark too, so a note must never be
 * taken for a permission. Widgets, workflows and the like are left out.
 */
export function historyOf(items: readonly Item[]): HistoryTurn[] {
  return items.flatMap(turnsOf)
}

function turnsOf(item: Item): HistoryTurn[] {
  switch (item.type) {
    case 'user_message':
      return [{ role: 'user', text: userText(item) }]
    case 'assistant_message':
      return [{ role: 'assistant', text: item.content.map(({ text }) => text).join('\n') }]
    case 'hidden_context_item':
      return [{ role: 'user', text: note(typeof item.content === 'string' ? item.content : JSON.stringify(item.content)) }]
    case 'sdk_hidden_context':
      return [{ role: 'user', text: note(item.content) }]
    case 'client_tool_call':
    case 'widget':
    case 'generated_image':
    case 'structured_input':
    case 'task':
    case 'workflow':
    case 'end_of_turn':
      return []
  }
}

function userText({ content, quoted_text }: UserMessageItem): string {
  const text = content.map(({ text }) => text).join('')
  if (quoted_text === undefined) return text
  return `${quoted_text.replace(/^/gm, '> ')}\n\n${text}`
}

function note(text: string): string {
  return `[Note from the app: ${text}]`
}
