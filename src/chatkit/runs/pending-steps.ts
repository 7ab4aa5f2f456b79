// Collects the steps of an answer that it has begun and not stored, so that a person can see after a
// failure what was done already.

import type { ItemUpdate } from '../protocol/event.ts'
import type { Item, Task } from '../protocol/item.ts'

/** The pending lists of steps of an answer. */
export interface PendingSteps {
  /** Follows an item from now on. Only lists of steps count. */
  add(item: Item): void
  update(itemId: string, update: ItemUpdate): void
  /** The item is complete, or was removed. */
  settle(itemId: string): void
  /** Gives the lists in which something was done. What was not at its end is not shown as running. */
  done(): readonly Item[]
}

/** Makes the collection of one answer. */
export function pendingSteps(): PendingSteps {
  const open = new Map<string, Extract<Item, { type: 'workflow' }>>()
  return {
    add(item) {
      if (item.type === 'workflow' && item.workflow.type === 'custom') open.set(item.id, item)
    },
    update(itemId, update) {
      const item = open.get(itemId)
      if (!item) return
      if (update.type === 'workflow.task.added')
        open.set(itemId, withTasks(item, [...item.workflow.tasks, update.task]))
      else if (update.type === 'workflow.task.updated' && item.workflow.tasks[update.task_index])
        open.set(itemId, withTasks(item, item.workflow.tasks.with(update.task_index, update.task)))
    },
    settle: (itemId) => void open.delete(itemId),
    done: () =>
      [...open.values()]
        .filter(({ workflow }) => workflow.tasks.some(isDone))
        .map((item) => withTasks(item, item.workflow.tasks.map(settled))),
  }
}

function withTasks(
  item: Extract<Item, { type: 'workflow' }>,
  tasks: readonly Task[],
): Extract<Item, { type: 'workflow' }> {
  return { ...item, workflow: { ...item.workflow, tasks } }
}

function isDone({ status_indicator: status }: Task): boolean {
  return status === 'complete'
}

function settled(task: Task): Task {
  return task.status_indicator === 'loading' ? { ...task, status_indicator: 'none' } : task
}
