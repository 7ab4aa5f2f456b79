// Which tasks a title means, and which tasks a filter keeps. Pure.

import type { TaskCommand, TaskFilter } from './command.ts'
import type { Task } from './result.ts'

/** The tasks with exactly this title. If there are none, the tasks that have all its words. */
export function tasksNamed(title: string, tasks: readonly Task[]): readonly Task[] {
  const wanted = fold(title)
  const exact = tasks.filter((task) => fold(task.title) === wanted)
  if (exact.length > 0) return exact
  const words = wanted.split(' ').filter((word) => word !== '' && !FILLERS.has(word))
  if (words.length === 0) return []
  return tasks.filter((task) => {
    const has = fold(task.title).split(' ')
    return words.every((word) => has.some((other) => other.startsWith(word)))
  })
}

/**
 * The word to search for. One word works with every search; some servers read several words as a
 * phrase.
 */
export function longestWord(title: string): string {
  return fold(title)
    .split(' ')
    .reduce((longest, word) => (word.length > longest.length ? word : longest), '')
}

const FILLERS = new Set(['the', 'a', 'an', 'my', 'to', 'task', 'about', 'for'])

/** Those candidates that the command would change. */
export function sensible(kind: TaskCommand['kind'], tasks: readonly Task[]): readonly Task[] {
  if (kind === 'delete' || kind === 'update') return tasks
  const useful = tasks.filter((task) => task.status !== 'completed')
  return useful.length > 0 ? useful : tasks
}

/**
 * The tasks that a filter keeps. It does not repeat a search of the server, which may have looked
 * at fields that we do not have.
 */
export function filtered(
  tasks: readonly Task[],
  filter: TaskFilter,
  searched: boolean,
): readonly Task[] {
  return tasks.filter(
    (task) =>
      (filter.status === undefined ||
        (filter.status === 'open' ? task.status !== 'completed' : task.status === filter.status)) &&
      (filter.priority === undefined || task.priority === filter.priority) &&
      (filter.tag === undefined || task.tags.some((tag) => fold(tag) === fold(filter.tag ?? ''))) &&
      (filter.project === undefined || fold(task.project) === fold(filter.project)) &&
      (filter.search === undefined || searched || fold(task.title).includes(fold(filter.search))),
  )
}

/** The same form for texts that differ only in case or punctuation. */
export function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
