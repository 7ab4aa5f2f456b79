// Which items belong to one answer, for what is done with an answer as a whole: copying it, rating it. Pure.

import type { Entry } from './conversation.ts'

/** An answer: everything between two messages of the person. */
export interface Turn {
  /** The items that a rating is about. */
  readonly itemIds: readonly string[]
  /** The text to copy, as Markdown. */
  readonly text: string
}

/** The complete answers, each under the id of its last item. While an answer is written, it is none yet. */
export function completeTurns(
  entries: readonly Entry[],
  running: boolean,
): ReadonlyMap<string, Turn> {
  const turns = new Map<string, Turn>()
  let open: { ids: string[]; texts: string[]; last: string } | undefined
  const close = () => {
    if (open && open.ids.length > 0)
      turns.set(open.last, { itemIds: open.ids, text: open.texts.join('\n\n') })
    open = undefined
  }
  for (const { item, standing } of entries) {
    if (item.type === 'user_message') close()
    else if (item.type === 'assistant_message' || item.type === 'widget') {
      open ??= { ids: [], texts: [], last: item.id }
      const text =
        item.type === 'widget' ? item.copy_text : item.content.map((part) => part.text).join('')
      if (text) open.texts.push(text)
      // What was cut is not at the server, or not under this id.
      if (standing === 'stored') open.ids.push(item.id)
      open.last = item.id
    }
  }
  if (!running) close()
  return turns
}
