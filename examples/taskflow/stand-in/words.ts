// Single words and phrases of the stand-in's English: statuses, priorities, days, places, task
// references. Pure.

import type { Priority, Status, TaskReference } from './command.ts'

const STATUSES: readonly (readonly [RegExp, Status])[] = [
  [/^(?:pending|to[- ]?do|not started)$/, 'pending'],
  [/^(?:in[- _]?progress|started|ongoing|active|under way|running)$/, 'in_progress'],
  [/^(?:(?:in |under |ready for |for )?review|to review|waiting for review)$/, 'review'],
  [/^(?:completed?|done|finished|closed|checked off)$/, 'completed'],
  [/^(?:blocked|stuck|on hold|waiting)$/, 'blocked'],
]

/** The status that a word names. */
export function statusOf(text: string): Status | undefined {
  const word = text.trim().toLowerCase()
  return STATUSES.find(([pattern]) => pattern.test(word))?.[1]
}

/** The priority that a word names. */
export function priorityOf(text: string): Priority | undefined {
  const word = text.trim().toLowerCase()
  if (word === 'low' || word === 'medium' || word === 'high' || word === 'urgent') return word
  if (word === 'normal') return 'medium'
  return word === 'critical' || word === 'highest' ? 'urgent' : undefined
}

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/**
 * The day that a text names: `2026-12-01`, `today`, `tomorrow`, `friday`, `next week`, `in 3 days`.
 * A weekday means the next one after today.
 *
 * @param now Milliseconds since the epoch. Days are in UTC.
 * @returns `YYYY-MM-DD`, or undefined.
 */
export function dayOf(text: string, now: number): string | undefined {
  const words = text
    .trim()
    .toLowerCase()
    .replace(/^(?:on|by|the) /, '')
  const exact = /^(\d{4})-(\d{2})-(\d{2})$/.exec(words)
  if (exact) return isoDay(Date.parse(`${words}T00:00:00Z`), words)
  if (words === 'today' || words === 'tonight') return dayAfter(now, 0)
  if (words === 'tomorrow') return dayAfter(now, 1)
  if (words === 'next week' || words === 'in a week') return dayAfter(now, 7)
  const ahead = /^in (\d{1,3}) (day|week)s?$/.exec(words)
  if (ahead) return dayAfter(now, Number(ahead[1]) * (ahead[2] === 'week' ? 7 : 1))
  const weekday = DAYS.indexOf(words.replace(/^(?:next|this|coming) /, ''))
  if (weekday < 0) return undefined
  return dayAfter(now, ((weekday - new Date(now).getUTCDay() + 6) % 7) + 1)
}

function dayAfter(now: number, days: number): string | undefined {
  return isoDay(now + days * 86_400_000)
}

/** Refuses days that do not exist. `Date` would move them into the next month. */
function isoDay(time: number, expected?: string): string | undefined {
  if (Number.isNaN(time)) return undefined
  const day = new Date(time).toISOString().slice(0, 10)
  return expected === undefined || day === expected ? day : undefined
}

const PLACES = [
  'first',
  'second',
  'third',
  'fourth',
  'fifth',
  'sixth',
  'seventh',
  'eighth',
  'ninth',
  'tenth',
]

/**
 * The place that a phrase names, counted from 1: `the first one`, `number 2`, `2`. 0 means the last
 * one.
 */
export function placeOf(text: string): number | undefined {
  const words = text
    .trim()
    .toLowerCase()
    .replace(/^(?:i mean |i meant |take |use |it'?s )/, '')
    .replace(/^(?:the )?(?:option |number |no\.? ?|#)?/, '')
    .replace(/ (?:one|task|option|entry)$/, '')
  if (/^\d{1,3}[.)]?$/.test(words)) return Number.parseInt(words, 10)
  if (words === 'last') return 0
  const ordinal = /^(\d{1,2})(?:st|nd|rd|th)$/.exec(words)
  if (ordinal) return Number(ordinal[1])
  const place = PLACES.indexOf(words) + 1
  return place === 0 ? undefined : place
}

/** How a phrase names a task. */
export function referenceOf(text: string): TaskReference | undefined {
  const phrase = text.trim()
  const number =
    /^(?:my |the )?(?:task|todo|to-do|item)?\s*(?:number |no\.? ?|nr\.? ?|#)?\s*(\d{1,15})$/i.exec(
      phrase,
    )
  if (number) return { by: 'number', number: Number(number[1]) }
  if (/^(?:it|that|this|that one|this one|that task|this task|the task)$/i.test(phrase))
    return { by: 'it' }
  const place = /\b(?:one|task|last)$/i.test(phrase) ? placeOf(phrase) : undefined
  if (place !== undefined) return { by: 'place', place }
  const title = unquoted(
    phrase
      .replace(/^(?:my |the )?(?:task|todo|to-do|item)(?: called| named| titled|:)?\s+(?=\S)/i, '')
      .replace(/^(?:the|my) (?=\S+.*\b(?:task|todo|to-do|item)$)/i, '')
      .replace(/(?<=\S)\s+(?:task|todo|to-do|item)$/i, ''),
  )
  return title === '' ? undefined : { by: 'title', title }
}

/** Removes the quotation marks around a text. */
export function unquoted(text: string): string {
  const trimmed = text.trim()
  const inner = /^(?:"([^"]*)"|“([^”]*)”|‘([^’]*)’|'([^']*)'|«([^»]*)»|`([^`]*)`)$/.exec(trimmed)
  return (inner?.slice(1).find((part) => part !== undefined) ?? trimmed).trim()
}

/** Tags from `home, errands and #garden`. */
export function tagsOf(text: string): readonly string[] {
  const tags = text
    .split(/\s*,\s*(?:and\s+)?|\s+and\s+|\s+(?=#)/i)
    .map((tag) => unquoted(tag).replace(/^#/, '').toLowerCase())
  return [...new Set(tags.filter((tag) => tag !== ''))]
}
