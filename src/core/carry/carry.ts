// Carry turns a credential into bytes: at the last moment, for one request, to one approved
// destination. No other part of this house does.

import { type AuthError, granted, type Refusal, type Result, refused } from '../errors.ts'
import { type Eventual, orElse } from '../eventual.ts'
import { toError } from '../sentences.ts'
import type { ProofRequest } from '../source/exchange.ts'
import { traceparents } from '../trace.ts'
import { asksForProof, boundToken, isForCaller, nonceOf, refusalOf } from './after-answer.ts'
import { type CallDeadline, startCallDeadline } from './call-deadline.ts'
import { CallTokens } from './call-tokens.ts'
import { judgeAnswer, type Problem } from './judge-answer.ts'
import { type About, observeCall } from './observe-call.ts'
import type { CarrierOptions, CarryOptions } from './options.ts'
import { type Body, type Outgoing, readOutgoing, urlParser } from './outgoing.ts'
import type { Placing, Plan, Sent, Tokens } from './placing.ts'
import { type HopUse, hopRecorder, hopsOf, type RecordHops } from './record-hop.ts'
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
  finish?: Finish,
  about?: About,
) => Promise<Response>

/**
 * Makes of the answer what the caller of `fetch` gets. What ends the call ends this too.
 *
 * @param hold Called where the body of the answer is still to be read when this has returned. It
 *   gives what is to be called when that is over.
 */
export type Finish = (response: Response, hold: Hold) => Promise<Response>

/**
 * Holds the time of a call until its answer was read.
 *
 * @param moreMs Asked at the deadline: how many milliseconds more there are. Default none.
 */
export type Hold = (moreMs?: () => number) => () => void

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
  const urlOf = urlParser()

  return async (input, init, placing, finish, about) => {
    const outgoing = readOutgoing(input, init, urlOf)
    const operation = outgoing?.method ?? 'GET'
    const deadline = startCallDeadline(operation, {
      deadlineMs: options.deadlineMs,
      callers: outgoing?.settings.signal,
      ends: options.signal,
      isHeld: finish !== undefined,
    })
    const observed = observeCall(options, operation, about)
    let end = () => {
      deadline.end()
      observed?.end()
    }
    try {
      const call = new Call(options, placing, operation, deadline, record)
      const response = await call.run(outgoing, () => observed?.traceparent ?? nextTraceparent())
      observed?.answered(response)
      if (!finish) return response
      deadline.headersCame()
      return await finish(response, (moreMs) => {
        const endAfterBody = end
        end = () => {}
        if (moreMs) deadline.extend(moreMs)
        return endAfterBody
      })
    } catch (error) {
      observed?.failed(error)
      throw error
    } finally {
      end()
    }
  }
}

/** What one attempt came to. */
interface Attempted {
  readonly response: Response
  readonly tokens: Tokens
  /** The hops that were recorded for it: one for each credential. */
  readonly hops: readonly HopUse[]
}

/** One call under way: at most two attempts of one request. */
class Call {
  readonly #options: CarrierOptions
  readonly #placing: Placing
  readonly #operation: string
  readonly #deadline: CallDeadline
  readonly #record: RecordHops
  readonly #tokens: CallTokens
  /** The nonce for a proof. An answer to the first attempt may give one. */
  #nonce: string | undefined

