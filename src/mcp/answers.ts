// What becomes of the answers of one server: tools are learned from lists, and live credentials are
// taken out. How an answer is cut into messages is `answer/answer.ts`.

import { isObject } from '../core/json.ts'
import { toSentence } from '../core/sentences.ts'
import { withheldMessage } from './answer/failure-message.ts'
import type { AnswerRules } from './answer/rules.ts'
import { cleanText, type ReflectionParts, removeReflections } from './redact/reflections.ts'
import type { ToolBook } from './tools/tool-book.ts'

/** Options of {@link redactingRules}. */
export interface RedactingRuleOptions extends ReflectionParts {
  /** The operator's name for the server. */
  readonly server: string
  /** Characters of one JSON answer, or of one event, that are taken in. */
  readonly maxChars: number
  readonly signal?: AbortSignal | undefined
}

/** Longer texts beside the messages are dropped: no client needs them. */
const MAX_TEXT_CHARS = 16_384

/** Makes the rules that take out what is remembered, and change nothing else. */
export function redactingRules(options: RedactingRuleOptions): AnswerRules {
  const { server, live, maxChars, signal } = options
  const text = (given: string) => (given.length > MAX_TEXT_CHARS ? '' : cleanText(given, options))
  return {
    server,
    maxChars,
    text,
    session: (id) => (live.isSession(id) || text(id) === id) && live.addSession(id),
    async message(message, budget) {
      const clean = await removeReflections(message, 'answer', options, budget)
      return isObject(message) && !isObject(clean)
        ? withheldMessage(message, toSentence({ reason: 'credential_reflected', server }))
        : clean
    },
    ...(signal ? { signal } : {}),
  }
}

/** Makes the rules by which the answers of one server are rewritten. */
export function answerRules(
  options: RedactingRuleOptions & { readonly book: ToolBook },
): AnswerRules {
  const rules = redactingRules(options)
  return {
    ...rules,
    message: async (message, budget) =>
      rules.message(await learnTools(message, options.book), budget),
  }
}

/**
 * A list of tools, wherever it arrives, goes on as the model may see it. Other messages stay as
 * they are.
 */
async function learnTools(message: unknown, book: ToolBook): Promise<unknown> {
  if (!isObject(message) || !isObject(message.result) || !Array.isArray(message.result.tools))
    return message
  const { tools, nextCursor } = message.result
  const visible = await book.learn(tools, typeof nextCursor === 'string' ? nextCursor : undefined)
  const isSame =
    visible.length === tools.length && visible.every((tool, index) => tool === tools[index])
  return isSame ? message : { ...message, result: { ...message.result, tools: visible } }
}
