// From a person's English to a command. Pure: the same text on the same day gives the same command.

import { aboutIn } from './about.ts'
import type { Command } from './command.ts'
import { parseChange } from './parse-change.ts'
import { parseList } from './parse-list.ts'
import { parseNewTask } from './parse-new-task.ts'
import { placeOf } from './words.ts'

/** A longer message is not parsed: an attacker could make the patterns run for minutes. */
const MAX_MESSAGE_CHARS = 1000

const TASK = '(?:task|to-?do|item|reminder)'
const PRIORITY = '(?:(?<priority>low|medium|high|urgent)(?:[- ]priority)? )?'
const ADD: readonly RegExp[] = [
  new RegExp(
    String.raw`^(?:add|create|make|set up|record|note|enter|put|new)(?: me)? (?:an? |another |the |one )?(?:new )?${PRIORITY}${TASK}\b(?: (?:called|named|titled|that says|saying|to|for|about))?(?:\s*[:-])?\s*(?<rest>.*)$`,
    'i',
  ),
  new RegExp(String.raw`^(?:new )?${TASK}\s*:\s*(?<rest>.+)$`, 'i'),
  /^remind me (?:to|about|of) (?<rest>.+)$/i,
  /^(?:i (?:need|have|want) to|don'?t let me forget to|remember to) (?<rest>.+)$/i,
  /^(?:add|put) (?<rest>.+?) (?:to|on|in) (?:my |the )?(?:tasks?|to-?do|task list|to-?do list|list)$/i,
  /^add (?:to (?:my |the )?(?:list|tasks|to-?do list)(?: to)?:?\s*)?(?<rest>.+)$/i,
  /^(?:put|write) (?:down )?(?<rest>.+)$/i,
]

const SMALL_TALK: readonly (readonly [RegExp, Command])[] = [
  [
    /^(?:yes|y|yep|yeah|yup|sure|ok|okay|confirm(?:ed)?|do it|go ahead|please do|absolutely|correct|right)(?:,? (?:please|do it|delete it|go ahead|i'?m sure|confirm|remove it|sure))*$/i,
    { kind: 'yes' },
  ],
  [
    /^(?:no|n|nope|nah|don'?t|do not|stop|cancel|never ?mind|keep it|forget it|abort|leave it)(?:,? (?:please|thanks|thank you|don'?t(?: delete it)?|keep it|do not|cancel|leave it|do it))*$/i,
    { kind: 'no' },
  ],
  [
    /^(?:help|\?|what can (?:you|i) (?:do|say|ask)(?: here)?|how does this work|commands|who are you|what are you)$/i,
    { kind: 'help' },
  ],
  [
    /^(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|greetings)(?: there)?$/i,
    { kind: 'hello' },
  ],
  [
    /^(?:thanks|thank you|thx|great|perfect|cool|nice|good)(?: (?:a lot|very much|so much|job))?$/i,
    { kind: 'thanks' },
  ],
]

/**
 * Understands one message.
 *
 * @param now Milliseconds since the epoch, for words like `tomorrow`.
 */
export function parse(message: string, now: number): Command {
  if (message.length > MAX_MESSAGE_CHARS) return { kind: 'unknown' }
  const text = plain(message)
  if (text === '') return { kind: /\?/.test(message) ? 'help' : 'unknown' }
  // "Yes, delete it" is an answer, so look at it before `plain` removes "yes".
  const whole = message.replace(/[‘’]/g, "'").replace(/^\s+|[\s.!?]+$/g, '')
  for (const [pattern, command] of SMALL_TALK)
    if (pattern.test(whole) || pattern.test(text)) return command
  const about = aboutIn(whole) ?? aboutIn(text)
  if (about) return { kind: 'about', about }
  const place = placeOf(text)
  if (place !== undefined) return { kind: 'place', place }
  if (
    /^(?:show|list|see|view|get|display|what|which|do i have|are there|my)\b.*\bprojects\b/i.test(
      text,
    ) ||
    /^projects$/i.test(text)
  ) {
    return { kind: 'projects' }
  }
  const filter = parseList(text)
  if (filter) return { kind: 'list', filter }
  const adding = added(text, now)
  return (
    (isAddition(text) ? adding : undefined) ??
    parseChange(text, now) ??
    adding ?? { kind: 'unknown' }
  )
}

/**
 * "Add task 1 to project X" changes a task. Everything else that begins like an addition is one.
 */
function isAddition(text: string): boolean {
  return (
    /^(?:add|create|new|remind|remember|make an? (?:new )?)/i.test(text) &&
    !/^add (?:the )?task #?\d+ (?:to|in)/i.test(text)
  )
}

function added(text: string, now: number): Command | undefined {
  for (const pattern of ADD) {
    const groups = pattern.exec(text)?.groups
    if (!groups) continue
    const task = parseNewTask(groups.rest ?? '', now)
    const priority = groups.priority?.toLowerCase()
    if (
      priority === 'low' ||
      priority === 'medium' ||
      priority === 'high' ||
      priority === 'urgent'
    ) {
      return { kind: 'add', task: { priority, ...task } }
    }
    return { kind: 'add', task }
  }
  return undefined
}

/** One line without polite words around it and without punctuation at its end. */
function plain(message: string): string {
  let text = message.replace(/[‘’]/g, "'").replace(/\s+/g, ' ').trim()
  for (let before = ''; before !== text; ) {
    before = text
    text = text
      .replace(
        /^(?:please|hey|hi|hello|ok(?:ay)?|now|then|and|so|well|alright|also|great|thanks|yes|no)[,!.]? (?=\S{3,}.* \S)/i,
        '',
      )
      .replace(/^(?:can|could|would|will) you (?:please )?(?=\S)/i, '')
      .replace(
        /^(?:i(?:'d| would) like (?:you )?to|i want you to|i(?:'d| would) like to|let'?s|help me(?: to)?) (?=\S)/i,
        '',
      )
      .replace(/(?:,? (?:please|for me|thanks|thank you|now|right away))$/i, (end) =>
        /^(?:please|thanks|now)$/i.test(text) ? end : '',
      )
      .replace(/[\s.!?]+$/, '')
  }
  return text
}
