// The issuer sends a person back (RFC 6749 section 4.1.2, RFC 9207). The same browser must finish it that
// began it. The client gets a code of the gateway's own, which is worth nothing without its proof key.

import { isFailure, refused } from '../../core/errors.ts'
import { traceOf } from '../../core/trace.ts'
import { judgeCallback } from '../../oauth/connection/judge-callback.ts'
import { record } from '../../oauth/connection/parts.ts'
import { serverOf } from '../../oauth/connection/server-of.ts'
import { responseUrl } from './answers.ts'
import { browserOf, digestOfBrowser } from './authorize.ts'
import { problemPage, redirect } from './pages.ts'
import { parseFlow } from './parse-sealed.ts'
import type { ClientParts } from './parts.ts'

/** How long a client may take to redeem a code (RFC 6749 section 4.1.2 allows ten minutes at most). */
const CODE_SECONDS = 120

/** Takes a person back from the issuer, and sends them to the client. */
export async function takeBack(request: Request, parts: ClientParts): Promise<Response> {
  const { seals, settings, connection, issuer, used } = parts
  const { searchParams } = new URL(request.url)
  const [state = '', ...otherStates] = searchParams.getAll('state')
  const flow = parseFlow(seals.open('flow', state))
  const browser = browserOf(request, parts)
  const now = connection.now() / 1000
  const isTheirs = browser !== undefined && flow?.browser === digestOfBrowser(browser)
  const isTaken =
    flow && isTheirs && otherStates.length === 0 && flow.endsAt > now
      ? used.isFirst(flow.id, flow.endsAt)
      : false
  const step = {
    trace: traceOf(request.headers),
    destination: settings.issuer,
    scopes: flow?.sentScopes ?? [],
    operation: 'come back for client',
  }
  if (!flow || !isTaken) {
    await record(connection, step, refused('connect_refused'))
    return problemPage(400, NOT_BEGUN_HERE)
  }
  const server = await serverOf(settings, request.signal)
  const namesIssuer = flow.namesIssuer || (server.ok && server.value.namesIssuer === true)
  const code = judgeCallback(searchParams, { issuer: settings.issuer, namesIssuer })
  if (code.ok) {
    const { browser: _, namesIssuer: __, ...kept } = flow
    const text = code.value.reveal()
    const sealed = seals.seal('code', { ...kept, code: text, endsAt: now + CODE_SECONDS })
    return redirect(responseUrl(flow, issuer, { code: sealed }))
  }
  await record(connection, step, code)
  const { reason } = code.refusal
  // Somebody else's answer is neither followed nor told (RFC 9207 section 2.4).
  if (reason === 'issuer_mismatch') return problemPage(400, OTHER_ISSUER)
  const error =
    reason === 'exchange_grant_refused'
      ? 'access_denied'
      : isFailure(reason)
        ? 'temporarily_unavailable'
        : 'server_error'
  return redirect(responseUrl(flow, issuer, { error }))
}

const NOT_BEGUN_HERE =
  'The sign-in did not begin in this browser, took too long, or was finished already. Start again in the program that you want to connect.'
const OTHER_ISSUER =
  'Another sign-in service answered than the one that you were sent to. Nothing was done. If this happens again, tell the operator of this gateway.'
