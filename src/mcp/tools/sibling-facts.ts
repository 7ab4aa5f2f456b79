// What the parameters beside a token or a password say about it. Those of one object are read once,
// however many of them look like a credential.

import type { StepBudget } from '../../core/steps.ts'
import { plainName } from '../arguments/name.ts'
import { stepsOfName, wordsOf } from '../arguments/name-words.ts'
import * as words from './tool-words.ts'

/** What is beside it. */
export interface SiblingFacts {
  /** Something of trade: a token is a coin there. */
  readonly hasCoin: boolean
  /** A name to sign in with. */
  readonly hasLogin: boolean
  /** A thing with a password of its own: a file, or `meeting_id`. */
  readonly hasLocked: boolean
}

/** Makes the function that tells them of the names of one object. */
export function siblingTeller(budget: StepBudget): (names: readonly string[]) => SiblingFacts {
  const known = new Map<readonly string[], SiblingFacts>()
  return (names) => {
    const hit = known.get(names)
    if (hit) return hit
    const facts = { hasCoin: false, hasLogin: false, hasLocked: false }
    for (const name of names) {
      if (!budget.take(2 * stepsOfName(name))) break
      const plain = plainName(name)
      if (words.COINS.has(plain)) facts.hasCoin = true
      if (words.LOGINS.has(plain)) facts.hasLogin = true
      if (namesLocked(wordsOf(name))) facts.hasLocked = true
    }
    known.set(names, facts)
    return facts
  }
}

function namesLocked(some: readonly string[]): boolean {
  if (some.some((word) => words.FILES.has(word))) return true
  return some.length > 1 && /^(?:id|token|key|uuid)$/.test(some.at(-1) ?? '') && isLocked(some)
}

/** Whether one of the words is a thing with a password of its own. */
export function isLocked(some: readonly string[]): boolean {
  return some.some((word) => words.LOCKED.has(word))
}
