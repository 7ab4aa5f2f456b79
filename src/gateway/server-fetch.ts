// The way to one server for one request of one person: over HTTP, or to a process.

import type { Caller } from '../caller.ts'
import type { CallerAtWork } from '../callers-by-token.ts'
import { isStdio } from '../core/binding.ts'
import type { Refusal } from '../core/errors.ts'
import { principalKey } from '../core/principal.ts'
import type { KeptCalls } from './kept-calls.ts'
import type { Memories } from './memories.ts'
import type { MakeFetch, ServerBreakers } from './server-breakers.ts'
import type { StdioSessions } from './stdio/sessions.ts'

/** What the way needs, shared by all requests. */
export interface ServerFetchParts {
  readonly memories: Memories
  readonly stdio: StdioSessions
  readonly breakers: ServerBreakers
  /** The URL of each server. */
  readonly urlOf: (server: string) => string
  /** Absent where people keep no credentials with the gateway. */
  readonly keptCalls?: KeptCalls | undefined
}

/**
 * Makes the `fetch`.
 *
 * @throws AuthError as `caller.fetch` does.
 */
export function serverFetch(
  server: string,
  caller: Caller | CallerAtWork,
  parts: ServerFetchParts,
  onRefused?: (refusal: Refusal) => void,
): typeof globalThis.fetch {
  const { keptCalls } = parts
  if (!keptCalls?.areOf(server)) return plainFetch(server, caller, parts, onRefused)
  return keptCalls.around(server, caller.principal, (heard) =>
    plainFetch(server, caller, parts, (refusal) => {
      heard(refusal)
      onRefused?.(refusal)
    }),
  )
}

function plainFetch(
  server: string,
  caller: Caller | CallerAtWork,
  { memories, stdio, breakers, urlOf }: ServerFetchParts,
  onRefused?: (refusal: Refusal) => void,
): typeof globalThis.fetch {
  const { principal } = caller
  const memory = memories.of(principal, server)
  if (isStdio(urlOf(server)) && 'transport' in caller)
    return stdio.fetchOf({ server, caller, memory })
  const makeFetch: MakeFetch = (heard) => caller.fetch(server, { memory, onRefused: heard })
  return breakers.guard(server, principalKey(principal), makeFetch, onRefused)
}
