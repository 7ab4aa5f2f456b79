// What an app remembers of people and servers in this process. An app that takes the place of
// another one goes on with it: who was signed out stays so, and what a server has done is not forgotten.

import type { Binding } from './core/binding.ts'
import type { CallPolicy } from './core/call-policy.ts'
import { memoryReflectionMarks } from './core/carry/memory-reflection-marks.ts'
import { memoryToolPins } from './core/carry/memory-tool-pins.ts'
import type { ReflectionMarks } from './core/carry/reflection-marks.ts'
import { type RunningCalls, runningCalls } from './core/carry/running-calls.ts'
import type { ToolPins } from './core/carry/tool-pins.ts'
import { type SignIns, signIns } from './core/sign-ins.ts'
import { type SentSecrets, sentSecrets } from './mcp/redact/sent-secrets.ts'

/** Finds the `fetch` of a server that is not spoken to as the others are. */
export type WayTo = (server: string) => typeof globalThis.fetch | undefined

/** The memory. */
export interface AppMemory {
  /** The callers at work: revoking ends them, also those that the app before has let in. */
  readonly running: RunningCalls
  /** The sign-ins, and those that have ended. */
  readonly signedIn: SignIns
  /** What was sent to servers: they may send it back to anybody. */
  readonly sent: SentSecrets
  /** Which servers sent a credential back, where the app names no other place. */
  readonly marks: ReflectionMarks
  /** Definitions of tools as first seen, where the app names no other place. */
  readonly pins: ToolPins
  /** The servers of the app that is in service. Callers of the one before go on with these. */
  bindings: ReadonlyMap<string, Binding> | undefined
  /** What judges calls in that app. */
  policy: CallPolicy | undefined
  /** Its own ways to some of them. */
  wayTo: WayTo | undefined
}

/**
 * Makes an empty one.
 *
 * @param now Milliseconds since the epoch.
 */
export function appMemory(now: () => number): AppMemory {
  return {
    running: runningCalls(now),
    signedIn: signIns(now),
    sent: sentSecrets({ now }),
    marks: memoryReflectionMarks(),
    pins: memoryToolPins(),
    bindings: undefined,
    policy: undefined,
    wayTo: undefined,
  }
}
