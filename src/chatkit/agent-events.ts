// An agent's run as ChatKit events: its texts as messages, its tool calls as the tasks of a workflow, without arguments or results.

import type { AgentEvent } from '../openai-agents/events.ts'
import type { AnswerEvent } from './event.ts'
import type { AssistantContent, ItemBase, Task } from './item.ts'
import type { AnswerContext, ChatCaller } from './options.ts'

/**
 * Maps an agent's events. A stretch of tool calls is one workflow, which is complete before the next text begins.
 *
 * @example
 * ```ts
 * respond: (thread, message, context) => agentResponse(runAgent({ ... }), context)
 * ```
 */
export async function* agentResponse(
  events: AsyncIterable<AgentEvent>,
  context: Pick<AnswerContext<ChatCaller>, 'newItem'>,
): AsyncGenerator<AnswerEvent, void, undefined> {
  const message = messageWriter(context)
  const workflow = workflowWriter(context)
  for await (const event of events) {
    switch (event.type) {
      case 'text_delta':
        yield* workflow.close()
        yield* message.write(event.delta)
        break
      case 'text_done':
        yield* workflow.close()
        yield* message.close(event.text)
        break
      case 'tool_started':
        yield* message.close()
        yield* workflow.start(event)
        break
      case 'tool_done':
        yield* workflow.done(event)
        break
    }
  }
  yield* message.close()
  yield* workflow.close()
}

type NewItem = Pick<AnswerContext<ChatCaller>, 'newItem'>

/** Writes one message at a time, of one part. */
function messageWriter({ newItem }: NewItem) {
  let open: ItemBase | undefined
  let text = ''

  function* begin(): Generator<AnswerEvent, ItemBase> {
    if (open) return open
    const base = newItem('message')
    open = base
    text = ''
    yield { type: 'thread.item.added', item: { ...base, type: 'assistant_message', content: [] } }
    yield partUpdate(base, 'assistant_message.content_part.added', '')
    return base
  }

  return {
    *write(delta: string): Generator<AnswerEvent> {
      if (delta === '') return
      const { id } = yield* begin()
      text += delta
      yield {
        type: 'thread.item.updated',
        item_id: id,
        update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta },
      }
    },
    *close(final?: string): Generator<AnswerEvent> {
      if (!open && !final) return
      const base = yield* begin()
      const content = part(final ?? text)
      open = undefined
      yield partUpdate(base, 'assistant_message.content_part.done', content.text)
      yield { type: 'thread.item.done', item: { ...base, type: 'assistant_message', content: [content] } }
    },
  }
}

/** Writes one workflow at a time. */
function workflowWriter({ newItem }: NewItem) {
  let open: ItemBase | undefined
  let tasks: Task[] = []
  const indexes = new Map<string, number>()

  return {
    *start({ callId, name, server }: Extract<AgentEvent, { type: 'tool_started' }>): Generator<AnswerEvent> {
      if (!open) {
        open = newItem('workflow')
        tasks = []
        indexes.clear()
        yield {
          type: 'thread.item.added',
          item: { ...open, type: 'workflow', workflow: { type: 'custom', tasks: [], expanded: false } },
        }
      }
      const task: Task = { type: 'custom', status_indicator: 'loading', title: toolTitle(name, server) }
      indexes.set(callId, tasks.length)
      tasks.push(task)
      yield {
        type: 'thread.item.updated',
        item_id: open.id,
        update: { type: 'workflow.task.added', task_index: tasks.length - 1, task },
      }
    },
    *done({ callId, outcome }: Extract<AgentEvent, { type: 'tool_done' }>): Generator<AnswerEvent> {
      const index = indexes.get(callId)
      const before = index === undefined ? undefined : tasks[index]
      if (!open || index === undefined || before?.type !== 'custom') return
      const task: Task =
        outcome === 'done'
          ? { ...before, status_indicator: 'complete' }
          : { ...before, status_indicator: 'none', content: 'This did not work.' }
      tasks[index] = task
      yield { type: 'thread.item.updated', item_id: open.id, update: { type: 'workflow.task.updated', task_index: index, task } }
    },
    *close(): Generator<AnswerEvent> {
      if (!open) return
      const base = open
      open = undefined
      // A call whose end was not heard of must not turn its wheel for ever in a stored conversation.
      const settled = tasks.map(
        (task): Task => (task.status_indicator === 'loading' ? { ...task, status_indicator: 'none' } : task),
      )
      const workflow = { type: 'custom', tasks: settled, summary: { title: summaryOf(settled) }, expanded: false } as const
      yield { type: 'thread.item.done', item: { ...base, type: 'workflow', workflow } }
    },
  }
}

/** A tool's name for people: `taskflow_add_task` of the server `taskflow` is "Add task". */
export function toolTitle(name: string, server?: string): string {
  const own =
    server !== undefined && name.toLowerCase().startsWith(`${server.toLowerCase()}_`) ? name.slice(server.length + 1) : name
  const words = own
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_\-.\s]+/g, ' ')
    .trim()
    .toLowerCase()
  return words === '' ? name : words.slice(0, 1).toUpperCase() + words.slice(1)
}

function summaryOf(tasks: readonly Task[]): string {
  const titles = [...new Set(tasks.map(({ title }) => title))]
  return titles.length <= 3 ? titles.join(', ') : `${titles.slice(0, 2).join(', ')} and ${titles.length - 2} more`
}

function part(text: string): AssistantContent {
  return { type: 'output_text', text, annotations: [] }
}

function partUpdate(
  { id }: ItemBase,
  type: 'assistant_message.content_part.added' | 'assistant_message.content_part.done',
  text: string,
): AnswerEvent {
  return { type: 'thread.item.updated', item_id: id, update: { type, content_index: 0, content: part(text) } }
}
