// Sends one authenticated request to an authorization server. oauth4webapi builds it; what comes back is bounded here and judged elsewhere.

import { allowInsecureRequests, type ClientAuth, customFetch } from 'oauth4webapi'
import { isNonce } from '../core/door/proof.ts'
import { type Result, refused } from '../core/errors.ts'
import { type BoundedOptions, fetchJson, type JsonAnswer } from '../core/http/bounded-json.ts'
import type { ClientAuthentication } from './client-authentication.ts'
import type { DpopKey } from './dpop.ts'

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

type Send = (options: AskOptions) => Promise<Response>

/**
 * Runs one request function of oauth4webapi's.
 *
 * @param dpop The key whose possession the request proves. A server that wants its nonce in the proof (RFC 9449 section 8) gets the request
 *   once more, made anew: the client's assertion in it is good for one request as well.
 * @returns The answer; `exchange_failed` when no request came about, because the client authentication threw.
 */
export async function ask(
  send: Send,
  bounded: BoundedOptions,
  dpop?: DpopKey,
): Promise<Result<JsonAnswer>> {
  if (!dpop) return askOnce(send, bounded, async () => ({}))
  let nonce: string | undefined
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const response = await bounded.fetch(input, init)
    nonce = response.headers.get('dpop-nonce') ?? undefined
    return response
  }
  const once = (wanted?: string): Promise<Result<JsonAnswer>> =>
    askOnce(send, { ...bounded, fetch }, async (url) => ({
      dpop: await dpop.proof({
        method: 'POST',
        url,
        ...(wanted === undefined ? {} : { nonce: wanted }),
      }),
    }))
  const first = await once()
  return first.ok && wantsNonce(first.value) && nonce !== undefined && isNonce(nonce)
    ? once(nonce)
    : first
}

async function askOnce(
  send: Send,
  bounded: BoundedOptions,
  proof: (url: string) => Promise<Readonly<Record<string, string>>>,
): Promise<Result<JsonAnswer>> {
  let answer: Result<JsonAnswer> = refused('exchange_failed')
  try {
    await send({
      [allowInsecureRequests]: true,
      [customFetch]: async (url, { body, headers }) => {
        answer = await fetchJson(
          url,
          { method: 'POST', headers: { ...headers, ...(await proof(url)) }, body },
          bounded,
        )
        // The library's own judgement, whose errors carry bodies and headers, is not asked for.
        return new Response(null)
      },
    })
  } catch {
    // A strategy's error may quote the secret that it was given.
  }
  return answer
}

function wantsNonce({ status, json }: JsonAnswer): boolean {
  const error =
    typeof json === 'object' && json !== null && 'error' in json ? json.error : undefined
  return (status === 400 || status === 401) && error === 'use_dpop_nonce'
}

/** A strategy in the shape that oauth4webapi calls. */
export function asClientAuth(client: ClientAuthentication, now: () => number): ClientAuth {
  return (server, { client_id: clientId }, body, headers) =>
    client({ issuer: server.issuer, clientId, now: now() / 1000, body, headers })
}
