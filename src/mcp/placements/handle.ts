// The handle that a server gives for a credential: whoever sends it is the person, to that server
// alone.

import { SESSION_HEADER } from '../../core/wire-names.ts'

/** The handle in an answer. Undefined when there is none, or no text that may be one. */
export function handleIn(response: Response): string | undefined {
  const given = response.headers.get(SESSION_HEADER)
  return response.ok && given !== null && /^[\x21-\x7e]{16,512}$/.test(given) ? given : undefined
}
