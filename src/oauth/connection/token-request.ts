// The requests of a connection to the pinned authorization server: a code for tokens, a refresh token for new ones, a revocation.

import { revocationRequest } from 'oauth4webapi'
import type { Credential } from '../../core/credential.ts'
import { type Result, refused } from '../../core/errors.ts'
import type { AuthorizationServer } from '../../core/http/authorization-server.ts'
import { withDeadline } from '../../core/http/deadline.ts'
import { asClientAuth, ask } from '../ask.ts'
import { tokenRequests } from '../token-endpoint.ts'
import type { KnownClient } from './client.ts'
import { type AccountTokens, judgeTokens } from './judge-tokens.ts'
import { type Parts, seconds } from './parts.ts'
import type { Settings } from './settings.ts'

/** Where a step goes: the metadata, with what the operator named in its place. */
export function endpointsOf(
  server: AuthorizationServer,
  { endpoints }: Settings,
): AuthorizationServer {
  const { authorization, token, revocation } = endpoints ?? {}
  return {
    ...server,
    ...(authorization === undefined ? {} : { authorizationEndpoint: authorization }),
    ...(token === undefined ? {} : { tokenEndpoint: token }),
    ...(revocation === undefined ? {} : { revocationEndpoint: revocation }),
  }
}

/** One request for tokens. */
export interface TokensWanted {
  readonly settings: Settings
  readonly client: KnownClient
  readonly grantType: 'authorization_code' | 'refresh_token'
  readonly parameters: Readonly<Record<string, string>>
  /** The scopes that are granted when the answer names none. */
  readonly scopes: readonly string[]
  readonly signal?: AbortSignal | undefined
}

/** Asks for tokens; `resource` goes along (RFC 8707). The answer comes from the pinned issuer or not at all: redirects are refused. */
export async function requestTokens(
  wanted: TokensWanted,
  parts: Parts,
): Promise<Result<AccountTokens>> {
  const { settings, client, grantType, parameters, scopes, signal } = wanted
  const { fetch, now, deadline } = parts
  const sent = seconds(parts)
  const ended = await withDeadline(deadline, signal, async (inTime) => {
    const server = await settings.metadata.current({ signal: inTime })
    if (!server.ok) return server
    const { tokenEndpoint } = endpointsOf(server.value, settings)
    if (tokenEndpoint === undefined) return refused('issuer_unavailable')
    const request = tokenRequests(
      {
        issuer: settings.issuer,
        tokenEndpoint,
        clientId: client.id,
        client: client.authentication,
      },
      { fetch, now, deadline },
    )
    return request(grantType, new URLSearchParams({ ...parameters, resource: settings.resource }), {
      signal: inTime,
    })
  })
  if (!ended.ok) return ended
  return ended.value.ok ? judgeTokens(ended.value.value, { scopes, now: sent }) : ended.value
}

/** Revokes a token (RFC 7009), as far as the server lets itself be asked; whether it said that it did. */
export async function revoke(
  token: Credential,
  hint: 'refresh_token' | 'access_token',
  settings: Settings,
  client: KnownClient,
  parts: Parts,
): Promise<boolean> {
  const { fetch, now, deadline } = parts
  const ended = await withDeadline(deadline, undefined, async (signal) => {
    const server = await settings.metadata.current({ signal })
    const endpoint = server.ok ? endpointsOf(server.value, settings).revocationEndpoint : undefined
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
