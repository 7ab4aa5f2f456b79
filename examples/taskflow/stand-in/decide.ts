// The stand-in's next move: a tool call or an answer. Pure: equal requests get equal moves.

import type { Known } from './about.ts'
import { hasTaskTools, helpWith, INTRODUCTION, unread } from './answer.ts'
import type { Conversation } from './conversation.ts'
import { fillArguments } from './fill-arguments.ts'
import { lureIn } from './fooled.ts'
import { intentOf } from './intent.ts'
import { planFor } from './plan.ts'
import { askParameter } from './question.ts'
import { resultOf } from './result.ts'
import { type ListedTool, toolFor } from './tool-list.ts'

/** The next thing to do. */
export type Move =
  | {
      readonly kind: 'call'
      readonly tool: string
      readonly args: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'say'; readonly text: string }

/** What the stand-in is set up with, whatever the conversation is. */
export interface Habits extends Known {
  readonly asksBeforeDeleting: boolean
}

/**
 * Decides on the next move.
 *
 * @param now Milliseconds since the epoch, for words like `tomorrow`.
 */
export function decide(
  conversation: Conversation,
  tools: readonly ListedTool[],
  now: number,
  habits: Habits,
): Move {
  const { told, fooled } = habits
  if (!hasTaskTools(tools)) return say(conversation, helpWith(tools))
  if (conversation.said.at(-1)?.text === '' && conversation.attached.length > 0)
    return say(conversation, undefined)
  const intent = intentOf(conversation.said, now)
  const plan = planFor(intent, tools, habits)
  const results = conversation.returned.map(resultOf)
  for (let step = plan.next(), at = 0; ; at++) {
    if (step.done) {
      const url = fooled && results.length === at ? lureIn(conversation.returned, told) : undefined
      return url !== undefined && tools.some(({ name }) => name === 'open_page')
        ? { kind: 'call', tool: 'open_page', args: { url } }
        : say(conversation, step.value)
    }
    const { operation, values } = step.value
    const tool = toolFor(operation, tools)
    if (!tool) return say(conversation, `I have no tool here to ${operation.replace('_', ' ')}.`)
    const { args, left, missing } = fillArguments(tool.parameters, values, told, intent.given)
    const [needed] = missing
    if (needed !== undefined) return say(conversation, askParameter(needed))
    const result = results[at]
    if (!result) return { kind: 'call', tool: tool.name, args }
    step = plan.next({ result, left })
  }
}

/**
 * Begins the first answer with the words that this is not a language model, so that nobody believes
 * it is one.
 */
function say({ said, attached }: Conversation, text: string | undefined): Move {
  const first = !said.some(({ role }) => role === 'assistant')
  const parts = [
    first ? INTRODUCTION : undefined,
    text,
    attached.length > 0 ? unread(attached) : undefined,
  ]
  return { kind: 'say', text: parts.filter((part) => part !== undefined).join('\n\n') }
}
