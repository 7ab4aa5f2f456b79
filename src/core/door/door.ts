// The door: admits a request by its access token, as a principal, or gives the answer that refuses
// it.

import type { Auditor } from '../audit.ts'
import type { Credential } from '../credential.ts'
import { granted, type Refusal, type Result, refused } from '../errors.ts'
import { checkOptions, type OptionNames } from '../known-options.ts'
import type { PlainHttpOptions } from '../plain-http.ts'
import { PLAIN_HTTP_OPTIONS } from '../plain-http.ts'
import type { Principal } from '../principal.ts'
import { missingScopes } from '../scope.ts'
import { traceIn, traceOf } from '../trace.ts'
import type { TokenVerifier, VerifiedToken } from '../verify/verify.ts'
import { checkAccepted, facesOf } from './accepted.ts'
import { toResponse } from './answer.ts'
import type { KeptSignIn } from './kept-sign-in.ts'
import type { ProofVerifier, VerifiedProof } from './proof.ts'
import {
  type Asking,
  type Presented,
  readCredential,
  readPresented,
  schemeOf,
} from './read-credential.ts'
import { recorder } from './record-admission.ts'

/** What stands behind an admitted request. */
export interface Admitted {
  readonly principal: Principal
  readonly token: VerifiedToken
  /** The access token itself: put it into the vault at once, or drop it. */
  readonly credential: Credential
  /** W3C trace id that ties this request's hops together in the audit. */
  readonly trace: string
  /** The `traceparent` of the door's own hop, for the hops after it. Absent where nobody observes. */
  readonly traceparent?: string | undefined
  /** The sign-in that the token comes from, where the app keeps it: it gives fresh tokens. */
  readonly signIn?: KeptSignIn
}

/** The door's decision. When it refuses, `response` is the answer to send. */
export type Admission<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal; readonly response: Response }

/** What one request asks of the door. */
export interface AdmitOptions {
  /**
   * Scopes that this operation needs beyond the door's own. A token without them is refused with
   * 403.
   */
  readonly scopes?: readonly string[]
  /** The operation's name, for the audit. */
  readonly operation?: string
  /**
   * For a server that takes credentials in a place of its own: what it found there. The door does
   * not read the `Authorization` header then, so a server that takes both must refuse requests with
   * two.
   */
  readonly presented?: Presented
}

/** A door for one resource. */
export interface Door {
  /** The identifier of what is behind the door: its resource, or else the first audience. */
  readonly resource: string
  /** Admits a request, or gives the answer to send: 400, 401, 403 or 503, with its challenge. */
  admit(request: Asking, options?: AdmitOptions): Promise<Admission<Admitted>>
  /**
   * Refuses a request that was admitted, because its token lacks scopes: records that, and answers
   * with a 403 that names every scope that is needed.
   */
  refuse(
    admitted: Admitted,
    scopes: readonly string[],
    operation?: string,
  ): Promise<{ readonly refusal: Refusal; readonly response: Response }>
}

/** Options of {@link createDoor}. */
export interface DoorOptions extends PlainHttpOptions {
  /**
   * This resource's identifier, and the audience of the tokens that the door takes unless `audience`
   * names another. Default, when there is an `audience`: the URL that is asked, which only
   * challenges name.
   */
  readonly resource?: string
  /**
   * What tokens must name as their audience: one or several texts, compared exactly (a URL with or
   * without one trailing slash). Default: the resource.
   */
  readonly audience?: string | readonly string[]
  readonly verifier: TokenVerifier
  readonly auditor: Auditor
  /** Scopes that every request needs. Default none. */
  readonly scopes?: readonly string[]
  /** Scopes to name in the 401 challenge, for clients to ask for. Default: `scopes`. */
  readonly scopesSupported?: readonly string[]
  /** The hop's name in the audit. Default `door`. */
  readonly hop?: 'door' | 'server-door'
  /**
   * A header such as `X-User-ID` that callers send along. The door never takes it for an identity:
   * a request that has it with anything but the token's subject is refused. An empty one is none.
   * Default: the door does not look at it.
   */
  readonly subjectHeader?: string
  /**
   * Set it to take access tokens that are bound to a key as well: they come as `Authorization:
   * DPoP` with a proof that the caller has the key (RFC 9449); see `dpopProofs` in onbehalf/jwt.
   * Default: none, and the door refuses a token that is bound to a key.
   */
  readonly proofs?: ProofVerifier
}

/** Every option of the factory. A new one does not compile until it is here. */
const CREATE_DOOR_OPTIONS: OptionNames<DoorOptions> = {
  ...PLAIN_HTTP_OPTIONS,
  resource: 'optional',
  audience: 'optional',
  verifier: 'required',
  auditor: 'required',
  scopes: 'optional',
  scopesSupported: 'optional',
  hop: 'optional',
  subjectHeader: 'optional',
  proofs: 'optional',
}

/**
 * Makes a door.
 *
 * @throws TypeError when the resource is no usable identifier, or when neither a resource nor an
 *   audience is named: the Host header of a request must not decide whom tokens are for.
 *
 * @example
 * ```ts
 * const auditor = createAuditor(sink)
 * const door = createDoor({ resource: 'https://api.example', verifier, auditor })
 * const admission = await door.admit(request)
 * if (!admission.ok) return admission.response
 * const { principal } = admission.value
 * ```
 */
