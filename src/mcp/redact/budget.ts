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
  return new CountedBudget(options)
}

/** A class, because an object with getters takes long to make. */
class CountedBudget implements Budget {
  spent = 0
  readonly #steps: number
  readonly #stepsInTurn: number
  readonly #whole: Budget | undefined
  readonly #wait: () => Promise<void>
  #turnBegan = 0

  constructor({
    steps = DEFAULT_STEPS,
    stepsInTurn = DEFAULT_STEPS_IN_TURN,
    whole,
    wait = nextTurn,
  }: BudgetOptions) {
    this.#steps = steps
    this.#stepsInTurn = stepsInTurn
    this.#whole = whole
    this.#wait = wait
  }

  get isSpent(): boolean {
    return this.spent >= this.#steps || this.#whole?.isSpent === true
  }

  get isTurnDue(): boolean {
    return this.#whole ? this.#whole.isTurnDue : this.spent - this.#turnBegan >= this.#stepsInTurn
  }

  spend(more: number): void {
    this.spent += more
    this.#whole?.spend(more)
  }

  async turn(): Promise<void> {
    if (this.#whole) return this.#whole.turn()
    await this.#wait()
    this.#turnBegan = this.spent
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
