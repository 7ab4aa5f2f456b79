// The questions that wait in this process. Their answers need no store.

import type { QuestionAnswer } from '../../../agent/question.ts'

/** The questions that wait. */
export interface WaitingQuestions {
  /** Waits for an answer. Gives a function that ends the wait. */
  add(id: string, onAnswer: (answer: QuestionAnswer) => void): () => void
  /**
   * Gives an answer to who waits for it.
   *
   * @returns `taken`; `late` when nobody waits here any more; `elsewhere` when nobody ever did.
   */
  deliver(id: string, answer: QuestionAnswer): 'taken' | 'late' | 'elsewhere'
}

/** Questions that have ended and are remembered: the thread has them a moment longer. */
const MAX_ENDED = 1_000

/** Begins without any. */
export function waitingQuestions(): WaitingQuestions {
  const waiting = new Map<string, (answer: QuestionAnswer) => void>()
  // A Set keeps insertion order, so its first entry is the oldest.
  const ended = new Set<string>()
  return {
    add(id, onAnswer) {
      waiting.set(id, onAnswer)
      return () => {
        waiting.delete(id)
        ended.add(id)
        const [oldest] = ended
        if (ended.size > MAX_ENDED && oldest !== undefined) ended.delete(oldest)
      }
    },
    deliver(id, answer) {
      if (ended.has(id)) return 'late'
      const onAnswer = waiting.get(id)
      onAnswer?.(answer)
      return onAnswer ? 'taken' : 'elsewhere'
    },
  }
}
