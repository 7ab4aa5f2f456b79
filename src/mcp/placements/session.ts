// Placement `session`: the credential once, when the server's session opens. Later requests carry
// only what the server gave for it: an `Mcp-Session-Id` (protocol sessions, 2025-11-25), or a
// handle of its own in `Onbehalf-Session`.

import { headerFill } from '../../core/carry/placing.ts'
import { granted } from '../../core/errors.ts'
import { SESSION_HEADER } from '../../core/wire-names.ts'
import { handleIn } from './handle.ts'
import { FILLED, type Part } from './part.ts'

/**
 * The part for one session with one server. Make one for each session.
 *
 * @param onHandle Called with each handle. To the server, whoever has the handle is the person, so
 *   it must not come back in an answer either.
 */
export function sessionPart(onHandle: (handle: string) => void): Part {
  const { uses, fill } = headerFill()
  const opening = uses.map(({ source }) => ({ source, at: 'session, once' }))
  let handle: string | undefined
  return ({ sent }, attempt) => {
    // After a 401 the session is over. The credential opens a new one.
    if (attempt > 0) handle = undefined
    if (attempt === 0 && sent.headers.has('mcp-session-id')) return granted(undefined)
    if (handle !== undefined) {
      const known = handle
      return granted({
        uses: [],
        fill({ headers }) {
          headers.set(SESSION_HEADER, known)
          return FILLED
        },
      })
    }
    return granted({
      uses: opening,
      fill: ({ headers }, { tokens, request }) => fill(headers, tokens, request),
      answered(response) {
        const given = handleIn(response)
        if (given === undefined) return
        onHandle(given)
        handle = given
      },
    })
  }
}
