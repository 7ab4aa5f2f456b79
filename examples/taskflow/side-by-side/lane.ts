// One lane of the comparison, as the page gets it: what the model got, what it called, what it said,
// and what a thief could do with what arrived.

import type { ModelRequestCopy } from 'onbehalf/openai-agents'

/** A call as the model wrote it. */
export interface ModelCall {
  readonly tool: string
  /** JSON. */
  readonly arguments: string
}

/** What the API answered to the thief. */
export interface Theft {
  /** What arrived in place of the token. Empty when nothing did. */
  readonly arrived: string
  readonly status: number
  /** The error code of the challenge (RFC 6750 section 3), if there is one. */
  readonly error?: string
  /** What the API said, or what the thief read. */
  readonly sentence: string
}

/** What happened in a lane. */
export interface Lane {
  readonly requests: readonly ModelRequestCopy[]
  readonly calls: readonly ModelCall[]
  readonly answer: string
  readonly theft?: Theft
}

/** The token that the left lane gives away. */
export interface ThrowAwayFacts {
  readonly value: string
  readonly audience: string
  readonly scopes: readonly string[]
  readonly lifetimeSeconds: number
}

/** The whole comparison. `poison` is the text of the poisoned task. */
export interface Comparison {
  readonly message: string
  readonly poison?: string
  readonly literal: Lane & { readonly token: ThrowAwayFacts }
  readonly onbehalf: Lane
}
