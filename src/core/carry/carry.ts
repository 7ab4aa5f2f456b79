// Carrying: the one room that turns a credential into bytes, at the last moment, for one request, to one approved destination.

import { type Auditor, outcomeOf } from '../audit.ts'
import {
  type AuthError,
  granted,
  type Refusal,
  type RefusalReason,
  type Result,
  refused,
} from '../errors.ts'
import { waiting } from '../http/deadline.ts'
import type { Principal } from '../principal.ts'
import { missingScopes, narrowScopes } from '../scope.ts'
import { toError } from '../sentences.ts'
import type { IssuedToken, ProofRequest } from '../source/exchange.ts'
import type { IssueOptions } from '../source/issued-cache.ts'
import type { CredentialSource } from '../source/parts.ts'
import { traceparents } from '../trace.ts'
import { judgeAnswer, type Problem } from './judge-answer.ts'
import { type Body, readOutgoing } from './outgoing.ts'
import type { Placing, Plan, Sent } from './placing.ts'

/** What a carrying `fetch` is made of; everything about the principal is closed over, nothing is ambient. */
export interface CarryOptions {
  /** The operator's name of the destination, for sentences and errors. */
  readonly name: string
  /** Whether a URL, in its final form, is the destination that the credential is bound to. */
  readonly approves: (url: URL) => boolean
  /** The destination's resource identifier, for the audit. */
  readonly resource: string
  readonly source: CredentialSource
  readonly placing: Placing
  readonly principal: Principal
  readonly auditor: Auditor
  readonly trace: string
  readonly hop: 'carry' | 'api'
  readonly fetch: typeof globalThis.fetch
  /** Milliseconds that a request may take in all; of a GET, until its headers. */
  readonly deadline: number
  /** Ends everything under way, for example when the sign-in is revoked. Default: nothing does. */
  readonly signal?: AbortSignal
  /**
   * Set it to get an AuthError for a 403 or a 5xx as well, instead of the answer. Its `scopes` are the
   * only ones that the error repeats from a challenge: the rest are the server's words.
   */
  readonly throwProblems?: { readonly scopes: readonly string[] }
}

/** Request headers that never go on: our callers' own credentials and claims of identity, and another name for the destination. */
const DROPPED = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'x-user-id',
  'host',
  // Of the body before the credential was put into it.
  'content-length',
  'traceparent',
  'tracestate',
  'baggage',
] as const

/**
 * Makes a `fetch` that carries one principal's credential to one destination.
 *
 * Redirects are refused. A 401 leads to one fresh credential and one repetition, because a server that answers 401 has not run the
 * request; nothing else is repeated, and a body that is a stream cannot be. It throws {@link AuthError}, never an error from outside.
 */
export function carryingFetch(options: CarryOptions): typeof globalThis.fetch {
  const {
    name,
    approves,
    resource,
    source,
    placing,
    principal,
    auditor,
    trace,
    hop,
    fetch,
    deadline,
    throwProblems,
  } = options
  const nextTraceparent = traceparents(trace)

  /** Writes one event of this hop; whether it was written. */
  async function record(operation: string, { token, at, reason }: Recorded): Promise<Result<true>> {
    const event = auditor({
      hop,
      trace,
      principal,
      outcome: outcomeOf(reason),
      ...(reason ? { reason } : {}),
      audience: [resource],
      ...(token ? { scopes: token.scopes } : {}),
      // A key that does not expire has no time to show.
      ...(token && Number.isFinite(token.expiresAt) ? { expiresAt: token.expiresAt } : {}),
      ...(token?.tokenId === undefined ? {} : { tokenId: token.tokenId }),
      destination: resource,
      ...(at === undefined ? {} : { placement: at }),
      operation,
    })
    return event.then(
      () => granted(true),
      () => refused('audit_unavailable'),
    )
  }

  async function send(url: URL, init: RequestInit): Promise<Result<Response>> {
    try {
      return granted(await fetch(url, { ...init, redirect: 'manual', credentials: 'omit' }))
    } catch (error) {
      // The foreign error may quote what was sent; it ends here.
      return refused(wasNeverSent(error) ? 'server_unreachable' : 'server_unavailable')
    }
  }

  return async (input, init) => {
    const outgoing = readOutgoing(input, init)
    const operation = outgoing?.method ?? 'GET'
    const limit = deadlineFor(operation, deadline)
    const callers = outgoing?.settings.signal
    const signals = [callers, options.signal, limit.signal].filter(
      (one) => one !== undefined && one !== null,
    )
    const signal = signals.length === 1 ? limit.signal : AbortSignal.any(signals)
    const steps = waiting(signal)

    /** Waits for a step; an abort is the caller's doing, or else the step took too long, by our deadline or by the caller's. */
    async function wait<T>(step: Promise<Result<T>>, late: RefusalReason): Promise<Result<T>> {
      const result = await steps.wait(step)
      if (options.signal?.aborted) return refused('handle_refused')
      return !result.ok && result.refusal.reason === 'cancelled' && !gaveUp(callers)
        ? refused(late)
        : result
    }

    /** The hop has failed, so an audit that fails as well changes nothing about it. */
    async function failure(refusal: Refusal, recorded: Recorded = {}): Promise<AuthError> {
      await steps.wait(record(operation, { ...recorded, reason: refusal.reason }))
      return toError({ ...refusal, server: name })
    }

    /** Whether the source has got what a 403 asked for beyond what it had; it gives that from now on. */
    async function stepsUp(
      { reason, challenge }: Problem,
      token: IssuedToken | undefined,
    ): Promise<boolean> {
      if (reason !== 'scope_missing' || !token) return false
      const wider = challenge.scopes
      if (missingScopes(wider, token.scopes).length === 0) return false
      const issued = await wait(source({ wider }), 'issuer_unavailable')
      return issued.ok && missingScopes(wider, issued.value.scopes).length === 0
    }

    try {
      if (!outgoing || !approves(outgoing.url))
        throw await failure({ reason: 'destination_refused' })
      const { url, settings } = outgoing
      const body = await wait(outgoing.body(), 'cancelled')
      if (!body.ok) throw await failure(body.refusal)
      // They are ours: `readOutgoing` made them.
      const { headers } = outgoing
      for (const header of DROPPED) headers.delete(header)
      const sent = { headers, body: body.value }
      const proving: { method: string; url: string; nonce?: string } = {
        method: operation,
        url: url.href,
      }
      let asked: IssueOptions = {}
      for (let attempt = 0; ; attempt++) {
        headers.set('traceparent', nextTraceparent())
        const planned = await wait(Promise.resolve(placing(sent, attempt)), 'server_unreachable')
        if (!planned.ok) throw await failure(planned.refusal)
        const plan = planned.value
        const issued =
          plan.at === undefined ? undefined : await wait(source(asked), 'issuer_unavailable')
        if (issued && !issued.ok) throw await failure(issued.refusal, { at: plan.at })
        const token = issued?.value
        const used: Recorded = { ...(token ? { token } : {}), at: plan.at ?? 'none' }
        const carrying = await wait(fill(plan, token, proving), 'issuer_unavailable')
        if (!carrying.ok) throw await failure(carrying.refusal, used)
        // Written before the credential is used: what cannot be recorded is not done.
        const recorded = await wait(record(operation, used), 'audit_unavailable')
        if (!recorded.ok) throw toError({ ...recorded.refusal, server: name })
        const answer = await wait(
          send(url, { ...settings, ...carrying.value, signal }),
          'server_unavailable',
        )
        if (!answer.ok) throw await failure(answer.refusal, used)
        const response = answer.value
        plan.answered?.(response)
        const problem = judgeAnswer(response, token)
        if (!problem) return response
        const again =
          attempt === 0 &&
          isRepeatable(body.value) &&
          ((await stepsUp(problem, token)) || response.status === 401)
        if (!again && !throwProblems && isForCaller(response, problem)) {
          await steps.wait(record(operation, { ...used, reason: problem.reason }))
          return response
        }
        response.body?.cancel().catch(() => {})
        if (!again) throw await failure(sayable(problem, throwProblems), used)
        await steps.wait(record(operation, { ...used, reason: problem.reason }))
        asked = response.status === 401 ? askedAfter401(response, problem, token) : {}
        const nonce = response.headers.get('dpop-nonce')
        if (nonce !== null && /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/.test(nonce)) proving.nonce = nonce
      }
    } finally {
      steps.end()
      limit.headersCame()
    }
  }
}