  constructor(
    options: CarrierOptions,
    placing: Placing,
    operation: string,
    deadline: CallDeadline,
    record: RecordHops,
  ) {
    this.#options = options
    this.#placing = placing
    this.#operation = operation
    this.#deadline = deadline
    this.#record = record
    this.#tokens = new CallTokens(options, deadline)
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
      const attempted = await this.#attempt(outgoing, sent, attempt)
      const { response, tokens } = attempted
      const problem = judgeAnswer(response, boundToken(tokens))
      if (!problem) return response
      const isRepeated =
        attempt === 0 &&
        isRepeatable(sent.body) &&
        (response.status === 401 || (await this.#stepsUp(problem, tokens)))
      if (!isRepeated) return await this.#end(attempted, problem)
      response.body?.cancel().catch(() => {})
      await this.#recordProblem(attempted, problem)
      if (response.status === 401)
        this.#tokens.refuse(tokens, asksForProof(response, problem, tokens))
      this.#nonce = nonceOf(response) ?? this.#nonce
    }
  }

  /** One attempt: plan the request, ask for the credentials, fill them in, record that, send. */
  async #attempt({ url, settings }: Outgoing, sent: Sent, attempt: number): Promise<Attempted> {
    const { fetch, name } = this.#options
    const deadline = this.#deadline
    const planned = await deadline.wait(
      orElse(() => this.#placing(sent, attempt), notPlanned),
      'server_unreachable',
    )
    if (!planned.ok) throw await this.#failure(planned.refusal)
    const plan = planned.value
    const uses = plan.uses ?? []
    const issued = await this.#tokens.get(uses)
    if (!issued.ok)
      throw await this.#failure(issued.refusal, refusedUse(hopsOf(uses), issued.refusal))
    const tokens = issued.value
    const hops = hopsOf(uses, tokens)
    const filled = await deadline.wait(
      fill(plan, tokens, this.#proofRequest(url)),
      'issuer_unavailable',
    )
    if (!filled.ok) throw await this.#failure(filled.refusal, hops)
    const target = targetOf(filled.value, url)
    if (!target) throw await this.#failure({ reason: 'destination_refused' }, hops)
    // Recorded before the credential is used: what cannot be recorded is not done.
    const recorded = await deadline.wait(this.#record(this.#operation, hops), 'audit_unavailable')
    if (!recorded.ok) throw toError({ ...recorded.refusal, server: name })
    const { headers, body } = filled.value
    const answer = await deadline.wait(
      send(fetch, target, { ...settings, headers, body, signal: deadline.signal }, url),
      'server_unavailable',
    )
    if (!answer.ok) throw await this.#failure(answer.refusal, hops)
    plan.answered?.(answer.value)
    return { response: answer.value, tokens, hops }
  }

  #proofRequest(url: URL): ProofRequest {
    const request = { method: this.#operation, url: url.href }
    return this.#nonce === undefined ? request : { ...request, nonce: this.#nonce }
  }

  /** Whether the token now has the scopes that a 403 asked for. */
  async #stepsUp({ reason, challenge }: Problem, tokens: Tokens): Promise<boolean> {
    return reason === 'scope_missing' && this.#tokens.stepUp(tokens, challenge.scopes)
  }

  /** Ends a call whose answer has a problem: gives the answer to the caller, or throws. */
  async #end(attempted: Attempted, problem: Problem): Promise<Response> {
    const { throwProblems } = this.#options
    const { response, hops } = attempted
    if (!throwProblems && isForCaller(response, problem)) {
      await this.#recordProblem(attempted, problem)
      return response
    }
    response.body?.cancel().catch(() => {})
    throw await this.#failure(refusalOf(problem, throwProblems?.scopes ?? []), hops)
  }

  async #recordProblem({ hops }: Attempted, { reason }: Problem): Promise<void> {
    await this.#deadline.waitAnyway(this.#record(this.#operation, hops, { reason }))
  }

  /**
   * Records a failure and makes its error. The call has failed, so a record that fails changes
   * nothing.
   */
  async #failure(refusal: Refusal, hops: readonly HopUse[] = [{}]): Promise<AuthError> {
    await this.#deadline.waitAnyway(this.#record(this.#operation, hops, refusal))
    return toError({ ...refusal, server: this.#options.name })
  }
}

/** The hop whose credential was refused; all of them when it is not said whose. */
function refusedUse(hops: readonly HopUse[], { source }: Refusal): readonly HopUse[] {
  const refusedOnes = hops.filter((hop) => hop.source === source)
  return refusedOnes.length === 0 ? hops : refusedOnes
}

/**
 * Where the request goes. A credential may be in the path or the query of the URL, and nothing else
 * of it changes.
 */
function targetOf({ url }: Sent, approved: URL): URL | undefined {
  if (url === undefined) return approved
  const target = URL.canParse(url) ? new URL(url) : undefined
  return target?.origin === approved.origin ? target : undefined
}

/** Puts the credentials into the request, as planned. */
function fill(plan: Plan, tokens: Tokens, request: ProofRequest): Eventual<Result<Sent>> {
  if (!plan.uses) return granted(plan.sent)
  return orElse<Result<Sent>>(() => plan.fill(tokens, request), notFilled)
}

const notPlanned = () => refused('issuer_unavailable')

/** A proof that could not be signed, or arguments that could not be written. */
const notFilled = () => refused('credential_malformed')

function isRepeatable(body: Body): boolean {
  return body === null || typeof body === 'string' || body instanceof ArrayBuffer
}
