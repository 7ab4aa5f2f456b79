// One admitted request, as the handler and its tools see it: who it is for, and a `fetch` for each API. It holds a handle, no secret.

import type { Auditor } from '../core/audit.ts'
import { carryingFetch } from '../core/carry/carry.ts'
import { headerPlacing } from '../core/carry/placing.ts'
import type { Admitted } from '../core/door/door.ts'
import { refused } from '../core/errors.ts'
import { actorChain, type Principal } from '../core/principal.ts'
import { toError } from '../core/sentences.ts'
import type { TokenExchanger } from '../core/source/exchange.ts'
import type { IssuedCache } from '../core/source/issued-cache.ts'
import { credentialSource } from '../core/source/source.ts'
import type { Vault } from '../core/vault/vault.ts'
import type { VerifiedToken } from '../core/verify/verify.ts'
import type { Api } from './api.ts'

/** What the MCP SDK calls `AuthInfo`: give it to `handler.fetch(request, { authInfo })`. Its `token` is blank. */
export interface CallAuthInfo {
  token: '[credential]'
  /** Empty when the token does not say. */
  clientId: string
  scopes: string[]
  /** Seconds since the epoch. */
  expiresAt: number
  resource: URL
  /** The principal; `actors` are the subjects of who acts for it, the current one first. */
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
   * caller's, which itself never goes on. It throws `AuthError` when there is no credential or no answer, and once the response is over.
   *
   * @throws AuthError `server_unbound` for a name that is not among the `apis`.
   */
  fetch(api: string): typeof globalThis.fetch
  /** Hands an error to the operator's `onError`, with the principal and the trace. */
  report(error: unknown, tool?: string): void
}

/** What all calls of a server share. */
export interface CallParts {
  readonly resource: string
  readonly apis: ReadonlyMap<string, Api>
  readonly vault: Vault
  readonly auditor: Auditor
  readonly cache: IssuedCache
  readonly exchanger: TokenExchanger | undefined
  readonly fetch: typeof globalThis.fetch
  readonly deadline: number
}

/** Opens the call of one admitted request; `end` forgets its credential, and calls of APIs are refused from then on. */
export async function openCall(
  { principal, token, credential, trace }: Admitted,
  report: ServerCall['report'],
  parts: CallParts,
): Promise<{ readonly call: ServerCall; readonly end: () => void }> {
  const { apis, vault, auditor, cache, exchanger, fetch, deadline } = parts
  const destinations = exchanger ? [exchanger.issuer] : []
  const handle = await vault.deposit({
    credential,
    owner: principal,
    destinations,
    expiresAt: token.expiresAt,
  })
  let ended = false
  const call: ServerCall = {
    principal,
    token,
    trace,
    authInfo: authInfoOf(token, parts.resource),
    fetch(name) {
      const api = apis.get(name)
      if (!api) throw toError({ reason: 'server_unbound', server: name })
      const source = credentialSource(
        api.binding,
        { token, handle, trace },
        { vault, auditor, cache, ...(exchanger ? { exchanger } : {}) },
      )
      return carryingFetch({
        name,
        approves: api.approves,
        resource: api.binding.resource,
        // A token in the cache outlives the call; the call's right to it does not.
        source: async (asked) =>
          ended ? refused('handle_refused', { server: name }) : source(asked),
        placing: headerPlacing(),
        principal,
        auditor,
        trace,
        hop: 'api',
        fetch,
        deadlineMs: deadline,
      })
    },
    report,
  }
  return {
    call,
    end: () => {
      ended = true
      void vault.discard(handle, principal)
    },
  }
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
