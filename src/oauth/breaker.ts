// A breaker for one server, an authorization server or an MCP server: while it does not answer, callers
// are told so at once, and one of them finds out whether it is back.

import { hash } from 'node:crypto'
import type { Credential } from '../core/credential.ts'
import { type Refusal, type Result, refused } from '../core/errors.ts'
import { readClaims } from '../core/unverified-claims.ts'
import { slowStart } from './slow-start.ts'

/** The first pause. Each failed probe doubles it. */
const FIRST_PAUSE_MS = 1000

/** The longest pause: so long at most after the server is back, somebody notices. */
const MAX_PAUSE_MS = 30_000

/** A single failure may be a lost connection, so it stops nobody. */
const FAILURES_TO_OPEN = 2

/**
 * Runs one request to the server, or refuses it without sending it.
 *
 * @param who Whose request it is. An error that the server answers may be about this one alone.
 * @param request It calls `onAnswer` when the server has answered, with an error too.
 */
export interface Breaker {
  <T>(
    who: string,
    request: (onAnswer: () => void) => Promise<Result<T>>,
    signal?: AbortSignal,
  ): Promise<Result<T>>
  /** Whether the server is held to be down. */
  isOpen(): boolean
}

/**
 * Makes a breaker. It opens when requests one after another find the server unavailable: it hangs or
 * cannot be reached, or says so itself to two people. Without it, every call would wait for the
 * whole deadline. When the server is back, those who wait are let through a few at a time.
 *
 * @param now Milliseconds since the epoch.
 * @param down The refusal of a request that finds the server unavailable, and of one that is not sent.
 */
export function createBreaker(
  now: () => number,
  down: Refusal = { reason: 'issuer_unavailable' },
): Breaker {
  /** Requests that were not answered, and those that were answered with an error, since a success. */
  let silences = 0
  const failing = new Set<string>()
  let isOpen = false
  let failedProbes = 0
  let pauseUntil = Number.NEGATIVE_INFINITY
  let isProbed = false
  let lastProbe: string | undefined
  const gate = slowStart()

  // A clock that was set back must not make the pause longer.
  const isBefore = (time: number) => now() < time && time - now() <= MAX_PAUSE_MS + FIRST_PAUSE_MS
  /** Whoever failed last leaves the next probe to others for a moment: it may be about them alone. */
  const mayProbe = (who: string) =>
    !isProbed && !isBefore(who === lastProbe ? pauseUntil + FIRST_PAUSE_MS : pauseUntil)

  function pause(): void {
    pauseUntil = now() + Math.min(FIRST_PAUSE_MS * 2 ** failedProbes, MAX_PAUSE_MS)
    gate.close()
  }

  function succeed(): void {
    if (isOpen) gate.open()
    isOpen = false
    silences = 0
    failing.clear()
  }

  function fail(who: string, isAnswered: boolean, wasProbe: boolean): void {
    if (wasProbe) {
      failedProbes++
      // Only an answer can be about somebody. Silence is the same for all.
      lastProbe = isAnswered ? who : undefined
      pause()
      return
    }
    // Those that were under way together count once: they tell of the same moment.
    if (isOpen) return
    if (!isAnswered) silences++
    else failing.add(who)
    if (silences + failing.size < FAILURES_TO_OPEN) return
    isOpen = true
    failedProbes = 0
    lastProbe = undefined
    pause()
  }

  const run = async <T>(
    who: string,
    request: (onAnswer: () => void) => Promise<Result<T>>,
    signal?: AbortSignal,
  ): Promise<Result<T>> => {
    const isProbe = isOpen
    if (isProbe && !mayProbe(who)) return { ok: false, refusal: down }
    if (isProbe) isProbed = true
    else if (!(await gate.enter(signal)))
      return signal?.aborted ? refused('cancelled') : { ok: false, refusal: down }
    let isAnswered = false
    try {
      const result = await request(() => {
        isAnswered = true
      })
      const reason = result.ok ? undefined : result.refusal.reason
      if (reason === down.reason) fail(who, isAnswered, isProbe)
      // A caller who gave up has learned nothing.
      else if (reason !== 'cancelled') succeed()
      return result
    } finally {
      if (isProbe) isProbed = false
      else gate.leave()
    }
  }
  return Object.assign(run, { isOpen: () => isOpen })
}

/**
 * Whose token it is, so that many tokens of one person count once. What it says is not verified here,
 * and decides nothing else. A digest, because it is kept.
 */
export function personBehind(subjectToken: Credential): string {
  const text = subjectToken.reveal()
  const { iss, sub } = readClaims(text) ?? {}
  return hash('sha256', typeof sub === 'string' ? JSON.stringify([iss, sub]) : text)
}
