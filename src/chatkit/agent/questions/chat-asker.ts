// Asks the person in the chat while a call waits: a card is shown, and its answer comes with an action
// of its own, also by way of another process.

import { type SideEvents, sideEvents } from '../../../agent/interleave.ts'
import type { AskPerson, QuestionAnswer } from '../../../agent/question.ts'
import type { AnswerContext, ChatCaller } from '../../options.ts'
import type { AnswerEvent } from '../../protocol/event.ts'
import type { Item, WidgetItem } from '../../protocol/item.ts'
import { askingCard, endedCard } from './question-card.ts'
import {
  fieldsOf,
  type KnownQuestion,
  lateAnswersIn,
  questionItem,
  questionsIn,
} from './question-record.ts'
import { type QuestionEnd, type QuestionWords, wordsFor } from './question-words.ts'
import type { WaitingQuestions } from './waiting.ts'

/** Asks in one answer of the chat. */
export interface ChatAsker {
  readonly ask: AskPerson
  /** What the questions add to the answer. */
  readonly events: SideEvents<AnswerEvent>
}

/** What {@link chatAsker} needs. */
export interface ChatAskerOptions {
  readonly context: Pick<AnswerContext<ChatCaller>, 'history' | 'newItem' | 'signal'>
  readonly words: QuestionWords
  /** Milliseconds in which a question can be answered. */
  readonly lifetimeMs: number
  readonly waiting: WaitingQuestions
}

/** Milliseconds between two looks for an answer that came to another process. */
const LOOK_MS = 1_000

/** Makes the asker of one answer. */
export function chatAsker({ context, words, lifetimeMs, waiting }: ChatAskerOptions): ChatAsker {
  const events = sideEvents<AnswerEvent>()
  return {
    events,
    async ask(question, signal) {
      const { server } = question
      const hidden = context.newItem('hidden')
      const base = context.newItem('message')
      const card: WidgetItem = {
        ...base,
        type: 'widget',
        widget: askingCard(question, hidden.id, words),
        // The question is the server's word to the person. A model reads that there was one.
        copy_text: wordsFor(words.formTitle, server),
      }
      const item = questionItem(hidden, {
        id: hidden.id,
        card: card.id,
        server,
        expiresAtMs: Date.parse(base.created_at) + lifetimeMs,
        fields: fieldsOf(question),
      })
      // Stored first: nobody can answer a question that is not.
      events.push({ type: 'thread.item.done', item })
      events.push({ type: 'thread.item.done', item: card })
      const { answer, end, stored } = await answerTo(
        hidden.id,
        { context, lifetimeMs, waiting },
        AbortSignal.any([signal, context.signal]),
      )
      for (const event of endEvents(card, server, end, words)) events.push(event)
      for (const id of [hidden.id, ...stored])
        events.push({ type: 'thread.item.removed', item_id: id })
      return answer
    },
  }
}

/** What came of a question. */
interface Answered {
  readonly answer: QuestionAnswer
  readonly end: QuestionEnd
  /** Ids of items that hold the answer. */
  readonly stored: readonly string[]
}

/** Waits for the answer: here, and in the store, where another process leaves it. */
function answerTo(
  id: string,
  { context, lifetimeMs, waiting }: Omit<ChatAskerOptions, 'words'>,
  signal: AbortSignal,
): Promise<Answered> {
  return new Promise((resolve) => {
    const finish = (answer: QuestionAnswer, end: QuestionEnd, stored: readonly string[] = []) => {
      stopWaiting()
      clearInterval(looking)
      clearTimeout(late)
      signal.removeEventListener('abort', giveUp)
      resolve({ answer, end, stored })
    }
    const giveUp = () => finish({ action: 'cancel' }, 'gone')
    const stopWaiting = waiting.add(id, (answer) => finish(answer, endOf(answer)))
    const late = setTimeout(() => finish({ action: 'cancel' }, 'expired'), lifetimeMs)
    const looking = setInterval(() => {
      const looked = context.history().then((items) => {
        const found = questionsIn(items).get(id)?.answer
        if (found) finish(found.value, endOf(found.value), [found.item.id])
      })
      // The next look may succeed.
      looked.catch(() => {})
    }, LOOK_MS)
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
  })
}

function endOf({ action }: QuestionAnswer): QuestionEnd {
  return action === 'accept' ? 'accept' : 'decline'
}

function endEvents(
  { copy_text: _, ...card }: WidgetItem,
  server: string,
  end: QuestionEnd,
  words: QuestionWords,
): readonly AnswerEvent[] {
  const widget = endedCard(server, end, words)
  return [{ type: 'thread.item.replaced', item: { ...card, widget } }]
}

/** Closes the questions that an earlier run left open in a thread that has no run now. */
export function* closeQuestions(
  items: readonly Item[],
  words: QuestionWords,
): Generator<AnswerEvent, boolean, undefined> {
  const known: readonly KnownQuestion[] = [...questionsIn(items).values()]
  for (const { open, answer } of known) {
    const card = items.find(({ id }) => id === open.value.card)
    if (card?.type === 'widget') yield* endEvents(card, open.value.server, 'gone', words)
    yield { type: 'thread.item.removed', item_id: open.item.id }
    if (answer) yield { type: 'thread.item.removed', item_id: answer.item.id }
  }
  const late = lateAnswersIn(items)
  for (const { id } of late) yield { type: 'thread.item.removed', item_id: id }
  return known.length + late.length > 0
}
