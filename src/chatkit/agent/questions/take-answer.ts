// Takes the person's answer to a question from its card, and gives it to the run that waits.

import type { QuestionAnswer } from '../../../agent/question.ts'
import { isObject } from '../../../core/json.ts'
import type { AnswerContext, ChatCaller } from '../../options.ts'
import type { Item, WidgetItem } from '../../protocol/item.ts'
import { fill } from '../../protocol/named-text.ts'
import { ANSWER, REFUSE } from '../../protocol/ours.ts'
import type { Action } from '../../protocol/request.ts'
import { ChatkitStreamError, namedError } from '../../runs/stream-error.ts'
import { answerItem, type OpenQuestion, questionsIn } from './question-record.ts'
import type { QuestionWords } from './question-words.ts'
import { readValues } from './read-values.ts'
import type { WaitingQuestions } from './waiting.ts'

/** What {@link takeAnswer} works with. */
export interface TakeAnswerParts {
  readonly context: Pick<AnswerContext<ChatCaller>, 'history' | 'newItem'>
  readonly words: QuestionWords
  readonly waiting: WaitingQuestions
}

/**
 * Takes an answer.
 *
 * @returns The item to store when the run that waits is in another process.
 * @throws ChatkitStreamError with the sentence for the person.
 */
export async function takeAnswer(
  { type, payload }: Action,
  sender: WidgetItem | undefined,
  { context, words, waiting }: TakeAnswerParts,
): Promise<Item | undefined> {
  if (type !== ANSWER && type !== REFUSE)
    throw new ChatkitStreamError({ text: 'This action is not known here.' })
  const given = isObject(payload) ? payload : {}
  const id = typeof given.question === 'string' ? given.question : ''
  const { open, answer: before } = questionsIn(await context.history()).get(id) ?? {}
  // An answer counts only from the card that asked: a client can name any widget and any question.
  if (!open || sender?.id !== open.value.card) throw namedError('question_gone')
  const base = context.newItem('hidden')
  if (!(Date.parse(base.created_at) < open.value.expiresAtMs)) throw namedError('question_gone')
  const answer: QuestionAnswer =
    type === REFUSE ? { action: 'decline' } : accepted(open.value, given.values, words)
  const delivered = waiting.deliver(id, answer)
  if (before || delivered === 'late') throw namedError('question_answered')
  return delivered === 'taken' ? undefined : answerItem(base, id, answer)
}

function accepted(
  { fields }: OpenQuestion,
  values: unknown,
  { problems }: QuestionWords,
): QuestionAnswer {
  if (fields.length === 0) return { action: 'accept' }
  const read = readValues(fields, values)
  if (read.ok) return { action: 'accept', content: read.value }
  const { label, problem } = read.refusal
  throw new ChatkitStreamError({ text: fill(problems[problem], { label }), allowRetry: true })
}
