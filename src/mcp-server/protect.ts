// protectMcpServer: a fetch handler of an MCP server, behind a door.

import type { AuditSink } from '../core/audit.ts'
import type { TokenExchanger } from '../core/exchange.ts'
import type { Principal } from '../core/principal.ts'
import type { TokenVerifier } from '../core/verify.ts'
import type { ApiInput, ServerCall } from './call.ts'

/** Where an error came from. */
export interface ErrorOrigin {
  readonly tool?: string
  readonly principal: Principal
  readonly trace: string
}

/** Options of {@link protectMcpServer}. */
export interface ProtectOptions {
  /** Identifier of the MCP server: the audience of the access tokens that it takes. */
  readonly resource: string
  /** Issuer identifiers to name in the protected resource metadata (RFC 9728). */
  readonly authorizationServers: readonly string[]
  readonly verifier: TokenVerifier
  /** Where every hop is recorded. A sink that throws makes the hop fail. */
  readonly audit: AuditSink
  /** The scopes that each tool needs. A tool that is not named here is refused; one that needs none is named with `[]`. */
  readonly toolScopes: Readonly<Record<string, readonly string[]>>
  /** Scopes that every request needs. Default none. */
  readonly scopes?: readonly string[]
  /** The APIs that tools call, by the names that the model is shown when one does not answer. Default none. */
  readonly apis?: Readonly<Record<string, ApiInput>>
  /** Needed when there are `apis`. */
  readonly exchanger?: TokenExchanger
  /** `Host` values to answer to. Default: the resource's own. */
  readonly allowedHosts?: readonly string[]
  /** Origins of web pages that may send requests, beside the resource's own. Default none. */
  readonly allowedOrigins?: readonly string[]
  /** Bytes of a request's body. Default 1 MiB. */
  readonly maxBodyBytes?: number
  /** Key of the audit's fingerprints, 32 bytes or more, one a deployment. Default: random. */
  readonly fingerprintKey?: Uint8Array<ArrayBuffer>
  /** Default `globalThis.fetch`, as it is when this is called. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds that one call to an API may take, and the reading of one request's body. Default 30,000. */
  readonly deadline?: number
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Gets what went wrong in a tool or in the handler, and warnings about tools without declared scopes. Default: dropped. */
  readonly onError?: (error: unknown, origin: ErrorOrigin) => void
}

/**
 * Puts an MCP server behind a door: only requests with a valid access token that was issued for this server reach the handler.
 *
 * @throws TypeError that names the setting, for a configuration that cannot work. Nothing is fetched.
 */
export function protectMcpServer(
  _options: ProtectOptions,
  _handler: (request: Request, call: ServerCall) => Promise<Response>,
): (request: Request) => Promise<Response> {
  throw new Error('being written')
}
