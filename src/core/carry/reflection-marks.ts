// Reflection marks: which servers sent a credential back. The port; a mark names the server, and
// holds nothing of the credential or of whose it was.

/** One marked server. */
export interface ReflectionMark {
  /** The resource identifier of the server's binding. */
  readonly resource: string
  /** Milliseconds since the epoch: the first time since it was last cleared. */
  readonly since: number
}

/**
 * The port. An implementation passes `test/core/carry/reflection-marks-contract.ts`; what a method
 * has answered survives the end of the process.
 */
export interface ReflectionMarks {
  /** Marks a server. One that is marked keeps its first time. */
  mark(resource: string, time: number): Promise<void>
  isMarked(resource: string): Promise<boolean>
  /** Every mark, the oldest first. */
  list(): Promise<readonly ReflectionMark[]>
  /**
   * Takes a mark away: an operator's decision, never ours.
   *
   * @returns Whether there was one.
   */
  clear(resource: string): Promise<boolean>
}
