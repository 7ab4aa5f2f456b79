// Carry turns a credential into bytes: at the last moment, for one request, to one approved
// destination. No other part of this house does.

import { isNonce } from '../door/proof.ts'
import { type AuthError, granted, type Refusal, type Result, refused } from '../errors.ts'
import { missingScopes, narrowScopes } from '../scope.ts'
import { toError } from '../sentences.ts'
import type { IssuedToken, ProofRequest } from '../source/exchange.ts'
import type { IssueOptions } from '../source/issued-cache.ts'
import type { KnownScopes } from '../source/parts.ts'
import { traceparents } from '../trace.ts'
import { type CallDeadline, startCallDeadline } from './call-deadline.ts'
import { judgeAnswer, type Problem } from './judge-answer.ts'
import type { CarrierOptions, CarryOptions } from './options.ts'
import { type Body, type Outgoing, readOutgoing } from './outgoing.ts'
import type { Placing, Plan, Sent } from './placing.ts'
import { type HopUse, hopRecorder, type RecordHop } from './record-hop.ts'
import { send } from './send.ts'

/**
 * Request headers that never go on: our callers' own credentials and claims of identity, and
 * another name for the destination.
 */
const DROPPED = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'x-user-id',
  'host',
  // It counts the body before the credential was put into it.
  'content-length',
  'traceparent',
  'tracestate',
  'baggage',
] as const

/**
 * Carries one request. The placing gets the credential, so whoever can call this can read it: it
 * stays inside the library.
 */
export type Carry = (
  input: Parameters<typeof globalThis.fetch>[0],
  init: RequestInit | undefined,
  placing: Placing,
) => Promise<Response>

/**
 * Makes a `fetch` that carries one principal's credential to one destination.
 *
 * It refuses redirects. A 401 leads to one fresh credential and one repetition, because a server
 * that answers 401 has not run the request. A 403 that asks for more scopes leads to one wider
 * credential and one repetition, where the source allows it. Nothing else is repeated, and a body
 * that is a stream cannot be.
 *
 * @returns A `fetch` that throws {@link AuthError}, never an error from outside.
 *
 * @example
 * ```ts
 * const fetch = carryingFetch({ ...options, name: 'tasks', placing: headerPlacing() })
 * const response = await fetch('https://tasks.example/mcp', { method: 'POST', body })
 * ```
 */
export function carryingFetch({ placing, ...options }: CarryOptions): typeof globalThis.fetch {
  const carry = carrier(options)
  // It takes two arguments only, so nobody who calls it can bring a placing.
  return (input, init) => carry(input, init, placing)
}

/**
 * As {@link carryingFetch}, for a caller that has read its request already and gives a placing for
 * each one.
 */
export function carrier(options: CarrierOptions): Carry {
  const record = hopRecorder(options)
  const nextTraceparent = traceparents(options.trace)

  return async (input, init, placing) => {
    const outgoing = readOutgoing(input, init)
    const operation = outgoing?.method ?? 'GET'
    const deadline = startCallDeadline(operation, {
      deadlineMs: options.deadlineMs,
      callers: outgoing?.settings.signal,
      ends: options.signal,
    })
    try {
      const call = new Call(options, placing, operation, deadline, record)
      return await call.run(outgoing, nextTraceparent)
    } finally {
      deadline.end()
    }
  }
}

/** What one attempt came to. */
interface Attempted {
  readonly response: Response
  readonly use: HopUse
}

/** One call under way: at most two attempts of one request. */
class Call {
  readonly #options: CarrierOptions
  readonly #placing: Placing
  readonly #operation: string
  readonly #deadline: CallDeadline
  readonly #record: RecordHop
  /**
   * How the credential is asked for, and the nonce for its proof: an answer to the first attempt
   * changes both.
   */
  #asked: IssueOptions = {}
  #nonce: string | undefined

  constructor(
    options: CarrierOptions,
    placing: Placing,
    operation: string,
    deadline: CallDeadline,
    record: RecordHop,
  ) {
    this.#options = options
    this.#placing = placing
    this.#operation = operation
    this.#deadline = deadline
    this.#record = record
  }

