// Signs a person out: here at once, and at the issuer by their browser (OpenID Connect RP-Initiated
// Logout 1.0 section 2).

import { isFormOfOwnPage } from '../core/http/form-of-own-page.ts'
import { traceOf } from '../core/trace.ts'
import { record } from '../oauth/connection/parts.ts'
import { serverOf } from '../oauth/connection/server-of.ts'
import { type Keeper, principalOf } from './keep.ts'
import { answerJson, notOwnPage, redirect } from './pages.ts'
import type { SessionParts } from './parts.ts'
import { isFromOwnPage } from './same-origin.ts'

/**
 * Ends the sign-in of this browser. A form is sent on to the issuer. A script is told where to send
 * the person (`location`), without the ID token that a form's answer has: no script gets a token.
 */
export async function signOut(
  request: Request,
  parts: SessionParts,
  keeper: Keeper,
): Promise<Response> {
  const { cookie, origin, connection, settings } = parts
  const isForm = request.headers.get('sec-fetch-mode') === 'navigate'
  if (!(isForm ? isFormOfOwnPage(request, origin) : isFromOwnPage(request, origin)))
    return notOwnPage()
  const found = cookie.read(request.headers)
  const signIn = typeof found === 'string' ? undefined : await keeper.find(found.value)
  const hint = signIn && isForm ? await idTokenHint() : undefined
  const location = await endSessionUrl(hint, request.signal, parts)
  if (signIn) {
    const step = {
      trace: traceOf(request.headers),
      principal: principalOf(signIn),
      destination: settings.issuer,
      operation: 'sign out',
    }
    // What cannot be recorded is done all the same: nobody stays signed in for that.
    await record(connection, step)
    await keeper.end({ ids: [signIn.id] })
  }
  const cookies = [cookie.set('', 0)]
  return isForm ? redirect(303, location, cookies) : answerJson({ location }, 200, cookies)

  /** It must open nothing: where the ID token is the app's credential, it stays here. */
  async function idTokenHint(): Promise<string | undefined> {
    if (!signIn || parts.presents === 'id_token') return undefined
    return (await keeper.tokens(signIn).catch(() => undefined))?.idToken?.reveal()
  }
}

/** Where the issuer ends its own session; the app's own page when it has no such endpoint. */
async function endSessionUrl(
  hint: string | undefined,
  signal: AbortSignal,
  { settings, endSessionEndpoint, clientId, origin, afterSignOut }: SessionParts,
): Promise<string> {
  const own = `${origin}${afterSignOut}`
  const server = await serverOf(settings, signal)
  const endpoint = endSessionEndpoint ?? (server.ok ? server.value.endSessionEndpoint : undefined)
  if (endpoint === undefined) return own
  const url = new URL(endpoint)
  url.searchParams.set('client_id', clientId)
  url.searchParams.set('post_logout_redirect_uri', own)
  if (hint !== undefined) url.searchParams.set('id_token_hint', hint)
  return url.href
}
