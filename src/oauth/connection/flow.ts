// The beginning of a connect flow: it sends a person to the authorization server (RFC 6749 section
// 4.1, RFC 7636, RFC 8707). It is not the sign-in: the person is signed in to the app already.

import { createHash } from 'node:crypto'
import type { Credential } from '../../core/credential.ts'
import { granted, type Result, refused } from '../../core/errors.ts'
import { type AuthorizationServer, endpointOf } from '../../core/http/server-metadata.ts'
import type { Principal } from '../../core/principal.ts'
import { isScope, missingScopes } from '../../core/scope.ts'
import { traceOf } from '../../core/trace.ts'
import { accountKey, readAccount } from './account.ts'
import { clientForFlow } from './client.ts'
import { browserCookie } from './cookie.ts'
import { beginFlow, FLOW_LIFE_SECONDS } from './flow-record.ts'
import { redirect, refusalPage } from './pages.ts'
import { nowSeconds, type Parts, record } from './parts.ts'
import { isReturnPath } from './return-path.ts'
import { bindsTokens, checkOffer, checkPkce, scopesToAsk, serverOf } from './server-of.ts'
import type { Settings } from './settings.ts'
import { newStoredKey, thumbprintOf } from './stored-key.ts'

/** What the person is sent away for. */
interface Going {
  readonly returnTo: string
  readonly scopes?: readonly string[]
}

/** Sends a person to the authorization server of one server. */
export async function startFlow(
  request: Request,
  principal: Principal,
  settings: Settings,
  going: Going,
  parts: Parts,
): Promise<Response> {
  const { signal } = request
  const begun = await begin(principal, settings, going, parts, signal)
  if (begun.ok) return redirect(302, begun.value.href, begun.value.cookie)
  // No credential is in it, so an audit that fails changes nothing.
  await record(
    parts,
    {
      trace: traceOf(request.headers),
      principal,
      destination: settings.issuer,
      audience: [settings.resource],
      scopes: going.scopes ?? settings.scopes,
      operation: 'connect',
    },
    begun,
  )
  return refusalPage({ ...begun.refusal, server: settings.name })
}

async function begin(
  principal: Principal,
  settings: Settings,
  { returnTo, scopes: asked = [] }: Going,
  parts: Parts,
  signal: AbortSignal,
): Promise<Result<{ readonly href: string; readonly cookie: string }>> {
  if (!isReturnPath(returnTo) || !mayAsk(asked, settings)) return refused('connect_refused')
  const prepared = await prepareFlow(settings, parts, signal)
  if (!prepared.ok) return prepared
  const { server, endpoint, clientId } = prepared.value
  const before = asked.length > 0 ? await grantedBefore(principal, settings, parts) : []
  const scopes = scopesToAsk(server, settings, [...before, ...asked])
  const dpopKey = bindsTokens(server, settings) ? await newStoredKey() : undefined
  const flow = await beginFlow(parts.store, principal, settings, {
    clientId,
    returnTo,
    scopes,
    namesIssuer: server.namesIssuer === true,
    dpopKey,
    expiresAt: nowSeconds(parts) + FLOW_LIFE_SECONDS,
  })
  if (!flow) return refused('connect_refused')
  const { state, verifier } = flow
  return granted({
    href: await authorizationUrl(endpoint, settings, {
      clientId,
      scopes,
      state,
      verifier,
      dpopKey,
    }),
    cookie: browserCookie(settings, flow.browser, FLOW_LIFE_SECONDS),
  })
}

/** What a flow needs of the authorization server, before a person is sent there. */
interface PreparedFlow {
  readonly server: AuthorizationServer
  /** The authorization endpoint. */
  readonly endpoint: string
  readonly clientId: string
}

/** Finds out whether people can be sent to the authorization server, and as which client. */
export async function prepareFlow(
  settings: Settings,
  parts: Parts,
  signal: AbortSignal,
): Promise<Result<PreparedFlow>> {
  const found = await serverOf(settings, signal)
  if (!found.ok) return found
  const server = found.value
  const at = `${settings.at}endpoints`
  const authorization = endpointOf(server, 'authorization_endpoint', `${at}.authorization`)
  if (!authorization.ok) return authorization
  const token = endpointOf(server, 'token_endpoint', `${at}.token`)
  if (!token.ok) return token
  const pkce = checkPkce(server, settings)
  if (!pkce.ok) return pkce
  const offer = await checkOffer(settings, signal)
  if (!offer.ok) return offer
  const client = await clientForFlow(settings, parts, signal)
  return client.ok
    ? granted({ server, endpoint: authorization.value, clientId: client.value.id })
    : client
}

/** A request for scopes comes from the app, which may have them from a server's challenge. */
function mayAsk(asked: readonly string[], { scopes, stepUp }: Settings): boolean {
  return (
    asked.every(isScope) &&
    (stepUp === undefined || missingScopes(asked, [...scopes, ...stepUp]).length === 0)
  )
}

/** Without the scopes that it has, a stepped-up account would lose them. */
async function grantedBefore(
  principal: Principal,
  settings: Settings,
  { store }: Parts,
): Promise<readonly string[]> {
  return readAccount(await store.read(accountKey(principal, settings)), settings)?.scopes ?? []
}

interface Sent {
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly state: string
  /** The proof key (RFC 7636). Only its digest is sent. */
  readonly verifier: string
  /** It comes back in the ID token (OpenID Connect Core 1.0 section 3.1.2.1). */
  readonly nonce?: string
  readonly dpopKey?: Credential | undefined
}

/** The URL to send a person to: the authorization request (RFC 6749 section 4.1.1). */
export async function authorizationUrl(
  endpoint: string,
  settings: Settings,
  { clientId, scopes, state, verifier, nonce, dpopKey }: Sent,
): Promise<string> {
  const url = new URL(endpoint)
  const parameters = {
    ...settings.parameters,
    response_type: 'code',
    client_id: clientId,
    redirect_uri: settings.redirectUri,
    state,
    ...(nonce === undefined ? {} : { nonce }),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    // It binds the code to the key as well (RFC 9449 section 10).
    ...(dpopKey ? { dpop_jkt: await thumbprintOf(dpopKey) } : {}),
    ...(settings.sentResource === undefined ? {} : { resource: settings.sentResource }),
    ...(scopes.length > 0 ? { scope: scopes.join(settings.scopeSeparator ?? ' ') } : {}),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}
