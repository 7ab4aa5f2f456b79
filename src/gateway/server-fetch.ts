// The way to one server for one request of one person: over HTTP, or to a process.

import type { Caller } from '../caller.ts'
import { isStdio } from '../core/binding.ts'
import type { Refusal } from '../core/errors.ts'
import type { Memories } from './memories.ts'
import type { StdioSessions } from './stdio/sessions.ts'

/** What the way needs, shared by all requests. */
export interface ServerFetchParts {
  readonly memories: Memories
  readonly stdio: StdioSessions
  /** The URL of each server. */
  readonly urlOf: (server: string) => string
}

/**
 * Makes the `fetch`.
 *
 * @throws AuthError as `caller.fetch` does.
 */
export function serverFetch(
  server: string,
  caller: Caller,
  { memories, stdio, urlOf }: ServerFetchParts,
  onRefused?: (refusal: Refusal) => void,
): typeof globalThis.fetch {
  const memory = memories.of(caller.principal, server)
  return isStdio(urlOf(server))
    ? stdio.fetchOf({ server, caller, memory })
    : caller.fetch(server, { memory, ...(onRefused ? { onRefused } : {}) })
}
