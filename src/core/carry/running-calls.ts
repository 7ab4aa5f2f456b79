// Knows which callers of a principal are at work in this process, so that revoking a sign-in ends
// their calls.

import type { KeptSignIn } from '../door/kept-sign-in.ts'
import { AuthError, type RefusalReason } from '../errors.ts'
import { type Principal, principalKey } from '../principal.ts'
import { toError } from '../sentences.ts'

/** A caller at work. */
export interface RunningCall {
  /**
   * Aborts when the principal is revoked, when the caller leaves, or a minute after its token
   * expired.
   */
  readonly signal: AbortSignal
  /** The caller stays in the register until a later time, in seconds since the epoch. */
  extend(expiresAt: number): void
  /** The caller is done. Whatever it left open, such as a stream, ends. */
  leave(): void
}

/** The callers at work. */
export interface RunningCalls {
  /**
   * @param expiresAt When the caller's token expires, in seconds since the epoch.
   * @param signIn Takes the caller with it when it ends, also on another instance.
   */
  enter(principal: Principal, expiresAt: number, signIn?: KeptSignIn): RunningCall
  /** Aborts every caller of a principal. */
  revoke(principal: Principal): void
}

/** Why a caller's signal fired: the app was done with it, or the sign-in behind it is over. */
export function whyEnded(signal: AbortSignal): RefusalReason {
  return signal.reason instanceof AuthError ? signal.reason.code : 'handle_refused'
}

/** A process has fewer requests open at once. More are callers that nobody ended. */
const MOST_CALLERS = 50_000

/**
 * Makes an empty register.
 *
 * @param now Milliseconds since the epoch.
 * @param most How many callers it keeps. One more ends the oldest.
 */
export function runningCalls(now: () => number, most: number = MOST_CALLERS): RunningCalls {
  /** Every caller's way out, the oldest first. */
  const leaving = new Set<() => void>()
  const running = new Map<string, Map<AbortController, number>>()
  let sweepAt = 0

  /** Ends callers that expired and that nobody ended. At most once a minute. */
  function sweep(): void {
    const seconds = now() / 1000
    if (seconds < sweepAt) return
    sweepAt = seconds + 60
    for (const [key, callers] of running) {
      for (const [controller, expiresAt] of callers) {
        if (expiresAt + 60 >= seconds) continue
        callers.delete(controller)
        // A caller that is not in the register cannot be revoked, so everything of it ends now,
        // such as an open stream or a session that needs no token.
        controller.abort()
      }
      if (callers.size === 0) running.delete(key)
    }
  }

  return {
    enter(principal, expiresAt, signIn) {
      sweep()
      const key = principalKey(principal)
      const controller = new AbortController()
      const others = running.get(key) ?? new Map<AbortController, number>()
      running.set(key, others.set(controller, expiresAt))
      const end = (reason: RefusalReason) => {
        controller.abort(toError({ reason }))
        others.delete(controller)
        if (others.size === 0 && running.get(key) === others) running.delete(key)
      }
      const leave = () => end('caller_ended')
      const stopListening = signIn?.whenEnded(() => end('sign_in_ended'))
      controller.signal.addEventListener(
        'abort',
        () => {
          leaving.delete(leave)
          stopListening?.()
        },
        { once: true },
      )
      const [oldest] = leaving.size < most ? [] : leaving
      oldest?.()
      leaving.add(leave)
      return {
        signal: controller.signal,
        extend(later) {
          if (others.has(controller)) others.set(controller, later)
        },
        leave,
      }
    },
    revoke(principal) {
      const key = principalKey(principal)
      const callers = running.get(key)
      running.delete(key)
      for (const controller of callers?.keys() ?? []) controller.abort()
    },
  }
}
