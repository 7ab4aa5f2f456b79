// What a thread consists of, as this page shows it: parsed from ChatKit items, with everything that the page does not show left out.
import { list, listOf, number, record, text } from './json.ts'

/** One step of the agent's work, usually one tool call. */
export interface Step {
  readonly title: string
  readonly detail?: string
  readonly state: 'none' | 'loading' | 'complete'
}

/** One thing in the conversation. `pending`: it is still being written. */
export type Item =
  | { readonly kind: 'user'; readonly id: string; readonly text: string }
  | {
      readonly kind: 'assistant'
      readonly id: string
      readonly parts: readonly string[]
      readonly pending: boolean
      readonly stopped?: true
    }
  | {
      readonly kind: 'workflow'
      readonly id: string
      readonly steps: readonly Step[]
      readonly pending: boolean
      readonly summary?: string
    }
  | {
      readonly kind: 'notice'
      readonly id: string
      readonly level: NoticeLevel
      readonly title?: string
      readonly message: string
    }
  | { readonly kind: 'error'; readonly id: string; readonly message: string; readonly retry: boolean }
  | { readonly kind: 'other'; readonly id: string; readonly type: string }

export type NoticeLevel = 'info' | 'warning' | 'danger'

/** Items that say nothing to a person; the hidden ones never come, and are not shown if they do. */
const UNSEEN = new Set(['end_of_turn', 'hidden_context_item', 'sdk_hidden_context'])

/** An item of the wire, or undefined when there is nothing to show. */
export function parseItem(value: unknown, pending = false): Item | undefined {
  const item = record(value)
  const id = text(item.id)
  const type = text(item.type)
  if (id === undefined || type === undefined || UNSEEN.has(type)) return undefined
  switch (type) {
    case 'user_message':
      return { kind: 'user', id, text: list(item.content).map(contentText).join('') }
    case 'assistant_message':
      return { kind: 'assistant', id, parts: list(item.content).map(contentText), pending }
    case 'workflow': {
      const workflow = record(item.workflow)
      const summary = summaryOf(workflow.summary)
      return {
        kind: 'workflow',
        id,
        steps: listOf(workflow.tasks, parseStep),
        pending,
        ...(summary === undefined ? {} : { summary }),
      }
    }
    case 'task':
      return { kind: 'workflow', id, steps: listOf([item.task], parseStep), pending }
    default:
      return { kind: 'other', id, type }
  }
}

/** The text of one part of a message. */
export function contentText(value: unknown): string {
  return text(record(value).text) ?? ''
}

/** A task of a workflow as a step. */
export function parseStep(value: unknown): Step {
  const task = record(value)
  const detail = text(task.content)
  const state = task.status_indicator === 'loading' || task.status_indicator === 'complete' ? task.status_indicator : 'none'
  const title = text(task.title) ?? text(task.title_query) ?? (task.type === 'thought' ? 'Thought' : 'Step')
  return { title, state, ...(detail === undefined ? {} : { detail }) }
}

function summaryOf(value: unknown): string | undefined {
  const summary = record(value)
  const seconds = number(summary.duration)
  return text(summary.title) ?? (seconds === undefined ? undefined : `Worked for ${seconds} s`)
}
