// Placement `session`: the credential once, when the server's session opens. Later requests carry
// only what the server gave for it: an `Mcp-Session-Id` (protocol sessions, 2025-11-25), or a
// handle of its own in `Onbehalf-Session`.

import { headerPlacing } from '../../core/carry/placing.ts'
import { granted } from '../../core/errors.ts'
import { SESSION_HEADER } from '../../core/wire-names.ts'
import { type McpPlacing, planWithout } from './request.ts'

/**
 * The placing for one session with one server. Make one for each session.
 *
 * @param onHandle Called with each handle. To the server, whoever has the handle is the person, so
 *   it must not come back in an answer either.
 */
export function sessionPlacing(onHandle: (handle: string) => void): McpPlacing {
  const placeInHeader = headerPlacing()
  let handle: string | undefined
  return async (request, attempt) => {
    const { sent } = request
    // After a 401 the session is over. The credential opens a new one.
    if (attempt > 0) handle = undefined
    if (attempt === 0 && sent.headers.has('mcp-session-id')) return planWithout(request)
    if (handle !== undefined) {
      const headers = new Headers(sent.headers)
      headers.set(SESSION_HEADER, handle)
      return granted({ sent: { headers, body: sent.body } })
    }
    const plan = await placeInHeader(sent, attempt)
    if (!plan.ok || plan.value.at === undefined) return plan
    const { fill } = plan.value
    return granted({
      at: 'session, once',
      fill,
      answered(response) {
        const given = response.headers.get(SESSION_HEADER)
        if (!response.ok || given === null || !/^[\x21-\x7e]{16,512}$/.test(given)) return
        onHandle(given)
        handle = given
      },
    })
  }
}
