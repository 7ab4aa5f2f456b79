// The words after "add a task": a title, and details after it. Pure.

import type { TaskFields } from './command.ts'
import { dayOf, priorityOf, tagsOf, unquoted } from './words.ts'

type Mutable = { -readonly [field in keyof TaskFields]: TaskFields[field] }

/**
 * Removes one detail from the end of a text. Returns the rest, or undefined when there is no such
 * detail.
 */
type Taker = (text: string, task: Mutable, now: number) => string | undefined

const TAG = String.raw`[\w#-]+`
const TAGS = new RegExp(
  String.raw`[\s,;]+(?:and )?(?:tagged(?: with| as)?|with (?:the )?tags?|tags?:?|labell?ed)\s+(${TAG}(?:(?:\s*,\s*(?:and )?|\s+and\s+)${TAG})*)$`,
  'i',
)

const takers: readonly Taker[] = [
  function priority(text, task) {
    const word = '(low|medium|normal|high|urgent|critical)'
    const found =
      new RegExp(`[\\s,;]+(?:(?:and )?(?:with|at|of|as) )?(?:an? )?${word}[- ]priority$`, 'i').exec(
        text,
      ) ??
      new RegExp(
        `[\\s,;]+(?:(?:and )?with )?(?:an? |the )?priority(?: of| is|:)? ${word}$`,
        'i',
      ).exec(text) ??
      /[,;]\s*(?:it'?s )?(urgent)$/i.exec(text)
    const priority = priorityOf(found?.[1] ?? '')
    if (!found || !priority) return undefined
    task.priority = priority
    return text.slice(0, found.index)
  },
  function due(text, task, now) {
    const found =
      /[\s,;]+(?:and )?(?:(?:is |it'?s )?due(?: date)?(?: on| by| in|:)?|by|before|until)\s+([\w -]{2,20}?)$/i.exec(
        text,
      )
    const day = found ? (dayOf(found[1] ?? '', now) ?? dayOf(`in ${found[1]}`, now)) : undefined
    if (!found || !day) return undefined
    task.due_date = day
    return text.slice(0, found.index)
  },
  function tags(text, task) {
    const hashes = /((?:\s+#[\w-]+)+)$/.exec(text)
    const found = hashes ?? TAGS.exec(text)
    if (!found) return undefined
    task.tags = [...new Set([...tagsOf(found[1] ?? ''), ...(task.tags ?? [])])]
    return text.slice(0, found.index)
  },
  function assignee(text, task) {
    const found = /[\s,;]+(?:and )?(?:assigned to|assign(?: it)? to)\s+@?([\w.-]{1,40})$/i.exec(
      text,
    )
    if (!found) return undefined
    task.assignee = found[1] ?? ''
    return text.slice(0, found.index)
  },
  function project(text, task) {
    const found =
      /[\s,;]+(?:in|to|for|under) (?:the |my )?project:? ((?:(?!\b(?:in|to|for|under) (?:the |my )?project\b)[^,;])+)$/i.exec(
        text,
      ) ?? /[\s,;]+(?:in|to|under) (?:the |my )?([\w-]+) project$/i.exec(text)
    if (!found) return undefined
    task.project = unquoted(found[1] ?? '')
    return text.slice(0, found.index)
  },
  function description(text, task) {
    const found =
      /[\s,;]+(?:and )?(?:with )?(?:the |a )?(?:description|described as|note)(?: of|:)?\s+(.+)$/i.exec(
        text,
      )
    if (!found) return undefined
    task.description = unquoted(found[1] ?? '')
    return text.slice(0, found.index)
  },
]

/**
 * Reads title and details. Details count only at the end of the text, so that "Read about high
 * priority queues" stays a title.
 *
 * @param now Milliseconds since the epoch, for words like `tomorrow`.
 */
export function parseNewTask(text: string, now: number): TaskFields {
  const task: Mutable = {}
  const quoted = /^(?:"([^"]+)"|“([^”]+)”|'([^']+)'(?=[\s,;]|$))/.exec(text)
  // Words in quotation marks are the title, whatever they are.
  const title = quoted?.slice(1).find((part) => part !== undefined)
  let rest = title === undefined ? text : ` ${text.slice(quoted?.[0].length)}`
  for (let taken = true; taken; ) {
    taken = false
    for (const take of takers) {
      const without = take(rest, task, now)
      if (without === undefined) continue
      rest = without
      taken = true
    }
  }
  const named = sentence(title ?? rest)
  return named === '' ? task : { ...task, title: named }
}

/** Makes one line that begins with a capital letter. */
export function sentence(text: string): string {
  const line = unquoted(text.replace(/\s+/g, ' ').replace(/^[\s,;:]+|[\s,;:]+$/g, ''))
  return line.charAt(0).toUpperCase() + line.slice(1)
}
