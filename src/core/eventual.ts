// Values that are there already, or that will come. Most steps of a call are over at once, and a
// promise for each would cost more than the steps do.

/** A value that is there already, or the promise of it. */
export type Eventual<T> = T | Promise<T>

/** Whether a value is still to come. JSON from outside may have a member `then`, but no function. */
export function isToCome<T>(value: Eventual<T>): value is Promise<T> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  )
}

/** Goes on with a value: at once when it is there. */
export function andThen<T, U>(value: Eventual<T>, next: (value: T) => Eventual<U>): Eventual<U> {
  return isToCome(value) ? value.then(next) : next(value)
}

/** Does work. What it throws, at once or later, is the same. */
export function orElse<T>(work: () => Eventual<T>, failed: () => T): Eventual<T> {
  try {
    const value = work()
    return isToCome(value) ? value.then(undefined, failed) : value
  } catch {
    return failed()
  }
}
