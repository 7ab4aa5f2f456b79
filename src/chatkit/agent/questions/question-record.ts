// The stored record of a question that waits for its answer: hidden items of the thread, so that the
// answer may come to another process than the one that waits. They are removed with the answer.

import type { Question, QuestionAnswer, QuestionField } from '../../../agent/question.ts'
import { isObject, type UnknownObject } from '../../../core/json.ts'
import type { HiddenItem, Item, ItemBase } from '../../protocol/item.ts'

/** A question that waits. */
export interface OpenQuestion {
  readonly id: string
  /** Id of the widget that asks. */
  readonly card: string
  /** The server that asks. */
  readonly server: string
  /** Milliseconds since the epoch. An answer at this time or later is too late. */
  readonly expiresAtMs: number
  /** Empty for a link. */
  readonly fields: readonly QuestionField[]
}

/** What is known about a question, each part with its hidden item. */
export interface KnownQuestion {
  readonly open: { readonly item: HiddenItem; readonly value: OpenQuestion }
  readonly answer?: { readonly item: HiddenItem; readonly value: QuestionAnswer }
}

const QUESTION = 'onbehalf.question'
const ANSWERED = 'onbehalf.question_answer'

/** The item of a question that waits. */
export function questionItem(base: ItemBase, value: OpenQuestion): HiddenItem {
  const { fields, ...rest } = value
  return {
    ...base,
    type: 'hidden_context_item',
    content: { type: QUESTION, ...rest, fields: JSON.stringify(fields) },
  }
}

/** The fields that a person fills in for a question. */
export function fieldsOf(question: Question): readonly QuestionField[] {
  return question.type === 'form' ? question.fields : []
}

/** The item of an answer, for the process that waits. */
export function answerItem(base: ItemBase, question: string, answer: QuestionAnswer): HiddenItem {
  return {
    ...base,
    type: 'hidden_context_item',
    content: { type: ANSWERED, question, answer: JSON.stringify(answer) },
  }
}

/** Whether an item is one of the two kinds above. No model reads them. */
export function isQuestionRecord(item: Item): boolean {
  return contentOf(item, QUESTION) !== undefined || contentOf(item, ANSWERED) !== undefined
}

/** The questions of a thread that wait, by their ids. The first answer counts. */
export function questionsIn(items: readonly Item[]): ReadonlyMap<string, KnownQuestion> {
  const known = new Map<string, KnownQuestion>()
  for (const item of items) {
    if (item.type !== 'hidden_context_item') continue
    const open = contentOf(item, QUESTION)
    if (open) {
      const value = { ...open, fields: JSON.parse(String(open.fields)) } as unknown as OpenQuestion
      known.set(value.id, { open: { item, value } })
    }
    const answered = contentOf(item, ANSWERED)
    const before = known.get(String(answered?.question))
    if (!answered || !before || before.answer) continue
    const value = JSON.parse(String(answered.answer)) as QuestionAnswer
    known.set(before.open.value.id, { ...before, answer: { item, value } })
  }
  return known
}

/** Answers whose question is gone: they came too late, and nobody reads them. */
export function lateAnswersIn(items: readonly Item[]): readonly Item[] {
  const known = questionsIn(items)
  return items.filter((item) => {
    const answered = contentOf(item, ANSWERED)
    return answered && !known.has(String(answered.question))
  })
}

/** Only the functions above write these items, so their shape is trusted when the type matches. */
function contentOf(item: Item, type: string): UnknownObject | undefined {
  if (item.type !== 'hidden_context_item') return undefined
  const { content } = item
  return isObject(content) && content.type === type ? content : undefined
}
