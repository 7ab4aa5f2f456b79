// Whom a call of TaskFlow classic is for: the access token of an argument, verified for this
// server, and a fetch that carries one for the API in its place. What such servers had to do by
// themselves; with a credential in the header the server kit does it.

import { randomBytes } from 'node:crypto'
import {
  type AuditSink,
  Credential,
  createAuditor,
  createDoor,
  type Result,
  type TokenExchanger,
  type TokenVerifier,
} from 'onbehalf'
import type { ApiFailure } from '../mcp/tasks-api.ts'

/** What it works with. */
export interface ActingOptions {
  /** This server's identifier: the audience of the tokens that it takes. */
  readonly resource: string
  /** The API's resource, ending in `/api`. */
  readonly api: string
  readonly verifier: TokenVerifier
  readonly exchanger: TokenExchanger
  readonly audit: AuditSink
  readonly fingerprintKey: Uint8Array<ArrayBuffer>
  /** Default `globalThis.fetch`, as it is when this is called. */
  readonly fetch?: typeof globalThis.fetch
}

/** The two arguments, as they came, and of which call. */
export interface Claimed {
  readonly user_id: string
  readonly access_token: string
  /** JSON pointer of the token in the arguments. */
  readonly at: string
  readonly tool: string
  /** The scopes that the tool needs. */
  readonly scopes: readonly string[]
}

/** The fetch for the API, or why there is none. */
export type Acting =
  | { readonly ok: true; readonly fetch: typeof globalThis.fetch }
  | { readonly ok: false; readonly failure: ApiFailure | 'user_id' }

/** Makes it; the request is the one that brought the call, for its trace. */
export function createActing(
  options: ActingOptions,
): (request: Request, claimed: Claimed) => Promise<Acting> {
  const { resource, api, verifier, exchanger, fetch = globalThis.fetch } = options
  const auditor = createAuditor(options.audit, { fingerprintKey: options.fingerprintKey })
  const door = createDoor({ resource, verifier, auditor, hop: 'server-door' })

  return async (request, { user_id, access_token, at, tool, scopes }) => {
    const presented = { credential: credentialOf(access_token), placement: `argument ${at}` }
    const admission = await door.admit(request, { scopes, operation: tool, presented })
    if (!admission.ok) return { ok: false, failure: { code: codeOf(admission.response.status) } }
    const { principal, token, credential, trace } = admission.value
    if (user_id !== principal.subject) {
      const reason = 'subject_header_mismatch'
      await auditor({
        hop: 'server-door',
        trace,
        principal,
        outcome: 'refused',
        reason,
        destination: resource,
        operation: tool,
      })
      return { ok: false, failure: 'user_id' }
    }
    const target = { resource: api, scopes: token.scopes }
    const issued = await exchanger.exchange(credential, target)
    await auditor({
      hop: 'exchange',
      trace,
      principal,
      outcome: issued.ok ? 'allowed' : 'failed',
      audience: [api],
      ...(issued.ok ? described(issued.value) : { reason: issued.refusal.reason }),
      destination: exchanger.issuer,
      placement: 'body subject_token',
    })
    if (!issued.ok) return { ok: false, failure: { code: 'signed_out' } }
    return {
      ok: true,
      async fetch(input, init) {
        const { method = 'GET' } = init ?? {}
        const placement = 'header Authorization'
        const hop = {
          hop: 'api',
          trace,
          principal,
          audience: [api],
          destination: api,
          placement,
          operation: method,
        } as const
        await auditor({ ...hop, ...described(issued.value), outcome: 'allowed' })
        const headers = new Headers(init?.headers)
        headers.set('authorization', `Bearer ${issued.value.credential.reveal()}`)
        headers.set('traceparent', `00-${trace}-${randomBytes(8).toString('hex')}-01`)
        return fetch(input, { ...init, headers, redirect: 'error' })
      },
    }
  }
}

function credentialOf(text: string): Result<Credential> {
  // Nothing else can stand in a header, where it was before somebody made an argument of it (RFC
  // 6750 section 2.1).
  if (!/^[\w.~+/-]{1,8192}=*$/.test(text))
    return { ok: false, refusal: { reason: 'credential_malformed' } }
  return { ok: true, value: new Credential(text) }
}

function codeOf(status: number): 'permission_missing' | 'unavailable' | 'signed_out' {
  return status === 403 ? 'permission_missing' : status === 503 ? 'unavailable' : 'signed_out'
}

function described({
  scopes,
  expiresAt,
  tokenId,
}: {
  scopes: readonly string[]
  expiresAt: number
  tokenId?: string
}) {
  return { scopes, expiresAt, ...(tokenId === undefined ? {} : { tokenId }) }
}
