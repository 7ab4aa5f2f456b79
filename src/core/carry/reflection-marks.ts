// The port for reflection marks: which servers sent a credential back. A mark names the server, and
// nothing of the credential or its owner.

/** One marked server. */
export interface ReflectionMark {
  /** The resource identifier of the server's binding. */
  readonly resource: string
  /** Milliseconds since the epoch: the first time after the mark was last cleared. */
  readonly since: number
}

/**
 * The port. Every implementation must pass `test/core/carry/reflection-marks-contract.ts`. Once a
 * method of a lasting store has answered, its change survives the end of the process.
 */
export interface ReflectionMarks {
  /** Marks a server. A server that is marked already keeps its time. */
  mark(resource: string, time: number): Promise<void>
  isMarked(resource: string): Promise<boolean>
  /** Every mark, the oldest first. */
  list(): Promise<readonly ReflectionMark[]>
  /**
   * Clears a mark. Only an operator decides that.
   *
   * @returns Whether there was one.
   */
  clear(resource: string): Promise<boolean>
}
