// Brings a running answer a fresh sign-in, when the server says in the stream that its own has run
// out. The answer goes on with it.

import { pause } from '../client/clock.ts'
import { isSignedOut, Refused } from '../client/refused.ts'
import { type Session, showFailure } from './session.ts'

/** The answer may be written by an instance that the request did not reach: it is asked again. */
const ASK_AGAIN_MS = [300, 600, 1200, 2400, 4800, 9600]

/**
 * Gets a new access token from the host page, and takes it to the server. Without one, the person is
 * shown how to sign in. Never throws: the answer then ends by itself.
 *
 * @param isFresh The page has just given a new token, because the person signed in.
 */
export async function renewSignIn(session: Session, isFresh = false): Promise<void> {
  const { threadId: thread_id, running: run, parts } = session
  if (thread_id === undefined || !run) return
  const { signal } = run.controller
  try {
    if (!isFresh) await parts.wire.signInAgain()
    for (const wait of [...ASK_AGAIN_MS, undefined]) {
      const error = await parts.wire.ask('onbehalf.runs.renew', { thread_id }, signal).then(
        () => undefined,
        (thrown) => thrown,
      )
      if (error === undefined || !(error instanceof Refused)) return
      if (error.code !== 'run_elsewhere' || wait === undefined) throw error
      await pause(parts.clock, wait, signal)
    }
  } catch (error) {
    // As soon as the person has signed in, the answer goes on.
    if (session.running === run && isSignedOut(error))
      showFailure(session, error, 'failed', () => renewSignIn(session, true))
  }
}
