// Commands that change one task: start, complete, rename, set, assign, delete. Pure.

import type { TaskCommand, TaskFields, TaskReference } from './command.ts'
import { sentence } from './parse-new-task.ts'
import { dayOf, priorityOf, referenceOf, statusOf, tagsOf, unquoted } from './words.ts'

type Rule = readonly [
  RegExp,
  (groups: Readonly<Record<string, string>>, now: number) => TaskCommand | undefined,
]

function about(
  text: string | undefined,
  make: (task: TaskReference) => TaskCommand | undefined,
): TaskCommand | undefined {
  const task = referenceOf(text ?? '')
  return task ? make(task) : undefined
}

function update(
  text: string | undefined,
  changes: TaskFields | undefined,
): TaskCommand | undefined {
  return changes && about(text, (task) => ({ kind: 'update', task, changes }))
}

/** Some statuses have a tool of their own. */
function toStatus(text: string | undefined, word: string | undefined): TaskCommand | undefined {
  const status = statusOf(word ?? '')
  switch (status) {
    case undefined:
      return undefined
    case 'in_progress':
      return about(text, (task) => ({ kind: 'start', task }))
    case 'completed':
      return about(text, (task) => ({ kind: 'complete', task }))
    case 'review':
      return about(text, (task) => ({ kind: 'review', task }))
    case 'pending':
    case 'blocked':
      return update(text, { status })
  }
}

function progress(text: string | undefined, digits: string | undefined): TaskCommand | undefined {
  const percent = Number(digits)
  return percent <= 100 ? about(text, (task) => ({ kind: 'progress', task, percent })) : undefined
}

function set(
  field: string | undefined,
  text: string | undefined,
  value: string | undefined,
  now: number,
): TaskCommand | undefined {
  const words = unquoted(value ?? '')
  if (words === '') return undefined
  switch (field?.toLowerCase()) {
    case 'priority': {
      const priority = priorityOf(words.replace(/[- ]priority$/i, ''))
      return update(text, priority && { priority })
    }
    case 'due date':
    case 'deadline':
    case 'due': {
      const day = dayOf(words, now)
      return update(text, day === undefined ? undefined : { due_date: day })
    }
    case 'title':
    case 'name':
      return update(text, { title: sentence(words) })
    case 'description':
    case 'note':
      return update(text, { description: words })
    case 'status':
      return toStatus(text, words)
    case 'tag':
    case 'tags':
      return update(text, { tags: tagsOf(words) })
    case 'project':
      return update(text, { project: words })
    case 'assignee':
      return about(text, (task) => ({ kind: 'assign', task, assignee: words.replace(/^@/, '') }))
    case 'progress':
      return /^\d{1,3} ?(?:%|percent)?$/i.test(words)
        ? progress(text, /\d+/.exec(words)?.[0])
        : undefined
    default:
      return undefined
  }
}

const FIELD =
  '(?<field>priority|due date|deadline|due|title|name|description|note|status|tags?|project|assignee|progress)'
const DONE =
  '(?:as |to )?(?<status>completed?|done|finished|closed|in[- ]progress|started|ongoing|pending|to-?do|not started|blocked|stuck|on hold|(?:in |ready for |for )?review)'

