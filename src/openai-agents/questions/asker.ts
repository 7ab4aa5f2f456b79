// Puts the questions of one server to the person, one after the other, and gives the answers back to
// that server.

import type { AskPerson, QuestionAnswer } from '../../agent/question.ts'
import { type QuestionRefusal, readQuestion } from './read-question.ts'

/** Asks the person for one server, in one run. */
export interface Asker {
  /**
   * Asks one question. It never throws: a question that may not be shown, or that nobody answers, has
   * an answer, too.
   *
   * @param params As MCP has them in `elicitation/create`.
   * @param signal Fires when nobody needs the answer any more.
   */
  answer(params: unknown, signal: AbortSignal): Promise<QuestionAnswer>
  /** The server says that the page of a link has done its part (MCP 2025-11-25). */
  completed(id: string): void
}

/** What {@link asker} needs. */
export interface AskerOptions {
  /** The operator's name for the server. */
  readonly server: string
  readonly ask: AskPerson
  /** Ends all questions. */
  readonly signal: AbortSignal
  /** Called with the reason when a question was not shown. */
  readonly onNotShown: (why: QuestionRefusal | 'too_many_questions') => void
}

/** Questions of one server in one run. Nobody answers more. */
const MAX_QUESTIONS = 20

/** Makes the asker of one server. */
export function asker({ server, ask, signal, onNotShown }: AskerOptions): Asker {
  const completions = new Map<string, AbortController>()
  let before: Promise<unknown> = Promise.resolve()
  let count = 0

  async function put(params: unknown, mayEnd: AbortSignal): Promise<QuestionAnswer> {
    const read = readQuestion(server, params)
    if (!read.ok || count++ >= MAX_QUESTIONS) {
      onNotShown(read.ok ? 'too_many_questions' : read.why)
      return { action: 'decline' }
    }
    const completed = new AbortController()
    if (read.id !== undefined) completions.set(read.id, completed)
    const ends = AbortSignal.any([signal, mayEnd])
    if (ends.aborted) return { action: 'cancel' }
    try {
      const answer = await ask(read.question, AbortSignal.any([ends, completed.signal]))
      return completed.signal.aborted && answer.action === 'cancel' ? { action: 'accept' } : answer
    } catch {
      return { action: 'cancel' }
    } finally {
      if (read.id !== undefined) completions.delete(read.id)
    }
  }

  return {
    answer(params, mayEnd) {
      const answered = before.then(() => put(params, mayEnd))
      before = answered
      return answered
    },
    completed: (id) => completions.get(id)?.abort(),
  }
}
