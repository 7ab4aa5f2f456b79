// Budgets of steps: a bound on the work that foreign input may cause, and turns for everybody else
// while that work is done. A step is about a microsecond. Steps are counted, not timed, so the same
// input always costs the same.

/** A budget of steps. */
export interface StepBudget {
  /** Steps that were taken. */
  readonly spent: number
  /** Whether more steps were asked for than there were. From then on there are none. */
  readonly isSpent: boolean
  /**
   * Takes steps.
   *
   * @returns False when there are not so many. Then the work has to end.
   */
  take(steps: number): boolean
}

/**
 * Makes a budget.
 *
 * @param most Steps in it.
 * @param whole The budget that it is a part of: a step of the part is a step of the whole.
 */
export function stepBudget(most: number, whole?: StepBudget): StepBudget {
  let spent = 0
  let isSpent = false
  return {
    get spent() {
      return spent
    },
    get isSpent() {
      return isSpent || whole?.isSpent === true
    },
    take(steps) {
      if (isSpent) return false
      spent += steps
      // The whole counts this step too, also when the part has not got it.
      const isGranted = whole?.take(steps) !== false
      isSpent = spent > most
      return isGranted && !isSpent
    },
  }
}

/** Steps between two turns of the event loop: far below 50 ms. */
const STEPS_OF_A_SLICE = 10_000

/**
 * Makes a function that gives the event loop a turn when a slice of the budget was spent since the
 * last one. Long work awaits it between its parts, so that other people's calls go on.
 */
export function turnGiver(budget: StepBudget): () => Promise<void> {
  let before = budget.spent
  return async () => {
    if (budget.spent - before < STEPS_OF_A_SLICE) return
    before = budget.spent
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 0)
    })
  }
}
