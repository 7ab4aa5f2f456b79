// Placement `session`: the credential once, when the server's session opens; later requests carry only what the server gave for it. A server with
// protocol sessions (2025-11-25) gives an `Mcp-Session-Id`; one without gives a handle of its own in `Onbehalf-Session`.

import { headerPlacing, type Placing } from '../../core/carry/placing.ts'
import { Credential } from '../../core/credential.ts'
import { granted } from '../../core/errors.ts'
import { SESSION_HEADER } from '../../core/wire-names.ts'

/**
 * The placing for one session with one server; make one for each.
 *
 * @param onHandle Told of each handle: whoever has it is the person to that server, so it must not come back either.
 */
export function sessionPlacing(onHandle: (handle: Credential) => void): Placing {
  const opening = headerPlacing()
  let handle: string | undefined
  return async (sent, attempt) => {
    // After a 401 the session is over; the credential opens a new one.
    if (attempt > 0) handle = undefined
    if (attempt === 0 && sent.headers.has('mcp-session-id')) return granted({ sent })
    if (handle !== undefined) {
      const headers = new Headers(sent.headers)
      headers.set(SESSION_HEADER, handle)
      return granted({ sent: { headers, body: sent.body } })
    }
    const plan = await opening(sent, attempt)
    if (!plan.ok || plan.value.at === undefined) return plan
    const { fill } = plan.value
    return granted({
      at: 'session, once',
      fill,
      answered(response) {
        const given = response.headers.get(SESSION_HEADER)
        if (!response.ok || given === null || !/^[\x21-\x7e]{16,512}$/.test(given)) return
        if (given !== handle) onHandle(new Credential(given))
        handle = given
      },
    })
  }
}
