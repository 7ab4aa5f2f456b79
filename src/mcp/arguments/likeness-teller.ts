// What the names in one document look like. Schemas have the same few names over and over, so the
// answers are remembered.

import type { StepBudget } from '../../core/steps.ts'
import { isMessageWord, type Likeness, likenessOf, plainName } from './name.ts'
import { stepsOfName } from './name-words.ts'

export type { Likeness } from './name.ts'

/** Tells what names look like. */
export interface LikenessTeller {
  /** What a name looks like by itself. */
  of(name: string): Likeness | undefined
  /** Makes the function that tells it of names that stand beside others. */
  beside(siblings: readonly string[]): (name: string) => Likeness | undefined
}

/** Makes a teller. When the budget is spent, every name looks like nothing: the tool is refused. */
export function likenessTeller(budget: StepBudget): LikenessTeller {
  const known = new Map<string, Likeness | undefined>()
  const of = (name: string): Likeness | undefined => {
    if (known.has(name)) return known.get(name)
    const likeness = budget.take(stepsOfName(name)) ? likenessOf(name) : undefined
    known.set(name, likeness)
    return likeness
  }
  return {
    of,
    beside(siblings) {
      let isMessage: boolean | undefined
      return (name) => {
        const likeness = of(name)
        if (likeness !== 'subject' || plainName(name) !== 'subject') return likeness
        // The siblings are read once, however many names ask for it.
        isMessage ??= siblings.some(
          (sibling) => budget.take(stepsOfName(sibling)) && isMessageWord(sibling),
        )
        return isMessage ? undefined : likeness
      }
    },
  }
}
