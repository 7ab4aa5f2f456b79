// How a program that asks the person itself says what they have said.

import type { UnknownObject } from '../core/json.ts'

/** A call that the person is asked about, with what it takes to make it later. */
export interface PersonsCall {
  readonly url: string
  readonly tool: string
  readonly args: unknown
  /** The protocol revision of the session. */
  readonly revision: string | undefined
  /** The `_meta` of the request. */
  readonly meta: UnknownObject
}

/**
 * Says whether the person has said yes to this very call. A text is what the model reads meanwhile in
 * place of a result.
 */
export type Approved = (call: PersonsCall) => true | string