/** Whether the caller may read an answer with a problem. A redirect or a last 401 is ours alone. */
function isForCaller(response: Response, { reason }: Problem): boolean {
  return response.status !== 401 && reason !== 'redirect_refused'
}

/** The refusal for a problem, with those of the challenge's scopes that may be repeated. */
function sayable({ reason, challenge }: Problem, known: CarryOptions['throwProblems']): Refusal {
  if (reason !== 'scope_missing') return { reason }
  return { reason, scopes: narrowScopes(challenge.scopes, known?.scopes ?? []) }
}

/** How the credential is asked for after a 401. */
function askedAfter401(
  response: Response,
  { challenge }: Problem,
  token: IssuedToken | undefined,
): IssueOptions {
  // With a nonce the server asks for another proof of the same token (RFC 9449 section 9), but it may give one with every answer.
  const nonce = token?.proof !== undefined && response.headers.has('dpop-nonce')
  const sameToken = nonce && challenge.error !== 'invalid_token'
  return token && !sameToken ? { refused: token } : {}
}

/** What leaves. */
async function fill(
  plan: Plan,
  token: IssuedToken | undefined,
  request: ProofRequest,
): Promise<Result<Sent>> {
  if (plan.at === undefined) return granted(plan.sent)
  try {
    return token ? await plan.fill(token, { ...request }) : refused('credential_malformed')
  } catch {
    // A proof that could not be signed, arguments that could not be written.
    return refused('credential_malformed')
  }
}

/** What is recorded of one hop beside its operation. */
interface Recorded {
  readonly token?: IssuedToken
  readonly at?: string | undefined
  readonly reason?: RefusalReason
}

/** Codes of errors that come before there is a connection. A host or a network that is unreachable is told of one that was open, too. */
const NOT_CONNECTED: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Whether a request certainly did not leave. `fetch` wraps the platform's error as the cause of its own. */
function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const told: unknown = error.cause ?? error
  return told instanceof Error && 'code' in told && NOT_CONNECTED.has(told.code)
}

/** Whether the caller wants no answer any more. One that has waited long enough (`AbortSignal.timeout`) does. */
function gaveUp(signal: AbortSignal | null | undefined): boolean {
  return (
    signal?.aborted === true &&
    !(signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError')
  )
}

function isRepeatable(body: Body): boolean {
  return body === null || typeof body === 'string' || body instanceof ArrayBuffer
}

/** A GET may be a stream that stays open, so its deadline ends when the headers come; any other request has one for all of it. */
function deadlineFor(
  method: string,
  milliseconds: number,
): { readonly signal: AbortSignal; headersCame(): void } {
  if (method !== 'GET') return { signal: AbortSignal.timeout(milliseconds), headersCame: () => {} }
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), milliseconds)
  return { signal: controller.signal, headersCame: () => clearTimeout(timer) }
}
