// An agent's reasoning as a workflow of thoughts, one workflow at a time. At its end it says how
// long it took.

import type { AgentEvent } from '../../agent/events.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import type { ItemBase, Task } from '../protocol/item.ts'
import type { NewItem } from './new-item.ts'

/** An event about the reasoning. */
export type ReasoningEvent = Extract<
  AgentEvent,
  { type: 'reasoning_started' | 'reasoning_delta' | 'reasoning_done' }
>

/** Writes the reasoning. Each method puts its events at the end of `out`. */
export interface ReasoningWriter {
  write(event: ReasoningEvent, out: AnswerEvent[]): void
  /** Completes the workflow, if there is one. */
  close(out: AnswerEvent[]): void
}

/**
 * Makes the writer.
 *
 * @param now The clock, in milliseconds since the epoch.
 */
export function reasoningWriter(newItem: NewItem, now: () => number): ReasoningWriter {
  let open: ItemBase | undefined
  let startedMs = 0
  let thoughts: string[] = []
  /** Only the first thought is shown while it grows. True until it is complete. */
  let firstGrows = true
  /** Characters of the first thought that were sent. */
  let sentChars = 0

  function begin(out: AnswerEvent[]): ItemBase {
    if (open) return open
    open = newItem('workflow')
    startedMs = now()
    thoughts = []
    firstGrows = true
    sentChars = 0
    const workflow = { type: 'reasoning', tasks: [], expanded: false } as const
    out.push({ type: 'thread.item.added', item: { ...open, type: 'workflow', workflow } })
    return open
  }

  function show({ id }: ItemBase, index: number, content: string, out: AnswerEvent[]): void {
    const type = index < thoughts.length ? 'workflow.task.updated' : 'workflow.task.added'
    thoughts[index] = content
    out.push({
      type: 'thread.item.updated',
      item_id: id,
      update: { type, task_index: index, task: thought(content) },
    })
  }

  function grow(base: ItemBase, delta: string, out: AnswerEvent[]): void {
    const content = (thoughts[0] ?? '') + delta
    // Each update holds the whole thought, so it is not sent again for every word.
    if (sentChars > 0 && content.length - sentChars < Math.max(16, sentChars / 8)) {
      thoughts[0] = content
      return
    }
    sentChars = content.length
    show(base, 0, content, out)
  }

  return {
    write(event, out) {
      const base = begin(out)
      if (event.type === 'reasoning_started') return
      const isFirst = event.index === 0 && firstGrows
      if (event.type === 'reasoning_delta') {
        if (isFirst && event.delta !== '') grow(base, event.delta, out)
        return
      }
      firstGrows = false
      if (event.text !== '') show(base, isFirst ? 0 : thoughts.length, event.text, out)
    },
    close(out) {
      if (!open) return
      const seconds = Math.max(0, Math.round((now() - startedMs) / 1000))
      const workflow = {
        type: 'reasoning',
        tasks: thoughts.map(thought),
        summary: { duration: seconds },
        expanded: false,
      } as const
      out.push({ type: 'thread.item.done', item: { ...open, type: 'workflow', workflow } })
      open = undefined
    },
  }
}

function thought(content: string): Task {
  return { type: 'thought', status_indicator: 'none', content }
}
