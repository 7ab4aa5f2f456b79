// The work that one answer may cause, counted in steps over all its parts; and the turns that other
// people's calls get in between. It reads no clock.

import type { Eventual } from '../../core/eventual.ts'

/** Steps: a step is about the work for one character. */
export interface Budget {
  /** Counts steps that were done, or that will be done next. */
  spend(steps: number): void
  /** Steps that were counted so far. */
  readonly spent: number
  /** Whether there are none left. What is not searched then is withheld. */
  readonly isSpent: boolean
  /** Whether so much was done in one piece that others are due. */
  readonly isTurnDue: boolean
  /** Lets others have their turn. */
  turn(): Promise<void>
}

/** Options of {@link workBudget}. */
export interface BudgetOptions {
  /** Default 48 million: several searches of an answer of 4 MiB. */
  readonly steps?: number
  /** The budget of all, which counts these steps too and says when a turn is due. Default none. */
  readonly whole?: Budget
  /** Steps that are done in one piece. Default 200,000: a few milliseconds. */
  readonly stepsInTurn?: number
  /** Waits for others. Default: until the event loop comes by again. */
  readonly wait?: () => Promise<void>
}

const DEFAULT_STEPS = 48_000_000
const DEFAULT_STEPS_IN_TURN = 200_000

/** Makes the budget of one answer. */
export function workBudget(options: BudgetOptions = {}): Budget {
  const { steps = DEFAULT_STEPS, stepsInTurn = DEFAULT_STEPS_IN_TURN } = options
  const { whole, wait = nextTurn } = options
  let spent = 0
  let turnBegan = 0
  return {
    spend(more) {
      spent += more
      whole?.spend(more)
    },
    get spent() {
      return spent
    },
    get isSpent() {
      return spent >= steps || whole?.isSpent === true
    },
    get isTurnDue() {
      return whole ? whole.isTurnDue : spent - turnBegan >= stepsInTurn
    },
    async turn() {
      if (whole) return whole.turn()
      await wait()
      turnBegan = spent
    },
  }
}

/** A microtask would not do: requests of others, and deadlines, wait in the event loop. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}

/** Work that pauses when a turn is due. */
export type Work<Value> = Generator<undefined, Value>

/** Does work in one piece. */
export function finish<Value>(work: Work<Value>): Value {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

/** Does work in turns with others: at once, when it is done before a turn is due. */
export function finishInTurns<Value>(work: Work<Value>, budget: Budget): Eventual<Value> {
  const { done, value } = work.next()
  return done ? value : goOn(work, budget)
}

async function goOn<Value>(work: Work<Value>, budget: Budget): Promise<Value> {
  for (;;) {
    await budget.turn()
    const { done, value } = work.next()
    if (done) return value
  }
}