const rules: readonly Rule[] = [
  [
    /^(?:the )?progress (?:of|on|for) (?<task>.+?) (?:is|to|=|at|:)(?: now)? ?(?<percent>\d{1,3}) ?(?:%|percent)?$/i,
    ({ task, percent }) => progress(task, percent),
  ],
  [
    /^(?<task>.+?) is (?:now )?(?:at )?(?<percent>\d{1,3}) ?(?:%|percent)(?: done| complete[d]?| finished)?$/i,
    ({ task, percent }) => progress(task, percent),
  ],
  [
    /^(?:set|update|mark|put) (?<task>.+?) (?:to|at|as) (?<percent>\d{1,3}) ?(?:%|percent)(?: done| complete[d]?| progress)?$/i,
    ({ task, percent }) =>
      /\b(?:progress|priority|due)\b/i.test(task ?? '') ? undefined : progress(task, percent),
  ],
  [
    new RegExp(
      `^(?:set|change|update|edit|make|move|raise|lower|increase) (?:the )?${FIELD} (?:of|for|on) (?<task>.+?) (?:to|as|=|:) ?(?<value>.+)$`,
      'i',
    ),
    ({ field, task, value }, now) => set(field, task, value, now),
  ],
  [
    new RegExp(
      `^(?:set|change|update|edit) (?<task>.+?)(?:'s|’s)? ${FIELD} (?:to|as|=) ?(?<value>.+)$`,
      'i',
    ),
    ({ field, task, value }, now) => set(field, task, value, now),
  ],
  [
    /^(?:the )?priority of (?<task>.+?) (?:is|should be) (?<value>\w+)$/i,
    ({ task, value }, now) => set('priority', task, value, now),
  ],
  [
    /^rename (?<task>.+?) (?:to|as|into) (?<value>.+)$/i,
    ({ task, value }, now) => set('title', task, value, now),
  ],
  [
    /^(?:make|mark|set) (?<task>.+?) (?:as |to )?(?:an? )?(?<value>low|medium|normal|high|urgent|critical)(?:[- ]priority)?$/i,
    ({ task, value }, now) => set('priority', task, value, now),
  ],
  [
    /^(?:give) (?<task>.+?) (?:an? )?(?<value>low|medium|normal|high|urgent|critical)[- ]priority$/i,
    ({ task, value }, now) => set('priority', task, value, now),
  ],
  [
    /^(?<task>.+?) is due (?:on |by )?(?<value>.+)$/i,
    ({ task, value }, now) => set('due', task, value, now),
  ],
  [
    /^(?:postpone|reschedule|move) (?<task>.+?) (?:to|until) (?<value>[^ ]+(?: \w+){0,2})$/i,
    ({ task, value }, now) => set('due', task, value, now),
  ],
  [
    /^(?:move|put|add) (?<task>.+?) (?:to|in|into) (?:the )?project (?<value>.+)$/i,
    ({ task, value }, now) =>
      /^(?:an? )?(?:new )?(?:task|todo)\b(?! ?#?\d)/i.test(task ?? '')
        ? undefined
        : set('project', task, value, now),
  ],
  [
    /^(?:tag|label) (?<task>.+?) (?:with|as) (?<value>.+)$/i,
    ({ task, value }, now) => set('tags', task, value, now),
  ],
  [
    /^(?:assign|reassign|delegate|give|hand) (?<task>.+?) (?:over )?to @?(?<value>[\w.@-]{1,60})$/i,
    ({ task, value }) => about(task, (of) => ({ kind: 'assign', task: of, assignee: value ?? '' })),
  ],
  [
    /^(?:request|ask for|get) (?:a )?review (?:for|of|on) (?<task>.+)$/i,
    ({ task }) => about(task, (of) => ({ kind: 'review', task: of })),
  ],
  [
    /^(?:send|submit|put|move) (?<task>.+?) (?:for|to|in|into) review$/i,
    ({ task }) => about(task, (of) => ({ kind: 'review', task: of })),
  ],
  [
    new RegExp(
      `^(?:mark|set|flag|move|check|put|change) (?:the status of )?(?<task>.+?) ${DONE}$`,
      'i',
    ),
    ({ task, status }) => toStatus(task, status),
  ],
  [
    /^(?:(?:i'?m |i am )?(?:start|starting|begin|resume)|(?:start |i'?m |i am )?work(?:ing)? on|pick up)(?: (?:to )?work(?:ing)? on)? (?<task>.+)$/i,
    ({ task }) => about(task, (of) => ({ kind: 'start', task: of })),
  ],
  [
    /^(?:i(?:'ve| have)? (?:finished|completed|done|did)|complete|finish|close|check off|tick off|i'?m done with|done with|done:?) (?<task>.+)$/i,
    ({ task }) => about(task, (of) => ({ kind: 'complete', task: of })),
  ],
  [
    /^(?<task>.+?) is (?:now )?(?:complete|completed|done|finished)$/i,
    ({ task }) => about(task, (of) => ({ kind: 'complete', task: of })),
  ],
  [/^(?:block) (?<task>.+)$/i, ({ task }) => update(task, { status: 'blocked' })],
  [
    /^(?<task>.+?) is (?:now )?(?:blocked|stuck|on hold)$/i,
    ({ task }) => update(task, { status: 'blocked' }),
  ],
  [
    /^(?:reopen|unblock|undo|uncheck) (?<task>.+)$/i,
    ({ task }) => update(task, { status: 'pending' }),
  ],
  [
    /^(?:delete|remove|erase|drop|discard|trash|get rid of|throw away) (?<task>.+)$/i,
    ({ task }) =>
      about((task ?? '').replace(/ from (?:my |the )?(?:task |to-?do )?list$/i, ''), (of) => ({
        kind: 'delete',
        task: of,
      })),
  ],
]

/** The change that a text asks for, or undefined. */
export function parseChange(text: string, now: number): TaskCommand | undefined {
  for (const [pattern, make] of rules) {
    const groups = pattern.exec(text)?.groups
    const command = groups && make(groups, now)
    if (command) return command
  }
  return undefined
}
