// The person's answer: it sends them on to the issuer, or back to the client.

import { randomBytes } from 'node:crypto'
import { isFailure, type Refusal, type Result } from '../../core/errors.ts'
import { isFormOfOwnPage } from '../../core/http/form-of-own-page.ts'
import { traceOf } from '../../core/trace.ts'
import { authorizationUrl, prepareFlow } from '../../oauth/connection/flow.ts'
import { record } from '../../oauth/connection/parts.ts'
import { scopesToAsk } from '../../oauth/connection/server-of.ts'
import { readForm } from '../../oauth/token-service/form.ts'
import { responseUrl } from './answers.ts'
import { browserOf, digestOfBrowser, STEP_SECONDS } from './authorize.ts'
import { onwardPage, problemPage } from './pages.ts'
import { type OpenedAsk, parseAsked } from './parse-sealed.ts'
import type { ClientParts } from './parts.ts'

const BODY_DEADLINE_MS = 10_000

/** Takes the form of the page. */
export async function takeDecision(request: Request, parts: ClientParts): Promise<Response> {
  // Another page must not be able to say yes for the person (cross-site request forgery).
  const browser = isFormOfOwnPage(request, parts.origin) ? browserOf(request, parts) : undefined
  const form = await readForm(request, BODY_DEADLINE_MS)
  const sealed = form.ok ? (form.value.get('request') ?? '') : ''
  const asked = parseAsked(parts.seals.open('asked', sealed))
  const isTheirs = browser !== undefined && asked?.browser === digestOfBrowser(browser)
  if (!form.ok || !asked || !isTheirs || asked.endsAt <= parts.connection.now() / 1000)
    return problemPage(400, NOT_THIS_BROWSER)
  if (form.value.get('decision') !== 'allow')
    return onwardPage(responseUrl(asked, parts.issuer, { error: 'access_denied' }))
  const href = await toIssuer(asked, request.signal, parts)
  const step = {
    trace: traceOf(request.headers),
    destination: parts.settings.issuer,
    scopes: asked.scopes,
    operation: 'allow client',
  }
  const recorded = await record(parts.connection, step, href.ok ? undefined : href)
  if (!href.ok)
    return problemPage(isFailure(href.refusal.reason) ? 503 : 400, sentenceOf(href.refusal))
  return recorded.ok ? onwardPage(href.value) : problemPage(503, UNAVAILABLE)
}

const NOT_THIS_BROWSER =
  'This page was not opened in this browser, took too long, or was used from elsewhere. Start again in the program that you want to connect.'
const UNAVAILABLE = 'The sign-in service cannot be used right now. Try again in a moment.'
const SET_UP_WRONG =
  'The sign-in service is not set up correctly for this gateway. Its operator finds the reason in the audit log.'

function sentenceOf({ reason }: Refusal): string {
  return reason === 'issuer_unavailable' ? UNAVAILABLE : SET_UP_WRONG
}

/** The issuer's authorization endpoint, with a state that only this browser can bring back. */
async function toIssuer(
  asked: OpenedAsk,
  signal: AbortSignal,
  parts: ClientParts,
): Promise<Result<string>> {
  const { connection, seals, scopes: ownScopes } = parts
  const settings = {
    ...parts.settings,
    scopes: ownScopes ?? asked.scopes,
    ...(parts.sendsResource ? { sentResource: asked.resource } : {}),
  }
  const prepared = await prepareFlow(settings, connection, signal)
  if (!prepared.ok) return prepared
  const { server, endpoint, clientId } = prepared.value
  const scopes = scopesToAsk(server, settings, [])
  const verifier = randomBytes(32).toString('base64url')
  const state = seals.seal('flow', {
    ...asked,
    sentScopes: scopes,
    verifier,
    id: randomBytes(16).toString('base64url'),
    namesIssuer: server.namesIssuer === true,
    endsAt: connection.now() / 1000 + STEP_SECONDS,
  })
  const href = await authorizationUrl(endpoint, settings, { clientId, scopes, state, verifier })
  return { ok: true, value: href }
}
