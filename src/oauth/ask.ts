// Sends one authenticated request to an authorization server. oauth4webapi builds the request. This
// file bounds the answer; other files judge it.

import { allowInsecureRequests, type ClientAuth, customFetch } from 'oauth4webapi'
import { isNonce } from '../core/door/proof.ts'
import { granted, type Result, refused } from '../core/errors.ts'
import { type BoundedOptions, fetchJson, type JsonAnswer } from '../core/http/bounded-json.ts'
import { isObject } from '../core/json.ts'
import type { ClientAuthentication } from './client-authentication.ts'
import type { DpopKey } from './dpop.ts'
import { withoutSentWords } from './sent-words.ts'

/** The options under which oauth4webapi hands its request to us. */
export interface AskOptions {
  /** `checkEndpoint` decides about plain http (loopback only), not the library. */
  readonly [allowInsecureRequests]: true
  readonly [customFetch]: (url: string, request: BuiltRequest) => Promise<Response>
}

interface BuiltRequest {
  readonly body: URLSearchParams
  readonly headers: Record<string, string>
}

type Send = (options: AskOptions) => Promise<Response>

/**
 * Runs one request function of oauth4webapi.
 *
 * @param dpop The key that the request proves possession of. When the server asks for its nonce in
 *   the proof (RFC 9449 section 8), the request is built and sent once more. It is built again
 *   because the client's assertion in it is good for one request only.
 * @returns The answer; `exchange_failed` when the client authentication threw, so that nothing was
 *   sent.
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
  const sendOnce = (serverNonce?: string): Promise<Result<JsonAnswer>> =>
    askOnce(send, { ...bounded, fetch }, async (url) => ({
      dpop: await dpop.proof({
        method: 'POST',
        url,
        ...(serverNonce === undefined ? {} : { nonce: serverNonce }),
      }),
    }))
  const first = await sendOnce()
  return first.ok && wantsNonce(first.value) && nonce !== undefined && isNonce(nonce)
    ? sendOnce(nonce)
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
        const answered = await fetchJson(
          url,
          { method: 'POST', headers: { ...headers, ...(await proof(url)) }, body },
          bounded,
        )
        answer = answered.ok ? granted(withoutSentWords(answered.value, body, headers)) : answered
        // The library gets an empty answer to judge: its errors would carry bodies and headers.
        return new Response(null)
      },
    })
  } catch {
    // The error of a client authentication may quote the secret, so it ends here.
  }
  return answer
}

function wantsNonce({ status, json }: JsonAnswer): boolean {
  return (status === 400 || status === 401) && isObject(json) && json.error === 'use_dpop_nonce'
}

/** Turns our client authentication into the function that oauth4webapi calls. */
export function asClientAuth(client: ClientAuthentication, now: () => number): ClientAuth {
  return (server, { client_id: clientId }, body, headers) =>
    client({ issuer: server.issuer, clientId, now: now() / 1000, body, headers })
}
