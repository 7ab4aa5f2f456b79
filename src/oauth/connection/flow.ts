// The connect flow: it sends a person to the authorization server, and takes them back with a code
// (RFC 6749 section 4.1, RFC 7636, RFC 8707, RFC 9207). The same person must finish it who began
// it, in the same browser. It is not the sign-in: the person is signed in to the app already.

import { createHash } from 'node:crypto'
import { granted, isFailure, type Refusal, type Result, refused } from '../../core/errors.ts'
import type { Principal } from '../../core/principal.ts'
import { formatScopes } from '../../core/scope.ts'
import { toSentence } from '../../core/sentences.ts'
import { traceOf } from '../../core/trace.ts'
import { accountKey, newAccount, writeAccount } from './account.ts'
import { clientForFlow, knownClient } from './client.ts'
import { browserCookie, readCookie } from './cookie.ts'
import { beginFlow, FLOW_LIFE_SECONDS, type Flow, takeFlow } from './flow-record.ts'
import { judgeCallback } from './judge-callback.ts'
import type { AccountTokens } from './judge-tokens.ts'
import { nowSeconds, type Parts, record, type Step } from './parts.ts'
import { isReturnPath } from './return-path.ts'
import type { Settings } from './settings.ts'
import { endpointsOf, requestTokens } from './token-request.ts'

/** Sends a person to the authorization server of one server. */
export async function startFlow(
  request: Request,
  principal: Principal,
  settings: Settings,
  returnTo: string,
  parts: Parts,
): Promise<Response> {
  const { name: server } = settings
  if (!isReturnPath(returnTo)) return refusalPage({ reason: 'connect_refused', server })
  const { signal } = request
  const found = await settings.metadata.current({ signal })
  if (!found.ok) return refusalPage({ ...found.refusal, server })
  const { authorizationEndpoint, tokenEndpoint, pkce } = endpointsOf(found.value, settings)
  // Without S256, a thief of the code could redeem it. MCP forbids to go on.
  if (!pkce || authorizationEndpoint === undefined || tokenEndpoint === undefined)
    return refusalPage({ reason: 'issuer_unavailable', server })
  const client = await clientForFlow(settings, parts, signal)
  if (!client.ok) return refusalPage({ ...client.refusal, server })
  const { id: clientId } = client.value
  const expiresAt = nowSeconds(parts) + FLOW_LIFE_SECONDS
  const flow = await beginFlow(parts.store, principal, settings, { clientId, returnTo, expiresAt })
  if (!flow) return refusalPage({ reason: 'connect_refused', server })
  const url = new URL(authorizationEndpoint)
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: settings.redirectUri,
    state: flow.state,
    code_challenge: createHash('sha256').update(flow.verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource: settings.resource,
    ...(settings.scopes.length > 0 ? { scope: formatScopes(settings.scopes) } : {}),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return redirect(302, url.href, browserCookie(settings, flow.browser, FLOW_LIFE_SECONDS))
}

/** Takes a person back from the authorization server. */
export async function finishFlow(
  request: Request,
  principal: Principal,
  settings: Settings,
  parts: Parts,
): Promise<Response> {
  const { name: server } = settings
  const trace = traceOf(request.headers)
  const step: Step = {
    trace,
    principal,
    destination: settings.issuer,
    audience: [settings.resource],
    scopes: settings.scopes,
    operation: 'connect',
    placement: 'body code',
  }
  const { searchParams } = new URL(request.url)
  const [state, ...otherStates] = searchParams.getAll('state')
  const browser = readCookie(request.headers, settings)
  const metadata = await settings.metadata.current({ signal: request.signal })
  if (!metadata.ok) return refusalPage({ ...metadata.refusal, server })
  const flow =
    state === undefined || browser === undefined || otherStates.length > 0
      ? undefined
      : await takeFlow(parts.store, principal, settings, { state, browser }, nowSeconds(parts))
  if (!flow) {
    await record(parts, step, refused('connect_refused'))
    return refusalPage({ reason: 'connect_refused', server })
  }
  const expected = { issuer: settings.issuer, namesIssuer: metadata.value.namesIssuer === true }
  const connected = await connect(
    searchParams,
    expected,
    flow,
    { principal, settings, step },
    parts,
  )
  if (!connected.ok) await record(parts, step, connected)
  const back = new URL(flow.returnTo, settings.redirectUri)
  // The reason is one of our own words. Nothing of the answer is shown.
  if (!connected.ok) back.searchParams.set('connect_error', connectError(connected))
  return redirect(303, back.href, browserCookie(settings, '', 0))
}

interface Connecting {
  readonly principal: Principal
  readonly settings: Settings
  readonly step: Step
}

async function connect(
  answer: URLSearchParams,
  expected: { readonly issuer: string; readonly namesIssuer: boolean },
  flow: Flow,
  { principal, settings, step }: Connecting,
  parts: Parts,
): Promise<Result<true>> {
  const code = judgeCallback(answer, expected)
  if (!code.ok) return code
  const client = await knownClient(settings, parts)
  if (!client.ok || client.value.id !== flow.clientId) return refused('connect_refused')
  const recorded = await record(parts, step)
  if (!recorded.ok) return recorded
  const tokens = await requestTokens(
    {
      settings,
      client: client.value,
      grantType: 'authorization_code',
      parameters: {
        code: code.value.reveal(),
        redirect_uri: settings.redirectUri,
        code_verifier: flow.verifier.reveal(),
      },
      scopes: settings.scopes,
    },
    parts,
  )
  return tokens.ok ? keep(tokens.value, flow.clientId, principal, settings, parts) : tokens
}

/** Stores the account in place of an older connection of the same person. */
async function keep(
  tokens: AccountTokens,
  clientId: string,
  principal: Principal,
  settings: Settings,
  parts: Parts,
): Promise<Result<true>> {
  const key = accountKey(principal, settings)
  // A refresh of the older connection may write between our read and our write.
  for (let attempt = 0; attempt < 5; attempt++) {
    const before = await parts.store.read(key)
    const account = newAccount(tokens, clientId, (before?.version ?? 0) + 1, nowSeconds(parts))
    if (await parts.store.write(writeAccount(key, settings, account))) return granted(true)
  }
  return refused('issuer_unavailable')
}

/** What `connect_error` says to the app. */
function connectError(connected: Result<true>): 'denied' | 'refused' | 'unavailable' {
  if (connected.ok || connected.refusal.reason === 'exchange_grant_refused') return 'denied'
  return isFailure(connected.refusal.reason) ? 'unavailable' : 'refused'
}

function redirect(status: 302 | 303, location: string, cookie: string): Response {
  const headers = {
    location,
    'set-cookie': cookie,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  }
  return new Response(null, { status, headers })
}

/** The answer to a request that belongs to no flow: one fixed sentence. */
export function refusalPage(refusal: Refusal): Response {
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  }
  return new Response(`${toSentence(refusal)}\n`, {
    status: isFailure(refusal.reason) ? 503 : 400,
    headers,
  })
}
