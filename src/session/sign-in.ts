// The beginning of a sign-in: it sends a person to the issuer (OpenID Connect Core 1.0 section
// 3.1.2.1, RFC 7636).

import { isFailure, type Refusal } from '../core/errors.ts'
import { traceOf } from '../core/trace.ts'
import { authorizationUrl, prepareFlow } from '../oauth/connection/flow.ts'
import { record } from '../oauth/connection/parts.ts'
import { isReturnPath } from '../oauth/connection/return-path.ts'
import { scopesToAsk } from '../oauth/connection/server-of.ts'
import { htmlPage, redirect, refusalPage } from './pages.ts'
import type { SessionParts } from './parts.ts'

/** Sends a person to sign in, and to come back to the path `returnTo` of the app. */
export async function beginSignIn(request: Request, parts: SessionParts): Promise<Response> {
  const { settings, connection, flows, path } = parts
  const [returnTo = '/', ...others] = new URL(request.url).searchParams.getAll('returnTo')
  // Anybody can make a link to this address: it must not lead away from the app.
  if (others.length > 0 || !isReturnPath(returnTo)) return notOwnPath(path)
  const prepared = await prepareFlow(settings, connection, request.signal)
  if (!prepared.ok) return refuse(prepared.refusal, request, parts)
  const { server, endpoint, clientId } = prepared.value
  const { state, nonce, verifier, cookies } = flows.begin(request, {
    returnTo,
    namesIssuer: server.namesIssuer === true,
    startedAt: connection.now() / 1000,
  })
  const scopes = scopesToAsk(server, settings, [])
  const sent = { clientId, scopes, state, nonce, verifier }
  return redirect(302, await authorizationUrl(endpoint, settings, sent), cookies)
}

async function refuse(refusal: Refusal, request: Request, parts: SessionParts): Promise<Response> {
  const { settings, connection, path } = parts
  const step = {
    trace: traceOf(request.headers),
    destination: settings.issuer,
    operation: 'sign in',
  }
  await record(connection, step, { ok: false, refusal })
  const shown: Refusal = isFailure(refusal.reason) ? { reason: 'issuer_unavailable' } : refusal
  return refusalPage(shown, `${path}/sign-in`, [])
}

function notOwnPath(path: string): Response {
  return htmlPage(
    `<title>Not signed in</title>
<h1>Not signed in</h1>
<p>This link would lead away from this app after the sign-in.</p>
<p><a href="${path}/sign-in">Sign in without it</a></p>`,
    { status: 400 },
  )
}
