// Callers that live longer than the request that they were admitted for, because a process works with
// their sign-in.

import { answerAs } from '../../answer-as.ts'
import type { Caller } from '../../caller.ts'
import type { OnBehalf } from '../../on-behalf.ts'
import type { Route } from '../routes.ts'

/** The kept callers of one gateway. */
export class KeptCallers {
  readonly #uses = new Map<Caller, number>()
  /** Those that the gateway admitted. Others are ended by whoever admitted them. */
  readonly #own = new WeakSet<Caller>()

  /** Whether the caller was admitted for one request. */
  isOwn(caller: Caller): boolean {
    return this.#own.has(caller)
  }

  /** Keeps a caller. Gives what lets it go. */
  keep(caller: Caller): () => Promise<void> {
    this.#uses.set(caller, (this.#uses.get(caller) ?? 0) + 1)
    return async () => {
      const uses = (this.#uses.get(caller) ?? 0) - 1
      if (uses > 0) this.#uses.set(caller, uses)
      else this.#uses.delete(caller)
      if (uses === 0 && this.#own.has(caller)) await caller.end()
    }
  }

  /** As `handle`. The caller ends with the answer, unless it is kept. */
  async handle(
    onbehalf: OnBehalf,
    request: Request,
    answer: (caller: Caller) => Promise<Response>,
    route: Route,
  ): Promise<Response> {
    const admission = await onbehalf.admit(request, route)
    if (!admission.ok) return admission.response
    const caller = admission.value
    // While the request is answered, it is one of those who keep it.
    const letGo = this.keep(caller)
    this.#own.add(caller)
    let isOver = false
    const end = async () => {
      if (isOver) return
      isOver = true
      await letGo()
    }
    return answerAs({ ...caller, end }, request.signal, () => answer(caller))
  }
}
