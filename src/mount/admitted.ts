// Who is let in by a helper whose answer is written to a response of node:http, and when they leave.

import type { ServerResponse } from 'node:http'
import type { Admission } from '../core/door/door.ts'

/** What `handle` needs of `createOnBehalf`. */
export interface Admitting<C> {
  admit(request: Request): Promise<Admission<C>>
  metadata(request: Request): Response | undefined
}

/** What a caller must be able to do. */
export interface Ending {
  end(): Promise<void>
}

/** Ends the caller when the response is closed: when all is sent, or the client has gone. */
export function endWith(caller: Ending, outgoing: ServerResponse): void {
  const end = () => void caller.end().catch(() => {})
  outgoing.on('close', end)
  if (outgoing.destroyed) end()
}
