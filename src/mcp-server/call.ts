// One admitted request as the handler and its tools see it: the person behind it, and a `fetch` for
// each API. It holds a handle, no secret.

import type { Auditor } from '../core/audit.ts'
import { carryingFetch } from '../core/carry/carry.ts'
import { headerPlacing } from '../core/carry/placing.ts'
import type { Admitted } from '../core/door/door.ts'
import { refused } from '../core/errors.ts'
import { actorChain, type Principal } from '../core/principal.ts'
import type { TokenExchanger } from '../core/source/exchange.ts'
import type { IssuedCache } from '../core/source/issued-cache.ts'
import type { Party } from '../core/source/issued-target.ts'
import { credentialSource } from '../core/source/source.ts'
import { unbound } from '../core/unbound.ts'
import type { Handle, Vault } from '../core/vault/vault.ts'
import type { VerifiedToken } from '../core/verify/verify.ts'
import { type RunSecrets, rememberingSource } from '../mcp/redact/sent-secrets.ts'
import type { Api } from './api.ts'

/**
 * What the MCP SDK calls `AuthInfo`: give it to `handler.fetch(request, { authInfo })`. Its `token`
 * is blank.
 */
export interface CallAuthInfo {
  token: '[credential]'
  /** Empty when the token does not say. */
  clientId: string
  scopes: string[]
  /** Seconds since the epoch. */
  expiresAt: number
  resource: URL
  /**
   * The principal. `actors` are the subjects of the parties that act for it, the current one first.
   */
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
   * The `fetch` for one API, by its name among the `apis`. Each request carries a token that the
   * authorization server issued for the API in exchange for the caller's; the caller's own token
   * never goes on. It throws `AuthError` when there is no credential or no answer, and when the
   * response of this call is over.
   *
   * @throws AuthError `server_unbound` for a name that is not among the `apis`.
   */
  fetch(api: string): typeof globalThis.fetch
  /** Gives an error to the operator's `onError`, with the principal and the trace. */
  report(error: unknown, tool?: string): void
}

/** What all calls of a server share. */
export interface CallParts {
  readonly resource: string
  readonly apis: ReadonlyMap<string, Api>
  readonly vault: Vault
  readonly auditor: Auditor
  readonly cache: IssuedCache
  /** Who takes tokens: this server, and its APIs. */
  readonly parties: readonly Party[]
  /** The exchanger for tokens of one issuer. */
  readonly exchangerOf: (issuer: string) => TokenExchanger | undefined
  readonly fetch: typeof globalThis.fetch
  /** For one call of an API. */
  readonly deadlineMs: number
}

/**
 * A call, and the way to end it: then its credential is forgotten, and it can call no API any more.
 */
export interface OpenCall {
  readonly call: ServerCall
  readonly end: () => void
}

/** Opens the call of one admitted request. */
export async function openCall(
  { principal, token, credential, trace, traceparent }: Admitted,
  secrets: RunSecrets,
  report: ServerCall['report'],
  parts: CallParts,
): Promise<OpenCall> {
  const { vault } = parts
  const exchanger = parts.exchangerOf(principal.issuer)
  const handle = await vault.deposit({
    credential,
    owner: principal,
    destinations: exchanger ? [exchanger.issuer] : [],
    expiresAt: token.expiresAt,
  })
  let hasEnded = false
  const caller: Caller = {
    principal,
    token,
    trace,
    traceparent,
    secrets,
    handle,
    hasEnded: () => hasEnded,
  }
  return {
    call: {
      principal,
      token,
      trace,
      authInfo: authInfoOf(token, parts.resource),
      fetch: (name) => apiFetch(name, caller, parts),
      report,
    },
    end: () => {
      hasEnded = true
      void vault.discard(handle, principal)
    },
  }
}

/** For whom an API is called. */
interface Caller extends Pick<Admitted, 'principal' | 'token' | 'trace' | 'traceparent'> {
  /** What it is issued is remembered there, and taken out of the answer. */
  readonly secrets: RunSecrets
  readonly handle: Handle
  readonly hasEnded: () => boolean
}

function apiFetch(name: string, caller: Caller, parts: CallParts): typeof globalThis.fetch {
  const { principal, token, trace, traceparent, handle } = caller
  const { vault, auditor, cache, parties, fetch, deadlineMs } = parts
  const exchanger = parts.exchangerOf(principal.issuer)
  const api = parts.apis.get(name)
  if (!api) throw unbound('apis', name, [...parts.apis.keys()])
  const source = rememberingSource(
    credentialSource(
      api.binding,
      { token, handle, trace, traceparent },
      { vault, auditor, cache, parties, ...(exchanger ? { exchanger } : {}) },
    ),
    caller.secrets.at(api.binding),
  )
  return carryingFetch({
    name,
    approves: api.approves,
    resource: api.binding.resource,
    // A token stays in the cache longer than the call. The call must not use it after its end.
    source: async (asked) =>
      caller.hasEnded() ? refused('caller_ended', { server: name }) : source(asked),
    placing: headerPlacing(),
    principal,
    auditor,
    trace,
    traceparent,
    hop: 'api',
    fetch,
    deadlineMs,
  })
}

function authInfoOf(
  { principal, scopes, expiresAt }: VerifiedToken,
  resource: string,
): CallAuthInfo {
  const { issuer, subject, tenant, client = '' } = principal
  return {
    token: '[credential]',
    clientId: client,
    scopes: [...scopes],
    expiresAt,
    resource: new URL(resource),
    extra: {
      issuer,
      subject,
      ...(tenant === undefined ? {} : { tenant }),
      actors: [...actorChain(principal)],
    },
  }
}
