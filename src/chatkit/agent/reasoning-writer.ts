// An agent's reasoning as a workflow of thoughts, one at a time, which ends with how long it took.

import type { AgentEvent } from '../../agent/events.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import type { ItemBase, Task } from '../protocol/item.ts'
import type { NewItem } from './answer-writer.ts'

/** An event of the reasoning. */
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
 * @param now Milliseconds since the epoch.
 */
export function reasoningWriter(newItem: NewItem, now: () => number): ReasoningWriter {
  let open: ItemBase | undefined
  let since = 0
  let thoughts: string[] = []
  /** Whether the first thought, which alone is shown as it grows, still does; and how much of it was sent. */
  let grows = true
  let sent = 0

  function begin(out: AnswerEvent[]): ItemBase {
    if (open) return open
    open = newItem('workflow')
    since = now()
    thoughts = []
    grows = true
    sent = 0
    const workflow = { type: 'reasoning', tasks: [], expanded: false } as const
    out.push({ type: 'thread.item.added', item: { ...open, type: 'workflow', workflow } })
    return open
  }

  function put({ id }: ItemBase, index: number, content: string, out: AnswerEvent[]): void {
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
    // Each update holds the whole thought: sent at every word, a long one would be sent a thousand times.
    if (sent > 0 && content.length - sent < Math.max(16, sent / 8)) {
      thoughts[0] = content
      return
    }
    sent = content.length
    put(base, 0, content, out)
  }

  return {
    write(event, out) {
      const base = begin(out)
      if (event.type === 'reasoning_started') return
      const isFirst = event.index === 0 && grows
      if (event.type === 'reasoning_delta') {
        if (isFirst && event.delta !== '') grow(base, event.delta, out)
        return
      }
      grows = false
      if (event.text !== '') put(base, isFirst ? 0 : thoughts.length, event.text, out)
    },
    close(out) {
      if (!open) return
      const duration = Math.max(0, Math.round((now() - since) / 1000))
      const workflow = {
        type: 'reasoning',
        tasks: thoughts.map(thought),
        summary: { duration },
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
