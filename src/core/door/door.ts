// The door: a request comes in, its access token is read and verified, and a principal goes on, or the refusal's answer goes back.

import { type Auditor, outcomeOf } from '../audit.ts'
import { Credential, isBearerToken } from '../credential.ts'
import { granted, type Refusal, type Result, refused } from '../errors.ts'
import type { Principal } from '../principal.ts'
import { canonicalResource, resourceMetadataUrl } from '../resource.ts'
import { missingScopes } from '../scope.ts'
import { traceOf } from '../trace.ts'
import type { TokenVerifier, VerifiedToken } from '../verify/verify.ts'
import { toResponse } from './answer.ts'
import type { ProofVerifier, VerifiedProof } from './proof.ts'

/** Reads the one access token of a request from its `Authorization` header (RFC 6750 section 2.1); no other place is accepted. */
export function readCredential(
  request: Request,
  expected: 'bearer' | 'dpop' = 'bearer',
): Result<Credential> {
  if (new URL(request.url).searchParams.has('access_token')) return refused('credential_in_query')
  const header = request.headers.get('authorization')
  if (header === null) return refused('credential_missing')
  // Two headers arrive joined by a comma, which no scheme of ours contains.
  if (header.includes(',')) return refused('credential_repeated')
  const [scheme = '', token = '', ...more] = header.trim().split(/\s+/)
  if (scheme.toLowerCase() !== expected) return refused('credential_missing')
  if (more.length > 0 || token.length > LONGEST_TOKEN || !isBearerToken(token))
    return refused('credential_malformed')
  return granted(new Credential(token))
}

/** What was presented elsewhere, unless the URL has a credential as well: that one is in logs by now. */
function readPresented(request: Request, { credential }: Presented): Result<Credential> {
  return new URL(request.url).searchParams.has('access_token')
    ? refused('credential_in_query')
    : credential
}

function usesDpop(request: Request): boolean {
  return /^\s*dpop(?:\s|$)/i.test(request.headers.get('authorization') ?? '')
}

/** Characters; servers limit all headers together to about twice this. */
const LONGEST_TOKEN = 8192

/** What stands behind an admitted request. */
export interface Admitted {
  readonly principal: Principal
  readonly token: VerifiedToken
  /** The access token itself: put it into the vault at once, or drop it. */
  readonly credential: Credential
  /** W3C trace id that ties the hops together. */
  readonly trace: string
}

/** The door's answer. */
export type Admission<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal; readonly response: Response }

/** A credential that is presented in another place than the `Authorization` header. */
export interface Presented {
  /** The credential, or the reason for which there is none to verify. */
  readonly credential: Result<Credential>
  /** The place, for the audit. */
  readonly placement: string
}

/** A door for one resource. */
export interface Door {
  /** The resource that tokens must have been issued for. */
  readonly resource: string
  /**
   * Admits a request, or gives the answer to send: 400, 401, 403 or 503 with its challenge.
   *
   * @param options.scopes What this operation needs beyond the door's own scopes; a token without them is refused with 403.
   * @param options.presented Where a server takes credentials in a place of its own: what was there. The `Authorization` header is not read
   *   then; a server that takes both refuses requests with two.
   */
  admit(
    request: Request,
    options?: {
      readonly scopes?: readonly string[]
      readonly operation?: string
      readonly presented?: Presented
    },
  ): Promise<Admission<Admitted>>
  /** Refuses a request that was admitted, for lack of scopes: audited, and answered with 403 that names all that is needed. */
  refuse(
    admitted: Admitted,
    scopes: readonly string[],
    operation?: string,
  ): Promise<{ readonly refusal: Refusal; readonly response: Response }>
}

/** Options of {@link createDoor}. */
export interface DoorOptions {
  /** This resource's identifier: the audience of the tokens it takes. */
  readonly resource: string
  readonly verifier: TokenVerifier
  readonly auditor: Auditor
  /** Scopes that every request needs. Default none. */
  readonly scopes?: readonly string[]
  /** Scopes to name in the 401 challenge, for clients to ask for. Default: `scopes`. */
  readonly scopesSupported?: readonly string[]
  /** The hop's name in the audit. Default `door`. */
  readonly hop?: 'door' | 'server-door'
  /**
   * A header such as `X-User-ID` that callers send along. It is never identity: when it is there, it must equal the subject, or the
   * request is refused. Default: not looked at.
   */
  readonly subjectHeader?: string
  /**
   * Takes access tokens that are bound to a key, as `Authorization: DPoP` with a proof of its possession (RFC 9449), beside bearer tokens; see
   * `dpopProofs` in onbehalf/jwt. Default: none, and a token that is bound to a key is refused.
   */
  readonly proofs?: ProofVerifier
}