export function createDoor(options: DoorOptions): Door {
  checkOptions('createDoor', '', options, CREATE_DOOR_OPTIONS)
  const {
    verifier,
    auditor,
    scopes: doorScopes = [],
    hop = 'door',
    subjectHeader,
    proofs,
  } = options
  const { resource, audience, destination } = checkAccepted(options)
  const identify = identifier(audience, verifier, proofs, resource)
  const record = recorder(destination, hop, auditor)
  const faceOf = facesOf(resource, options.scopesSupported ?? doorScopes, proofs)
  const refuse = (refusal: Refusal, request: Asking | undefined) => {
    return { ok: false, refusal, response: toResponse(refusal, faceOf(request)) } as const
  }

  return {
    resource: destination,
    async admit(request, { scopes = [], operation, presented } = {}): Promise<Admission<Admitted>> {
      checkRequest(request)
      const { headers } = request
      const parent = headers.get('traceparent') ?? undefined
      const underWay = auditor.begin?.({ hop, destination, parent })
      const traceparent = underWay?.traceparent
      const trace = traceIn(traceparent) ?? traceOf(headers)
      const identified = await identify(request, presented)
      const needed = scopes.length === 0 ? doorScopes : [...new Set([...doorScopes, ...scopes])]
      const allowed = identified.ok
        ? allow(identified.value, request, subjectHeader, needed)
        : identified
      const isRecorded = await record({
        trace,
        operation,
        placement: presented?.placement,
        token: identified.ok ? identified.value.token : undefined,
        refusal: allowed.ok ? undefined : allowed.refusal,
      })
      // What cannot be recorded is not done.
      const decided = allowed.ok && !isRecorded ? refused('audit_unavailable') : allowed
      underWay?.end({ reason: decided.ok ? undefined : decided.refusal.reason })
      if (!decided.ok) return refuse(decided.refusal, request)
      const { token, credential } = decided.value
      const admitted = { principal: token.principal, token, credential, trace }
      return {
        ok: true,
        value: traceparent === undefined ? admitted : { ...admitted, traceparent },
      }
    },
    async refuse({ trace, token }, scopes, operation) {
      const refusal: Refusal = { reason: 'scope_missing', scopes }
      await record({ trace, operation, token, refusal })
      return refuse(refusal, undefined)
    },
  }
}

/** A caller whose token is verified. What it may do here is still open. */
interface Identified {
  readonly credential: Credential
  readonly token: VerifiedToken
  /** Set when the token is bound to a key. */
  readonly proof: VerifiedProof | undefined
}

/** Finds out who sends a request: reads the credential, then verifies the proof, then the token. */
function identifier(
  accepted: readonly string[],
  verifier: TokenVerifier,
  proofs: ProofVerifier | undefined,
  resource: string | undefined,
) {
  const origin = resource === undefined ? '' : new URL(resource).origin
  // A verifier that an app wrote may know one audience only.
  const [only, ...others] = accepted
  const audience = only !== undefined && others.length === 0 ? only : accepted

  return async (request: Asking, presented: Presented | undefined): Promise<Result<Identified>> => {
    const proving = !presented && schemeOf(request) === 'dpop' ? proofs : undefined
    const credential = presented
      ? readPresented(request, presented)
      : readCredential(request, proving ? 'dpop' : 'bearer')
    if (!credential.ok) return credential

    const proof = proving && (await verifyProof(proving, request, credential.value, origin))
    if (proof && !proof.ok) return proof
    const keyThumbprint = proof?.value.keyThumbprint

    const token = await verifier
      .verify(credential.value, audience, {
        signal: request.signal,
        ...(keyThumbprint === undefined ? {} : { keyThumbprint }),
      })
      // A verifier must not throw. One that does has verified nothing.
      .catch(() => refused('issuer_unavailable'))
    if (!token.ok) return token
    // The second line of defence: a verifier that ignores the key would take a stolen token
    // together with a proof of anybody's key.
    if (token.value.boundTo !== keyThumbprint) return refused('claim_invalid', { claim: 'cnf' })
    return granted({ credential: credential.value, token: token.value, proof: proof?.value })
  }
}

/**
 * Verifies the proof of a request that uses the DPoP scheme.
 *
 * @param origin Ours, from the configuration: the request's own comes from its Host header, which
 *   the caller chooses.
 */
async function verifyProof(
  proofs: ProofVerifier,
  request: Asking,
  credential: Credential,
  origin: string,
): Promise<Result<VerifiedProof>> {
  const url = `${origin}${new URL(request.url).pathname}`
  return proofs
    .verify(request.headers.get('dpop'), { method: request.method, url, credential })
    .catch(() => refused('proof_invalid'))
}

/** Decides whether a verified caller may do what the request asks. It uses up the proof. */
function allow(
  identified: Identified,
  request: Asking,
  subjectHeader: string | undefined,
  needed: readonly string[],
): Result<Identified> {
  const { token, proof } = identified
  if (proof && !proof.use()) return refused('proof_replayed')
  const subject = subjectHeader === undefined ? null : request.headers.get(subjectHeader)
  // A proxy may send the header empty, for nobody.
  if (subject !== null && subject !== '' && subject !== token.principal.subject)
    return refused('subject_header_mismatch')
  if (missingScopes(needed, token.scopes).length > 0)
    return refused('scope_missing', { scopes: needed })
  return granted(identified)
}

/** A request of node:http has its headers in a plain object, and no credential would be found there. */
function checkRequest(request: Asking): void {
  if (typeof request?.headers?.get !== 'function')
    throw new TypeError(
      'admit takes a Request of the web standard. For one of node:http or Express, give toRequest(incoming) of onbehalf/node; the listener of chatkitServer does so by itself',
    )
}
