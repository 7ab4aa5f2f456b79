// The requests of a connection to the pinned authorization server: a code for tokens, a refresh
// token for new tokens, a revocation.

import { revocationRequest } from 'oauth4webapi'
import type { Credential } from '../../core/credential.ts'
import type { Result } from '../../core/errors.ts'
import { withDeadline } from '../../core/http/deadline.ts'
import { endpointOf } from '../../core/http/server-metadata.ts'
import { asClientAuth, ask } from '../ask.ts'
import { tokenRequests } from '../token-endpoint.ts'
import type { KnownClient } from './client.ts'
import { type AccountTokens, judgeTokens } from './judge-tokens.ts'
import { nowSeconds, type Parts } from './parts.ts'
import { serverOf } from './server-of.ts'
import type { Settings } from './settings.ts'

/** One request for tokens. */
export interface TokensWanted {
  readonly settings: Settings
  readonly client: KnownClient
  readonly grantType: 'authorization_code' | 'refresh_token'
  readonly parameters: Readonly<Record<string, string>>
  /** The granted scopes when the answer names none. */
  readonly scopes: readonly string[]
  /** The key that the tokens must be bound to. */
  readonly dpopKey?: Credential | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Asks for tokens, for the server's `resource` (RFC 8707). Only the pinned issuer can answer:
 * redirects are refused.
 */
export async function requestTokens(
  wanted: TokensWanted,
  parts: Parts,
): Promise<Result<AccountTokens>> {
  const { settings, client, grantType, parameters, scopes, dpopKey, signal } = wanted
  const { fetch, now, deadline, allowsHttp } = parts
  const sentAt = nowSeconds(parts)
  const ended = await withDeadline(deadline, signal, async (inTime) => {
    const server = await serverOf(settings, inTime)
    if (!server.ok) return server
    const at = `${settings.at}endpoints.token`
    const tokenEndpoint = endpointOf(server.value, 'token_endpoint', at)
    if (!tokenEndpoint.ok) return tokenEndpoint
    const request = tokenRequests(
      {
        issuer: settings.issuer,
        tokenEndpoint: tokenEndpoint.value,
        clientId: client.id,
        client: client.authentication,
      },
      { fetch, now, deadline, allowsHttp },
    )
    const form = new URLSearchParams(parameters)
    if (settings.sentResource !== undefined) form.set('resource', settings.sentResource)
    const dpop = dpopKey && (await parts.keys(dpopKey))
    return request(grantType, form, { signal: inTime, dpop, readsForms: true })
  })
  if (!ended.ok) return ended
  return ended.value.ok
    ? judgeTokens(ended.value.value, { scopes, now: sentAt, isBound: dpopKey !== undefined })
    : ended.value
}

/** Asks the server to revoke a token (RFC 7009), and tells whether it said that it did. */
export async function revoke(
  token: Credential,
  hint: 'refresh_token' | 'access_token',
  settings: Settings,
  client: KnownClient,
  parts: Parts,
): Promise<boolean> {
  const { fetch, now, deadline } = parts
  const ended = await withDeadline(deadline, undefined, async (signal) => {
    const server = await serverOf(settings, signal)
    const endpoint = server.ok ? server.value.revocationEndpoint : undefined
    if (endpoint === undefined) return false
    const answer = await ask(
      (asked) =>
        revocationRequest(
          { issuer: settings.issuer, revocation_endpoint: endpoint },
          { client_id: client.id },
          asClientAuth(client.authentication, now),
          token.reveal(),
          { ...asked, additionalParameters: { token_type_hint: hint } },
        ),
      { fetch, deadline, signal },
    )
    return answer.ok && answer.value.status === 200
  })
  return ended.ok && ended.value
}
