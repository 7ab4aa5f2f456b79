// What becomes of the answers of one server: tools are learned from lists, and live credentials are
// taken out. How an answer is cut into messages is `answer/answer.ts`.

import { andThen, type Eventual } from '../core/eventual.ts'
import { isObject } from '../core/json.ts'
import { toSentence } from '../core/sentences.ts'
import { withheldMessage } from './answer/failure-message.ts'
import { type CallKind, LISTS } from './answer/message.ts'
import type { AnswerRules } from './answer/rules.ts'
import { cleanText, type ReflectionParts, removeReflections } from './redact/reflections.ts'
import type { TemplateBook } from './resources/template-book.ts'
import type { LearningParts, ToolBook } from './tools/tool-book.ts'

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
    message: (message, budget) =>
      andThen(removeReflections(message, 'answer', options, budget), (clean) =>
        isObject(message) && !isObject(clean)
          ? withheldMessage(message, toSentence({ reason: 'credential_reflected', server }))
          : clean,
      ),
    ...(signal ? { signal } : {}),
  }
}

/** Gives what belongs to the request whose answer holds a list of a kind. */
export type Learning = (kind: CallKind) => LearningParts

/** Makes the rules by which the answers of one server are rewritten. */
export function answerRules(
  options: RedactingRuleOptions & { readonly books: Books; readonly learning: Learning },
): AnswerRules {
  const rules = redactingRules(options)
  return {
    ...rules,
    message: (message, budget) =>
      andThen(learnLists(message, options.books, options.learning), (learned) =>
        rules.message(learned, budget),
      ),
  }
}

/** What is known of each kind of what a server lists. */
export interface Books extends Readonly<Record<CallKind, ToolBook>> {
  readonly resources: TemplateBook
}

const KINDS = ['tools', 'prompts', 'resources'] as const

function learnLists(message: unknown, books: Books, learning: Learning): Eventual<unknown> {
  if (!isObject(message) || !isObject(message.result)) return message
  const { result } = message
  if (Array.isArray(result.resources)) books.resources.learnListed(result.resources)
  let learned: Eventual<unknown> = message
  for (const kind of KINDS) {
    const { member } = LISTS[kind]
    if (Array.isArray(result[member]))
      learned = andThen(learned, (before) => learnList(before, member, books[kind], learning(kind)))
  }
  return learned
}

/** A list, wherever it arrives, goes on as the model may see it. Other messages stay as they are. */
async function learnList(
  message: unknown,
  member: string,
  book: ToolBook,
  told: LearningParts,
): Promise<unknown> {
  if (!isObject(message) || !isObject(message.result)) return message
  const { [member]: list, nextCursor } = message.result
  if (!Array.isArray(list)) return message
  const cursor = typeof nextCursor === 'string' ? nextCursor : undefined
  const visible = await book.learn(list, told, cursor)
  const isSame =
    visible.length === list.length && visible.every((one, index) => one === list[index])
  return isSame ? message : { ...message, result: { ...message.result, [member]: visible } }
}
