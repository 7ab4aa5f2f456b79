// Run tokens: what a chat server behind the gateway holds in place of the person's token. Each is
// random, good for one request's time, for the person's MCP routes of this gateway alone.

import { createHash, randomBytes } from 'node:crypto'
import type { Caller } from '../../caller.ts'

/** The run tokens of one gateway. */
export interface RunTokens {
  /** Makes a token for a caller. It is good until `end`. */
  give(caller: Caller): { readonly token: string; end(): void }
  /** The caller of a request that has a run token; undefined for any other request. */
  callerOf(request: Request): Caller | undefined
}

/** No access token begins with it: the door knows at once which of the two it has. */
export const RUN_TOKEN_PREFIX = 'onbehalf-run-'

/** Makes an empty register. */
export function runTokens(): RunTokens {
  // Their hashes, so that a dump of the memory holds none for long.
  const callers = new Map<string, Caller>()
  return {
    give(caller) {
      const token = `${RUN_TOKEN_PREFIX}${randomBytes(32).toString('base64url')}`
      const key = hashOf(token)
      callers.set(key, caller)
      return { token, end: () => void callers.delete(key) }
    },
    callerOf(request) {
      const [, token] = /^bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
      return token?.startsWith(RUN_TOKEN_PREFIX) ? callers.get(hashOf(token)) : undefined
    },
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}
