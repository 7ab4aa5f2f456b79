// Callers that are kept between the requests of one token: the door decides on every request, and what
// stands behind it is made once. For the gateway, whose clients send one request for each call.

import { partsAt, refusedAfterAll } from './app-doors.ts'
import { boundOverHttp, type Caller, openState } from './caller.ts'
import { type CallerParts, type CallerState, fetchOptions } from './caller-parts.ts'
import type { DeclaredIssuers } from './core/declared-issuers.ts'
import type { Admission, Admitted, Door } from './core/door/door.ts'
import type { Asking } from './core/door/read-credential.ts'
import { granted, type Result } from './core/errors.ts'
import { putNewest } from './core/put-newest.ts'
import type { VerifiedToken } from './core/verify/verify.ts'
import { mcpFetchChecked } from './mcp/fetch.ts'

/** What one request may do in its person's name. */
export type CallerAtWork = Pick<Caller, 'principal' | 'token' | 'fetch'>

/** One request at work. Whoever has it says when its answer is over. */
export interface AtWork {
  readonly caller: CallerAtWork
  end(): void
}

/** Admits a request, and gives what is kept for its token. */
export type AdmitByToken = (request: Asking, resource: string) => Promise<Admission<AtWork>>

/** What callers are kept by. */
export interface KeepingParts {
  readonly doorOf: (resource: string | undefined) => Door
  readonly issuers: DeclaredIssuers
  readonly shared: CallerParts
  /** The SHA-256 of a text, in any encoding. */
  readonly digest: (text: string) => string
}

/** One that is kept. */
interface Kept {
  readonly token: VerifiedToken
  readonly state: CallerState
  readonly parts: CallerParts
  /** Requests under way. */
  users: number
  usedMs: number
  isDropped: boolean
}

/** Callers that are kept. One more drops the one that was unused for the longest time. */
const MAX_KEPT = 2_000
/** One that was unused for so long is dropped. A verified token is remembered for as long. */
const IDLE_MS = 60_000

/**
 * Makes the function that admits requests.
 *
 * A caller is kept for one verification of one token: when the verifier says anew what a token is
 * worth, a caller is opened anew. Revoking its person ends it at once, with every request under way.
 */
export function callersByToken({ doorOf, issuers, shared, digest }: KeepingParts): AdmitByToken {
  const kept = new Map<string, Kept>()
  let sweepAtMs = 0

  function sweep(nowMs: number): void {
    if (nowMs < sweepAtMs) return
    sweepAtMs = nowMs + IDLE_MS / 4
    for (const [key, one] of kept) {
      // The least recently used are first.
      if (one.usedMs + IDLE_MS > nowMs) return
      kept.delete(key)
      drop(one)
    }
  }

  /**
   * What is kept for a token, taken for one request: nothing ends it before that request has begun.
   */
  async function takenFor(admitted: Admitted, resource: string): Promise<Result<Kept>> {
    const key = `${resource} ${digest(admitted.credential.reveal())}`
    const before = kept.get(key)
    const usedMs = shared.now()
    if (before?.token === admitted.token && !before.state.running.signal.aborted) {
      before.usedMs = usedMs
      before.users += 1
      kept.delete(key)
      kept.set(key, before)
      return granted(before)
    }
    if (before) {
      kept.delete(key)
      drop(before)
    }
    const parts = partsAt(issuers, admitted, shared)
    const opened = await openState(admitted, parts)
    if (!opened.ok) return opened
    const { token } = admitted
    const made = { token, state: opened.value, parts, users: 1, usedMs, isDropped: false }
    const [oldest] = kept.size < MAX_KEPT ? [] : kept.values()
    const meanwhile = kept.get(key)
    putNewest(kept, key, made, MAX_KEPT)
    for (const one of [oldest, meanwhile]) if (one) drop(one)
    return granted(made)
  }

  return async (request, resource) => {
    sweep(shared.now())
    const admission = await doorOf(resource).admit(request)
    if (!admission.ok) return admission
    const { trace } = admission.value
    const found = await takenFor(admission.value, resource)
    if (!found.ok) return refusedAfterAll(found.refusal)
    return { ok: true, value: atWork(found.value, trace) }
  }
}

/** Nobody begins with it any more. It ends with its last request. */
function drop(one: Kept): void {
  one.isDropped = true
  if (one.users === 0) one.state.running.leave()
}

function atWork(one: Kept, trace: string): AtWork {
  const { parts } = one
  const { running, admitted } = one.state
  const state = { ...one.state, admitted: { ...admitted, trace } }
  let hasEnded = false
  return {
    caller: {
      principal: admitted.principal,
      token: one.token,
      fetch(server, { onToolLeftOut: _, ...shared } = {}) {
        const binding = boundOverHttp(server, hasEnded, parts)
        return mcpFetchChecked({ ...fetchOptions(binding, state, parts), ...shared })
      },
    },
    end() {
      if (hasEnded) return
      hasEnded = true
      one.users -= 1
      if (one.isDropped && one.users === 0) running.leave()
    },
  }
}
