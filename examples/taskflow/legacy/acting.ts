// Finds out whom a call of TaskFlow classic is for. It verifies the access token, wherever that was,
// and gives a fetch with another token, for the API. A server of the old kind had to do this itself.
// Where the credential is in the header, the server kit does it.

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

/** Options of {@link createActing}. */
export interface ActingOptions {
  /** This server's identifier: the audience of the tokens that it accepts. */
  readonly resource: string
  /** The API's resource, ending in `/api`. */
  readonly api: string
  readonly verifier: TokenVerifier
  readonly exchanger: TokenExchanger
  readonly audit: AuditSink
  readonly fingerprintKey: Uint8Array<ArrayBuffer>
  /** Default: the `globalThis.fetch` of the moment when {@link createActing} is called. */
  readonly fetch?: typeof globalThis.fetch
}

/** What the caller sent, and the tool call that it came with. */
export interface Claimed {
  /** Undefined where the server asks for the token alone. */
  readonly user_id?: string | undefined
  readonly access_token: string
  /** Where the token was, in the words of the audit. */
  readonly placement: string
  readonly tool: string
  /** The scopes that the tool needs. */
  readonly scopes: readonly string[]
}

/** The fetch for the API, or the reason why there is none. */
export type Acting =
  | { readonly ok: true; readonly fetch: typeof globalThis.fetch }
  | { readonly ok: false; readonly failure: ApiFailure | 'user_id' }

/**
 * Makes the function that admits one call. It takes the HTTP request that brought the call, whose
 * trace id goes into the audit events.
 */
export function createActing(
  options: ActingOptions,
): (request: Request, claimed: Claimed) => Promise<Acting> {
  const { resource, api, verifier, exchanger, fetch = globalThis.fetch } = options
  const auditor = createAuditor(options.audit, { fingerprintKey: options.fingerprintKey })
  const door = createDoor({ resource, verifier, auditor, hop: 'server-door' })

  return async (request, { user_id, access_token, placement: at, tool, scopes }) => {
    const presented = { credential: credentialOf(access_token), placement: at }
    const admission = await door.admit(request, { scopes, operation: tool, presented })
    if (!admission.ok) return { ok: false, failure: { code: codeOf(admission.response.status) } }
    const { principal, token, credential, trace } = admission.value
    if (user_id !== undefined && user_id !== principal.subject) {
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
  // A bearer token in a header has only these characters (RFC 6750 section 2.1). An argument may
  // hold no others.
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
