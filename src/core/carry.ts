// Carrying: the one room that turns a credential into bytes, at the last moment, for one request, to one approved destination.

import type { Auditor } from './audit.ts'
import type { Placement } from './binding.ts'
import { parseChallenge } from './challenge.ts'
import { isBearerToken } from './credential.ts'
import type { RefusalReason } from './errors.ts'
import type { IssuedToken } from './exchange.ts'
import type { Principal } from './principal.ts'
import type { CredentialSource } from './source.ts'
import { traceparent } from './trace.ts'
import { isFailure, toError } from './wire.ts'

/** What a carrying `fetch` is made of; everything about the principal is closed over, nothing is ambient. */
export interface CarryOptions {
  /** The operator's name of the destination, for sentences and errors. */
  readonly name: string
  /** Whether a URL, in its final form, is the destination that the credential is bound to. */
  readonly approves: (url: URL) => boolean
  /** The destination's resource identifier, for the audit. */
  readonly resource: string
  readonly source: CredentialSource
  readonly placement: Placement
  readonly principal: Principal
  readonly auditor: Auditor
  readonly trace: string
  readonly hop: 'carry' | 'api'
  readonly fetch: typeof globalThis.fetch
  /** Milliseconds that a request may take in all; of a GET, until its headers. */
  readonly deadline: number
}

/** Request headers that never go on: our callers' own credentials and claims of identity (threats 28, 64). */
const DROPPED = ['authorization', 'proxy-authorization', 'cookie', 'x-user-id', 'traceparent', 'tracestate', 'baggage']

/**
 * Makes a `fetch` that carries one principal's credential to one destination.
 *
 * Redirects are refused. A 401 leads to one fresh credential and one repetition, because a server that answers 401 has not run the
 * request; nothing else is repeated. It throws {@link AuthError}, never an error from outside.
 */
export function carryingFetch(options: CarryOptions): typeof globalThis.fetch {
  const { name, approves, source, principal, auditor, trace, hop, deadline } = options

  async function record(token: IssuedToken, operation: string, reason?: RefusalReason): Promise<void> {
    await auditor({
      hop,
      trace,
      principal,
      outcome: reason ? (isFailure(reason) ? 'failed' : 'refused') : 'allowed',
      ...(reason ? { reason } : {}),
      audience: [options.resource],
      scopes: token.scopes,
      expiresAt: token.expiresAt,
      ...(token.tokenId === undefined ? {} : { tokenId: token.tokenId }),
      destination: options.resource,
      placement: `header ${options.placement.name ?? 'Authorization'}`,
      operation,
    }).catch(() => {
      throw toError({ reason: 'audit_unavailable', server: name })
    })
  }

  async function send(url: URL, init: RequestInit, token: IssuedToken, signal: AbortSignal): Promise<Response> {
    const headers = new Headers(init.headers)
    for (const header of DROPPED) headers.delete(header)
    place(headers, token, options.placement, name)
    headers.set('traceparent', traceparent(trace))
    try {
      return await options.fetch(url, { ...init, headers, signal, redirect: 'manual', credentials: 'omit' })
    } catch {
      // The foreign error may quote what was sent; it ends here.
      const reason = init.signal?.aborted ? 'cancelled' : 'server_unavailable'
      await record(token, init.method ?? 'GET', reason)
      throw toError({ reason, server: name })
    }
  }

  return async (input, init) => {
    const { url, settings } = await readRequest(input, init)
    if (!approves(url)) throw toError({ reason: 'destination_refused', server: name })
    const operation = settings.method ?? 'GET'
    const limit = deadlineFor(operation, deadline)
    const signal = settings.signal ? AbortSignal.any([settings.signal, limit.signal]) : limit.signal
    let rejected: IssuedToken | undefined
    try {
      for (;;) {
        if (settings.signal?.aborted) throw toError({ reason: 'cancelled', server: name })
        const issued = await source(rejected ? { refused: rejected } : {})
        if (!issued.ok) throw toError({ ...issued.refusal, server: name })
        // Written before the credential is used: what cannot be recorded is not done.
        await record(issued.value, operation)
        const response = await send(url, settings, issued.value, signal)
        const problem = refusalOf(response)
        if (!problem) return response
        await record(issued.value, operation, problem)
        if (problem === 'scope_missing' || response.status === 403) return response
        await response.body?.cancel()
        const repeatable = settings.body === undefined || settings.body === null || typeof settings.body === 'string'
        if (problem === 'redirect_refused' || rejected || !repeatable) throw toError({ reason: problem, server: name })
        rejected = issued.value
      }
    } finally {
      limit.headersCame()
    }
  }
}

/** Why the credential was not taken, as far as the status tells; undefined when it was. */
function refusalOf(response: Response): 'redirect_refused' | 'server_refused' | 'scope_missing' | undefined {
  const { status } = response
  // A manual redirect is an opaque answer with status 0 where fetch follows the browser's rules.
  if (status === 0 || (status >= 300 && status < 400 && status !== 304)) return 'redirect_refused'
  if (status === 401) return 'server_refused'
  if (status === 403)
    return parseChallenge(response.headers.get('www-authenticate')).error === 'insufficient_scope'
      ? 'scope_missing'
      : 'server_refused'
  return undefined
}

/** A GET may be a stream that stays open, so its deadline ends when the headers come; any other request has one for all of it. */
function deadlineFor(method: string, milliseconds: number): { readonly signal: AbortSignal; headersCame(): void } {
  if (method !== 'GET') return { signal: AbortSignal.timeout(milliseconds), headersCame: () => {} }
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), milliseconds)
  return { signal: controller.signal, headersCame: () => clearTimeout(timer) }
}

/** Puts the credential into the headers. The charset is checked first, because `Headers` quotes a value that it refuses. */
function place(headers: Headers, token: IssuedToken, placement: Placement, server: string): void {
  const value = token.credential.reveal()
  const bare = placement.name !== undefined && placement.name.toLowerCase() !== 'authorization'
  if (!(bare ? /^[\x21-\x7e]+$/.test(value) : isBearerToken(value))) throw toError({ reason: 'credential_malformed', server })
  if (bare && placement.name) headers.set(placement.name, value)
  else headers.set('authorization', `Bearer ${value}`)
}

async function readRequest(
  input: Parameters<typeof globalThis.fetch>[0],
  init?: RequestInit,
): Promise<{ readonly url: URL; readonly settings: RequestInit }> {
  if (!(input instanceof Request)) return { url: new URL(input), settings: init ?? {} }
  const { method, headers, signal } = input
  const body = input.body === null ? null : await input.text()
  return { url: new URL(input.url), settings: { method, headers, signal, body, ...init } }
}
