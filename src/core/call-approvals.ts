// The port for calls that wait for the person's yes. A yes is for one call of one person: the same
// server, tool and arguments, by the same rules, once, and for a while.

/** A call that a person is asked about. */
export interface AskedCall {
  /** Names the question in the link to its page. Whoever has it can decide nothing by it. */
  readonly id: string
  readonly server: string
  readonly tool: string
  /** What the model filled in, as JSON. It comes from outside: escape it. */
  readonly arguments: string
  /** Milliseconds since the epoch. */
  readonly askedAt: number
  /** From then on nobody can say yes any more. */
  readonly endsAt: number
}

/** A question. */
export interface Question extends AskedCall {
  /** Whose call it is: `principalKey`. */
  readonly owner: string
  /** The digest of all that a yes is bound to. */
  readonly key: string
}

/** What the person has said so far. */
export type ApprovalState = 'waiting' | 'approved' | 'declined'

/** What a person decides. */
export interface Decision {
  readonly approves: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
  /** How long it holds. */
  readonly endsAt: number
}

/** Milliseconds that a question waits. */
export const QUESTION_MS: number = 15 * 60_000

/** Milliseconds that a yes or a no holds. */
export const DECISION_MS: number = 15 * 60_000

/** Questions of one person that may wait at the same time. */
export const MAX_WAITING = 50

/** The port. Every implementation must pass `test/policy/call-approvals-contract.ts`. */
export interface CallApprovals {
  /**
   * Asks, unless the same call has been asked about, and neither been made since nor run out.
   *
   * @returns The question that stands, which may be an earlier one; undefined where too many wait.
   */
  ask(
    question: Question,
  ): Promise<{ readonly id: string; readonly state: ApprovalState } | undefined>
  /**
   * Uses up a yes, in one step, so that all instances together make one call of it.
   *
   * @param now Milliseconds since the epoch.
   * @returns Whether there was one.
   */
  use(id: string, now: number): Promise<boolean>
  /** What waits for a person, the latest first. */
  waiting(owner: string, now: number): Promise<readonly AskedCall[]>
  /**
   * Takes what a person says to one of their own questions. Ask for it only where the person is known by
   * a cookie of their browser: an agent has their token.
   *
   * @returns Whether it waited for them.
   */
  decide(owner: string, id: string, decision: Decision): Promise<boolean>
}
