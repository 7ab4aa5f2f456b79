// What one run must not go past: calls that wait for the person, and the end of the sign-in.

import { endsSignIn, type Refusal } from '../../core/errors.ts'
import type { UnknownObject } from '../../core/json.ts'
import type { OutgoingCall } from '../approval.ts'
import { plainArguments } from '../asking.ts'
import type { AgentEvent, PendingCall } from '../events.ts'

/** A call that was not made, with what it takes to make it later. All of it can be stored. */
export interface HeldCall {
  readonly callId: string
  readonly server: string
  readonly tool: string
  readonly title?: string
  /** A JSON object, in one spelling. */
  readonly arguments: string
  /** The scopes that the call carries; absent in states of older versions. */
  readonly scopes?: readonly string[]
  /** The URL that the framework called. The caller's `fetch` approves the bound one alone. */
  readonly url: string
  /** The protocol revision of the framework's session. */
  readonly revision?: string
  /** The request's `_meta`, where its revision has no handshake (MCP 2026-07-28). */
  readonly meta?: UnknownObject
}

/** Where a `fetch` puts the calls that wait. */
export interface HeldCalls {
  readonly calls: readonly HeldCall[]
  /** Nobody can be asked here. Default: the person is. */
  readonly isRefusing?: true
  /** Uses up the person's yes to exactly this call, if the run has asked for it itself. */
  takeYes(call: OutgoingCall): boolean
  /** Takes a call, and gives what the model reads in place of a result. */
  take(call: HeldCall): string
}

/** What the run must not go past. */
export interface Hold extends HeldCalls {
  /** Takes the reason for which the caller's `fetch` did not make a call. */
  refuse(refusal: Refusal): void
  /** Why the sign-in has ended, if it has. */
  ended(): Refusal | undefined
  /** What the person must be told since this was last asked. */
  notices(): readonly AgentEvent[]
  /**
   * Calls the last function that it was given when the run must end: at once when the sign-in has
   * ended, and a while after the first call that waits. What is under way has had its time then.
   */
  whenLate(tell: () => void): void
  /** Ends the waiting. */
  clear(): void
}

/** The model reads it in place of a result. */
export const WAITS =
  'This was not done yet: the person is asked to approve it now. Say nothing more and call nothing more.'

/** The result of a call that comes while another one waits, for the model to read. */
export const NOT_NOW =
  'This was not done: the person is asked about another call first. Call it again if it is still needed.'

/** A framework may not say that its call has ended. */
const GRACE_MS = 1_000

/**
 * Begins without any call that waits.
 *
 * @param approved Calls that the person has approved, and that the run makes itself.
 */
export function createHold(approved: readonly PendingCall[]): Hold {
  const open = new Set(
    approved.map(({ server, name, tool = name, arguments: args }) =>
      keyOf({ server, name: tool, arguments: plainArguments(args) ?? args }),
    ),
  )
  const calls: HeldCall[] = []
  const unconnected = new Set<string>()
  let notices: AgentEvent[] = []
  let ended: Refusal | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let tell: () => void = () => undefined
  return {
    calls,
    takeYes: (call) => open.delete(keyOf(call)),
    ended: () => ended,
    take(call) {
      calls.push(call)
      timer ??= setTimeout(() => tell(), GRACE_MS)
      return WAITS
    },
    refuse(refusal) {
      const { reason, server } = refusal
      if (reason === 'connection_needed' && server !== undefined && !unconnected.has(server)) {
        unconnected.add(server)
        notices.push({ type: 'connection_needed', server })
      }
      if (!endsSignIn(reason)) return
      ended ??= refusal
      tell()
    },
    notices() {
      const taken = notices
      notices = []
      return taken
    },
    whenLate(next) {
      tell = next
    },
    clear: () => clearTimeout(timer),
  }
}

function keyOf({ server, name, arguments: args }: OutgoingCall): string {
  return JSON.stringify([server, name, args])
}

/** Where nobody can be asked: the model is told so, and the run goes on. */
export function refusingCalls(): HeldCalls {
  return {
    calls: [],
    isRefusing: true,
    takeYes: () => false,
    take: () =>
      'This was not done: it needs the approval of the person, who cannot be asked here. Say so.',
  }
}
