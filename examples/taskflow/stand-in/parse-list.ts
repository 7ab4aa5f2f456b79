// Questions about the list of tasks, and the filters in them. Pure.

import type { Priority, Status, TaskFilter } from './command.ts'
import { priorityOf, statusOf, unquoted } from './words.ts'

const TASKS = '(?:tasks?|to-?dos?|to-?do list|task list|list|items?|work)'
const STATUS =
  '(?:pending|open|unfinished|incomplete|outstanding|remaining|active|ongoing|started|in[- ]progress|in review|completed?|done|finished|closed|blocked|stuck)'

const QUESTIONS: readonly RegExp[] = [
  new RegExp(
    String.raw`^(?:show|list|see|view|display|print|find|fetch|(?:get|give|tell|read) me)\b.*\b${TASKS}\b`,
    'i',
  ),
  new RegExp(String.raw`^(?:what|which|how many|any)\b.*\b${TASKS}\b`, 'i'),
  new RegExp(String.raw`^(?:do|have) (?:i|we)\b.*\b${TASKS}\b`, 'i'),
  new RegExp(String.raw`^(?:are|is) there\b.*\b${TASKS}\b`, 'i'),
  new RegExp(
    String.raw`^(?:my |all |the )*(?:${STATUS} )?${TASKS}\b(?:(?: that| which)? are ${STATUS})?(?:$| (?:tagged|with|in|about|labell?ed)\b)`,
    'i',
  ),
  new RegExp(`^(?:show|list|see|view)(?: me)?(?: all| my| the)* ${STATUS}$`, 'i'),
  /^(?:show|list)(?: me)?(?: all)?(?: everything)?$/i,
  new RegExp(
    String.raw`^(?:what|which)(?:'s| is| are)(?: still| currently| already)? (?:${STATUS}|left|to do|next|due|overdue|on my plate|on my list|up)\b`,
    'i',
  ),
  /^what (?:do|should|must) i (?:have|need)?(?: still)?(?: to)? ?do\b/i,
  /^what have i (?:done|finished|completed|started)\b/i,
  /^what am i working on\b/i,
  new RegExp(`^(?:(?:low|medium|high|urgent)[- ]priority|urgent) ${TASKS}$`, 'i'),
]

/**
 * The filter that a question asks for. Undefined when the text is not a question about the list.
 */
export function parseList(text: string): TaskFilter | undefined {
  const search = /^(?:search|look|find|filter)(?: my)?(?: tasks?)?(?: for| by|:)?\s+(.+)$/i.exec(
    text,
  )
  const about =
    /\btasks? (?:about|containing|mentioning|matching|with the words?|that mention)\s+(.+)$/i.exec(
      text,
    )
  if (about) return { search: unquoted(about[1] ?? '') }
  const tag =
    /\b(?:tagged(?: with| as)?|labell?ed|with (?:the )?(?:tag|label)|tag:?)\s+#?(["“']?[\w-]+["”']?)$|(?:^|\s)#([\w-]+)$/i.exec(
      text,
    )
  if (
    tag &&
    (search ||
      QUESTIONS.some((question) => question.test(text)) ||
      /^(?:show|list|what|which|tasks?)\b/i.test(text))
  ) {
    return { tag: unquoted(tag[1] ?? tag[2] ?? '').toLowerCase() }
  }
  if (search && !QUESTIONS.some((question) => question.test(text))) {
    const words = unquoted((search[1] ?? '').replace(/^tasks? (?:for|about) /i, ''))
    return words === '' ? undefined : { search: words }
  }
  if (!QUESTIONS.some((question) => question.test(text)) || /\bprojects\b/i.test(text))
    return undefined
  const status = statusIn(text)
  const priority = priorityIn(text)
  const project = (/\b(?:in|for|of) (?:the |my )?project ([^?]+)$/i.exec(text) ??
    /\b(?:in|for|of) (?:the |my )?([\w-]+) project$/i.exec(text))?.[1]
  return {
    ...(status ? { status } : {}),
    ...(priority ? { priority } : {}),
    ...(project ? { project: unquoted(project) } : {}),
  }
}

function statusIn(text: string): Status | 'open' | undefined {
  if (
    /\b(?:open|unfinished|incomplete|outstanding|remaining|left|on my plate|next|not (?:done|completed?|finished))\b/i.test(
      text,
    )
  )
    return 'open'
  if (/^what (?:do|should|must) i\b/i.test(text) || /\bwhat(?:'s| is) to do\b/i.test(text))
    return 'open'
  if (/^what am i working on\b|^what have i started\b/i.test(text)) return 'in_progress'
  const word =
    /\b(pending|active|ongoing|started|in[- ]progress|in review|under review|completed?|done|finished|closed|blocked|stuck)\b/i.exec(
      text,
    )
  return word ? statusOf(word[1] ?? '') : undefined
}

function priorityIn(text: string): Priority | undefined {
  const word =
    /\b(low|medium|normal|high|urgent|critical)[- ]priority\b|\bpriority (low|medium|normal|high|urgent|critical)\b|\b(urgent)\b/i.exec(
      text,
    )
  return word ? priorityOf(word[1] ?? word[2] ?? word[3] ?? '') : undefined
}
