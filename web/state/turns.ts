// Finds the items that belong to one answer, so that the person can copy or rate the whole answer.
// Pure.

import type { Task, UserMessageItem } from '../../src/chatkit/protocol/item.ts'
import type { Entry } from './conversation.ts'

/** An answer: everything between two messages of the person. */
export interface Turn {
  /** The items that a rating is about. */
  readonly itemIds: readonly string[]
  /** The text to copy, as Markdown. */
  readonly text: string
  /** The person's message that it answers. */
  readonly question?: UserMessageItem
  /** Whether no other message follows. */
  readonly isLast?: boolean
}

/**
 * Returns the complete answers by the id of their last item. An answer that is still being written
 * is left out.
 */
export function completeTurns(
  entries: readonly Entry[],
  running: boolean,
): ReadonlyMap<string, Turn> {
  const turns = new Map<string, Turn>()
  let open: { ids: string[]; texts: string[]; last: string } | undefined
  let question: UserMessageItem | undefined
  const close = (isLast: boolean) => {
    if (open && open.ids.length > 0) {
      const text = open.texts.join('\n\n')
      turns.set(open.last, { itemIds: open.ids, text, ...(question && { question }), isLast })
    }
    open = undefined
  }
  for (const { item, standing } of entries) {
    if (item.type === 'user_message') {
      close(false)
      question = standing === 'stored' ? item : undefined
    } else if (item.type === 'assistant_message' || item.type === 'widget') {
      open ??= { ids: [], texts: [], last: item.id }
      const text =
        item.type === 'widget' ? item.copy_text : item.content.map((part) => part.text).join('')
      if (text) open.texts.push(text)
      // The server does not have an item that was cut, or has it under another id.
      if (standing === 'stored') open.ids.push(item.id)
      open.last = item.id
    }
  }
  if (!running) close(true)
  return turns
}

/**
 * Returns the titles of the steps that were done since the person's last message. Thoughts and
 * searches are no steps: they change nothing.
 */
export function doneSteps(entries: readonly Entry[]): readonly string[] {
  const last = entries.findLastIndex(
    ({ item, standing }) => item.type === 'user_message' && standing === 'stored',
  )
  return entries.slice(last + 1).flatMap(({ item }) => {
    if (item.type === 'task') return titleOfDone(item.task)
    return item.type === 'workflow' ? item.workflow.tasks.flatMap(titleOfDone) : []
  })
}

function titleOfDone(task: Task): readonly string[] {
  const isDone = task.type === 'custom' && task.status_indicator === 'complete'
  return isDone && task.title ? [task.title] : []
}
