// Which tasks a person means by a title, and which a filter keeps. Pure.

import type { TaskCommand, TaskFilter } from './command.ts'
import type { Task } from './result.ts'

/** The tasks that a title names: those that are called so, else those that have all its words. */
export function tasksNamed(title: string, tasks: readonly Task[]): readonly Task[] {
  const wanted = fold(title)
  const exact = tasks.filter((task) => fold(task.title) === wanted)
  if (exact.length > 0) return exact
  const words = wanted.split(' ').filter((word) => word !== '' && !FILLERS.has(word))
  if (words.length === 0) return []
  return tasks.filter((task) => {
    const has = fold(task.title).split(' ')
    return words.every((word) => has.some((one) => one.startsWith(word)))
  })
}

/** The word to search for: every way of searching finds one word, while some take several for a phrase. */
export function longestWord(title: string): string {
  return fold(title)
    .split(' ')
    .reduce((longest, word) => (word.length > longest.length ? word : longest), '')
}

const FILLERS = new Set(['the', 'a', 'an', 'my', 'to', 'task', 'about', 'for'])

/** Of several candidates, those with which the command would do something. */
export function sensible(kind: TaskCommand['kind'], tasks: readonly Task[]): readonly Task[] {
  if (kind === 'delete' || kind === 'update') return tasks
  const useful = tasks.filter((task) => task.status !== 'completed')
  return useful.length > 0 ? useful : tasks
}

/** The tasks that a filter keeps. A search that the server made is not repeated: it may have looked at more than we were shown. */
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

/** One form for texts that differ in case or punctuation. */
export function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
