// An agent's calls as tasks of a workflow, one workflow at a time. A task says what was called and
// how it ended, and opens to the arguments and the result where the run tells them.

import type { AgentEvent, HostedTool } from '../../agent/events.ts'
import type { KeptCall } from '../../agent/turn.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import type { ItemBase, Task } from '../protocol/item.ts'
import type { NewItem } from './new-item.ts'
import { filesIn, pagesIn } from './source.ts'
import { stepDetails } from './step-details.ts'
import { toolTitle } from './tool-title.ts'

/** An event that begins or ends a task. */
export type TaskEvent = Extract<
  AgentEvent,
  { type: 'tool_started' | 'tool_done' | 'hosted_started' | 'hosted_done' | 'handoff' }
>

/** Writes workflows. Each method puts its events at the end of `out`. */
export interface WorkflowWriter {
  write(event: TaskEvent, out: AnswerEvent[]): void
  /** Adds what a call was made with and what came of it, while its workflow is open. */
  detail(call: KeptCall, out: AnswerEvent[]): void
  /** Completes the workflow, if there is one. */
  close(out: AnswerEvent[]): void
}

/** Makes the writer. */
export function workflowWriter(newItem: NewItem, showsDetails: boolean): WorkflowWriter {
  let open: ItemBase | undefined
  let tasks: Task[] = []
  const indexes = new Map<string, number>()

  function add(task: Task, out: AnswerEvent[], callId?: string): void {
    if (!open) {
      open = newItem('workflow')
      tasks = []
      indexes.clear()
      const workflow = { type: 'custom', tasks: [], expanded: false } as const
      out.push({ type: 'thread.item.added', item: { ...open, type: 'workflow', workflow } })
    }
    if (callId !== undefined) indexes.set(callId, tasks.length)
    tasks.push(task)
    const task_index = tasks.length - 1
    out.push({
      type: 'thread.item.updated',
      item_id: open.id,
      update: { type: 'workflow.task.added', task_index, task },
    })
  }

  function change(callId: string, next: (before: Task) => Task, out: AnswerEvent[]): void {
    const index = indexes.get(callId)
    const before = index === undefined ? undefined : tasks[index]
    if (!open || index === undefined || !before) return
    const task = next(before)
    tasks[index] = task
    out.push({
      type: 'thread.item.updated',
      item_id: open.id,
      update: { type: 'workflow.task.updated', task_index: index, task },
    })
  }

  return {
    write(event, out) {
      switch (event.type) {
        case 'tool_started':
          add(
            {
              type: 'custom',
              status_indicator: 'loading',
              title: toolTitle(event.name, event.server),
            },
            out,
            event.callId,
          )
          return
        case 'tool_done':
          change(event.callId, (before) => endTask(before, event.outcome), out)
          return
        case 'hosted_started':
          add(hostedTask(event.tool), out, event.callId)
          return
        case 'hosted_done':
          if (!open || !indexes.has(event.callId)) add(hostedTask(event.tool), out, event.callId)
          change(event.callId, (before) => addResults(before, event), out)
          return
        case 'handoff':
          add(
            { type: 'custom', status_indicator: 'complete', title: `Handed over to ${event.to}` },
            out,
          )
          return
      }
    },
    detail(call, out) {
      const details = showsDetails ? stepDetails(call) : ''
      if (details !== '') change(call.callId, (before) => withDetails(before, details), out)
    },
    close(out) {
      if (!open) return
      const base = open
      open = undefined
      // A stored conversation must not show a call as running for ever when its end never came.
      const settled = tasks.map(
        (task): Task =>
          task.status_indicator === 'loading' ? { ...task, status_indicator: 'none' } : task,
      )
      const workflow = {
        type: 'custom',
        tasks: settled,
        summary: { title: summaryOf(settled) },
        expanded: false,
      } as const
      out.push({ type: 'thread.item.done', item: { ...base, type: 'workflow', workflow } })
    },
  }
}

function endTask(
  before: Task,
  outcome: Extract<TaskEvent, { type: 'tool_done' }>['outcome'],
): Task {
  if (before.type !== 'custom') return before
  if (outcome === 'waits') return { ...before, status_indicator: 'none' }
  if (outcome === 'done') return { ...before, status_indicator: 'complete' }
  const content = [NO_SUCCESS, ...(before.content ? [before.content] : [])].join('\n\n')
  return { ...before, status_indicator: 'none', content }
}

const NO_SUCCESS = 'No success was reported.'

/** The later details count. They stand below what was said of the end. */
function withDetails(before: Task, details: string): Task {
  if (before.type !== 'custom') return before
  const failed = before.content?.startsWith(NO_SUCCESS)
  return { ...before, content: failed ? `${NO_SUCCESS}\n\n${details}` : details }
}

function hostedTask(tool: HostedTool): Task {
  switch (tool) {
    case 'web_search':
      return {
        type: 'web_search',
        status_indicator: 'loading',
        title: 'Search the web',
        queries: [],
        sources: [],
      }
    case 'file_search':
      return { type: 'file', status_indicator: 'loading', title: 'Search files', sources: [] }
    case 'code_interpreter':
      return { type: 'custom', status_indicator: 'loading', title: 'Run code' }
  }
}

function addResults(
  before: Task,
  { queries, sources }: Extract<TaskEvent, { type: 'hosted_done' }>,
): Task {
  if (before.type === 'web_search')
    return { ...before, status_indicator: 'complete', queries, sources: pagesIn(sources) }
  if (before.type === 'file')
    return { ...before, status_indicator: 'complete', sources: filesIn(sources) }
  return { ...before, status_indicator: 'complete' }
}

function summaryOf(tasks: readonly Task[]): string {
  const titles = [
    ...new Set(tasks.flatMap((task) => (task.type === 'thought' ? [] : (task.title ?? [])))),
  ]
  return titles.length <= 3
    ? titles.join(', ')
    : `${titles.slice(0, 2).join(', ')} and ${titles.length - 2} more`
}