/**
 * Makes a door.
 *
 * @throws TypeError when the resource is no usable identifier.
 */
export function createDoor(options: DoorOptions): Door {
  const {
    verifier,
    auditor,
    scopes: always = [],
    scopesSupported = always,
    hop = 'door',
    subjectHeader,
    proofs,
  } = options
  const resource = canonicalResource(options.resource)
  const { origin } = new URL(resource)
  const face = {
    resourceMetadata: resourceMetadataUrl(resource),
    scopes: scopesSupported,
    ...(proofs ? { proofAlgorithms: proofs.algorithms } : {}),
  }

  /** The proof of a request that uses the DPoP scheme. The origin is ours, not what the request's Host header makes of it. */
  async function prove(
    request: Request,
    credential: Credential,
    verifying: ProofVerifier,
  ): Promise<Result<VerifiedProof>> {
    const url = `${origin}${new URL(request.url).pathname}`
    return verifying
      .verify(request.headers.get('dpop'), { method: request.method, url, credential })
      .catch(() => refused('proof_invalid'))
  }

  async function check(
    request: Request,
    needed: readonly string[],
    presented: Presented | undefined,
    token: { verified?: VerifiedToken },
  ): Promise<Result<Credential>> {
    const proving = !presented && usesDpop(request) ? proofs : undefined
    const credential = presented
      ? readPresented(request, presented)
      : readCredential(request, proving ? 'dpop' : 'bearer')
    if (!credential.ok) return credential
    const proof = proving && (await prove(request, credential.value, proving))
    if (proof && !proof.ok) return proof
    // A verifier that breaks its contract and throws has verified nothing.
    const verified = await verifier
      .verify(credential.value, resource, {
        signal: request.signal,
        ...(proof ? { keyThumbprint: proof.value.keyThumbprint } : {}),
      })
      .catch(() => refused('issuer_unavailable'))
    if (!verified.ok) return verified
    // The second line: a verifier that does not look at the binding would take a stolen token with a proof of anybody's key.
    if (verified.value.boundTo !== (proof ? proof.value.keyThumbprint : undefined))
      return refused('claim_invalid', { claim: 'cnf' })
    token.verified = verified.value
    if (proof && !proof.value.use()) return refused('proof_replayed')
    const named = subjectHeader === undefined ? null : request.headers.get(subjectHeader)
    if (named !== null && named !== verified.value.principal.subject)
      return refused('subject_header_mismatch')
    const missing = missingScopes(needed, verified.value.scopes)
    return missing.length > 0 ? refused('scope_missing', { scopes: needed }) : credential
  }

  async function record(
    trace: string,
    verified: VerifiedToken | undefined,
    operation: string | undefined,
    refusal?: Refusal,
    placement = 'header Authorization',
  ): Promise<boolean> {
    try {
      await auditor({
        hop,
        trace,
        outcome: outcomeOf(refusal?.reason),
        ...(refusal ? { reason: refusal.reason } : {}),
        destination: resource,
        placement,
        ...(operation === undefined ? {} : { operation }),
        ...(verified ? described(verified) : {}),
      })
      return true
    } catch {
      return false
    }
  }

  return {
    resource,
    async admit(request, { scopes = [], operation, presented } = {}): Promise<Admission<Admitted>> {
      const trace = traceOf(request.headers)
      const found: { verified?: VerifiedToken } = {}
      const needed = [...new Set([...always, ...scopes])]
      const checked = await check(request, needed, presented, found)
      const refusal = checked.ok ? undefined : checked.refusal
      const recorded = await record(trace, found.verified, operation, refusal, presented?.placement)
      if (!checked.ok)
        return { ok: false, refusal: checked.refusal, response: toResponse(checked.refusal, face) }
      if (!recorded || !found.verified) {
        const refusal: Refusal = { reason: 'audit_unavailable' }
        return { ok: false, refusal, response: toResponse(refusal, face) }
      }
      return {
        ok: true,
        value: {
          principal: found.verified.principal,
          token: found.verified,
          credential: checked.value,
          trace,
        },
      }
    },
    async refuse(admitted, scopes, operation) {
      const refusal: Refusal = { reason: 'scope_missing', scopes }
      await record(admitted.trace, admitted.token, operation, refusal)
      return { refusal, response: toResponse(refusal, face) }
    },
  }
}

function described(token: VerifiedToken) {
  return {
    principal: token.principal,
    audience: token.audience,
    scopes: token.scopes,
    expiresAt: token.expiresAt,
    ...(token.tokenId === undefined ? {} : { tokenId: token.tokenId }),
  }
}
