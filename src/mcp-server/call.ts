// One admitted request, as the handler and its tools see it: who it is for, and a `fetch` for each API. It holds a handle, no secret.

import type { Principal } from '../core/principal.ts'
import type { VerifiedToken } from '../core/verify.ts'

/** An API that tools call on behalf of the person. */
export interface ApiInput {
  /** Only URLs of this origin, at this path or below it, get the credential. */
  readonly url: string
  /** The resource identifier that the API's tokens name as audience. Default: the URL. */
  readonly resource?: string
  /** The scopes that tokens for the API are asked for, as far as the person granted them; at least one. */
  readonly scopes: readonly string[]
}

/** What the MCP SDK calls `AuthInfo`: give it to `handler.fetch(request, { authInfo })`. Its `token` is blank. */
export interface CallAuthInfo {
  token: '[credential]'
  clientId: string
  scopes: string[]
  expiresAt: number
  resource: URL
  extra: { issuer: string; subject: string; tenant?: string; actors: string[] }
}

/** One admitted request. */
export interface ServerCall {
  readonly principal: Principal
  readonly token: VerifiedToken
  /** W3C trace id that ties this request's hops together in the audit. */
  readonly trace: string
  /** For `createMcpHandler`: the principal, in the place where tools of the MCP SDK look for it. */
  readonly authInfo: CallAuthInfo
  /**
   * The `fetch` for one API, by its name among the `apis`: each request carries a token that was issued for the API in exchange for the
   * caller's, which itself never goes on. It throws `AuthError` when there is no credential or no answer.
   *
   * @throws AuthError `server_unbound` for a name that is not among the `apis`.
   */
  fetch(api: string): typeof globalThis.fetch
  /** Hands an error to the operator's `onError`, with the principal and the trace. */
  report(error: unknown, tool?: string): void
}
