// Sends one authenticated request to an authorization server. oauth4webapi builds it; what comes back is bounded here and judged elsewhere.

import { allowInsecureRequests, type ClientAuth, customFetch } from 'oauth4webapi'
import { type BoundedOptions, fetchJson, type JsonAnswer } from '../core/bounded-json.ts'
import { type Result, refused } from '../core/errors.ts'
import type { ClientAuthentication } from './client-authentication.ts'

/** The options under which oauth4webapi hands its request to us. */
export interface AskOptions {
  /** Plain http is ruled by `checkEndpoint` (loopback only), not by the library. */
  readonly [allowInsecureRequests]: true
  readonly [customFetch]: (url: string, request: BuiltRequest) => Promise<Response>
}

interface BuiltRequest {
  readonly body: URLSearchParams
  readonly headers: Record<string, string>
}

/**
 * Runs one request function of oauth4webapi's.
 *
 * @returns The answer; `exchange_failed` when no request came about, because the client authentication threw.
 */
export async function ask(
  send: (options: AskOptions) => Promise<Response>,
  bounded: BoundedOptions,
): Promise<Result<JsonAnswer>> {
  let answer: Result<JsonAnswer> = refused('exchange_failed')
  try {
    await send({
      [allowInsecureRequests]: true,
      [customFetch]: async (url, { body, headers }) => {
        answer = await fetchJson(url, { method: 'POST', headers, body }, bounded)
        // The library's own judgement, whose errors carry bodies and headers, is not asked for.
        return new Response(null)
      },
    })
  } catch {
    // A strategy's error may quote the secret that it was given.
  }
  return answer
}

/** A strategy in the shape that oauth4webapi calls. */
export function asClientAuth(client: ClientAuthentication, now: () => number): ClientAuth {
  return (server, { client_id: clientId }, body, headers) =>
    client({ issuer: server.issuer, clientId, now: now() / 1000, body, headers })
}