  async run(outgoing: Outgoing | undefined, nextTraceparent: () => string): Promise<Response> {
    if (!outgoing || !this.#options.approves(outgoing.url, this.#operation))
      throw await this.#failure({ reason: 'destination_refused' })
    const body = await this.#deadline.wait(outgoing.body(), 'cancelled')
    if (!body.ok) throw await this.#failure(body.refusal)
    // The headers are ours to change: `readOutgoing` copied them.
    const { headers } = outgoing
    for (const header of DROPPED) headers.delete(header)
    const sent = { headers, body: body.value }

    for (let attempt = 0; ; attempt++) {
      headers.set('traceparent', nextTraceparent())
      const { response, use } = await this.#attempt(outgoing, sent, attempt)
      const problem = judgeAnswer(response, use.token)
      if (!problem) return response
      const isRepeated =
        attempt === 0 &&
        isRepeatable(sent.body) &&
        (response.status === 401 || (await this.#stepsUp(problem, use.token)))
      if (!isRepeated) return await this.#end(response, problem, use)
      response.body?.cancel().catch(() => {})
      await this.#deadline.waitAnyway(
        this.#record(this.#operation, { ...use, refusal: { reason: problem.reason } }),
      )
      this.#asked = response.status === 401 ? askedAfter401(response, problem, use.token) : {}
      this.#nonce = nonceOf(response) ?? this.#nonce
    }
  }

  /** One attempt: plan the request, ask for the credential, fill it in, record that, send. */
  async #attempt({ url, settings }: Outgoing, sent: Sent, attempt: number): Promise<Attempted> {
    const { source, fetch, name } = this.#options
    const deadline = this.#deadline
    const planned = await deadline.wait(
      Promise.resolve(this.#placing(sent, attempt)),
      'server_unreachable',
    )
    if (!planned.ok) throw await this.#failure(planned.refusal)
    const plan = planned.value
    const issued =
      plan.at === undefined
        ? undefined
        : await deadline.wait(source(this.#asked), 'issuer_unavailable')
    if (issued && !issued.ok) throw await this.#failure(issued.refusal, { at: plan.at })
    const token = issued?.value
    const use: HopUse = { ...(token ? { token } : {}), at: plan.at ?? 'none' }
    const filled = await deadline.wait(
      fill(plan, token, this.#proofRequest(url)),
      'issuer_unavailable',
    )
    if (!filled.ok) throw await this.#failure(filled.refusal, use)
    // Recorded before the credential is used: what cannot be recorded is not done.
    const recorded = await deadline.wait(this.#record(this.#operation, use), 'audit_unavailable')
    if (!recorded.ok) throw toError({ ...recorded.refusal, server: name })
    const answer = await deadline.wait(
      send(fetch, url, { ...settings, ...filled.value, signal: deadline.signal }),
      'server_unavailable',
    )
    if (!answer.ok) throw await this.#failure(answer.refusal, use)
    plan.answered?.(answer.value)
    return { response: answer.value, use }
  }

  #proofRequest(url: URL): ProofRequest {
    const request = { method: this.#operation, url: url.href }
    return this.#nonce === undefined ? request : { ...request, nonce: this.#nonce }
  }

  /**
   * Whether the source now has the scopes that a 403 asked for. It gives that token from now on.
   */
  async #stepsUp({ reason, challenge }: Problem, token: IssuedToken | undefined): Promise<boolean> {
    if (reason !== 'scope_missing' || !token) return false
    const wider = challenge.scopes
    if (missingScopes(wider, token.scopes).length === 0) return false
    const { source } = this.#options
    const issued = await this.#deadline.wait(source({ wider }), 'issuer_unavailable')
    return issued.ok && missingScopes(wider, issued.value.scopes).length === 0
  }

  /** Ends a call whose answer has a problem: gives the answer to the caller, or throws. */
  async #end(response: Response, problem: Problem, use: HopUse): Promise<Response> {
    const { throwProblems } = this.#options
    if (!throwProblems && isForCaller(response, problem)) {
      await this.#deadline.waitAnyway(
        this.#record(this.#operation, { ...use, refusal: { reason: problem.reason } }),
      )
      return response
    }
    response.body?.cancel().catch(() => {})
    throw await this.#failure(refusalOf(problem, throwProblems?.scopes ?? []), use)
  }

  /**
   * Records a failure and makes its error. The call has failed, so a record that fails changes
   * nothing.
   */
  async #failure(refusal: Refusal, use: HopUse = {}): Promise<AuthError> {
    await this.#deadline.waitAnyway(this.#record(this.#operation, { ...use, refusal }))
    return toError({ ...refusal, server: this.#options.name })
  }
}

/**
 * Whether the caller may read an answer with a problem. A redirect or a second 401 never passes.
 */
function isForCaller(response: Response, { reason }: Problem): boolean {
  return response.status !== 401 && reason !== 'redirect_refused'
}

/** Scopes of a challenge that an error repeats, where the operator named none. */
const MAX_SCOPES = 16
const MAX_SCOPE_CHARS = 128

/** The refusal for a problem. Of the scopes in the challenge it repeats the known ones only. */
function refusalOf({ reason, challenge }: Problem, known: KnownScopes): Refusal {
  if (reason !== 'scope_missing') return { reason }
  const scopes =
    known === 'any'
      ? challenge.scopes.filter(({ length }) => length <= MAX_SCOPE_CHARS).slice(0, MAX_SCOPES)
      : narrowScopes(challenge.scopes, known)
  return { reason, scopes }
}

/** How to ask for the credential after a 401: for another one, unless only the proof was wrong. */
function askedAfter401(
  response: Response,
  { challenge }: Problem,
  token: IssuedToken | undefined,
): IssueOptions {
  if (!token) return {}
  // With a nonce the server asks for another proof of the same token (RFC 9449 section 9). But it
  // may also send a nonce with every answer, so the error decides.
  const hasNonce = token.proof !== undefined && response.headers.has('dpop-nonce')
  return hasNonce && challenge.error !== 'invalid_token' ? {} : { refused: token }
}

/** The nonce that the next proof must have (RFC 9449 section 8.2). */
function nonceOf(response: Response): string | undefined {
  const nonce = response.headers.get('dpop-nonce')
  return nonce !== null && isNonce(nonce) ? nonce : undefined
}

/** Puts the credential into the request, as planned. */
async function fill(
  plan: Plan,
  token: IssuedToken | undefined,
  request: ProofRequest,
): Promise<Result<Sent>> {
  if (plan.at === undefined) return granted(plan.sent)
  try {
    return token ? await plan.fill(token, request) : refused('credential_malformed')
  } catch {
    // A proof that could not be signed, or arguments that could not be written.
    return refused('credential_malformed')
  }
}

function isRepeatable(body: Body): boolean {
  return body === null || typeof body === 'string' || body instanceof ArrayBuffer
}
