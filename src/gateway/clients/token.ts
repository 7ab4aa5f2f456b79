// The token endpoint (RFC 6749 section 3.2): a code or a refresh token of the gateway for tokens of the
// issuer. The gateway adds its own proof to the issuer, which no client ever has.

import { createHash, timingSafeEqual } from 'node:crypto'
import { isFailure, type Refusal, type Result } from '../../core/errors.ts'
import { formatScopes } from '../../core/scope.ts'
import { traceOf } from '../../core/trace.ts'
import { knownClient } from '../../oauth/connection/client.ts'
import type { AccountTokens } from '../../oauth/connection/judge-tokens.ts'
import { record } from '../../oauth/connection/parts.ts'
import { requestTokens, type TokensWanted } from '../../oauth/connection/token-request.ts'
import { type Form, readForm } from '../../oauth/token-service/form.ts'
import { clientError, clientJson } from './answers.ts'
import { digestOf } from './client.ts'
import { type OpenedRefresh, parseCode, parseRefresh } from './parse-sealed.ts'
import type { ClientParts } from './parts.ts'

const BODY_DEADLINE_MS = 10_000

/** Answers a token request. */
export async function giveTokens(request: Request, parts: ClientParts): Promise<Response> {
  const form = await readForm(request, BODY_DEADLINE_MS)
  if (!form.ok) return clientError('invalid_request', `${form.refusal.description}.`)
  const id = form.value.get('client_id')
  if (id === undefined) return clientError('invalid_request', 'client_id must be given.')
  switch (form.value.get('grant_type')) {
    case 'authorization_code':
      return redeem(form.value, digestOf(id), request, parts)
    case 'refresh_token':
      return refresh(form.value, digestOf(id), request, parts)
    default:
      return clientError(
        'unsupported_grant_type',
        'grant_type must be authorization_code or refresh_token.',
      )
  }
}

/** A code is good once, for the client, the redirect URI and the proof key that it was asked with. */
async function redeem(
  form: Form,
  client: string,
  request: Request,
  parts: ClientParts,
): Promise<Response> {
  const opened = parseCode(parts.seals.open('code', form.get('code') ?? ''))
  const isGood =
    opened !== undefined &&
    opened.endsAt > parts.connection.now() / 1000 &&
    opened.client === client &&
    opened.redirectUri === form.get('redirect_uri') &&
    fitsChallenge(form.get('code_verifier') ?? '', opened.challenge)
  if (!isGood || !isSameResource(form, opened.resource, parts)) return notGood()
  if (!parts.used.isFirst(`code ${opened.id}`, opened.endsAt)) return notGood()
  const { code, verifier: code_verifier, resource, sentScopes } = opened
  const { redirectUri: redirect_uri } = parts.settings
  return answerWith(
    { grantType: 'authorization_code', parameters: { code, redirect_uri, code_verifier } },
    { client, resource, sentScopes, token: undefined },
    request,
    parts,
  )
}

async function refresh(
  form: Form,
  client: string,
  request: Request,
  parts: ClientParts,
): Promise<Response> {
  const opened = parseRefresh(parts.seals.open('refresh', form.get('refresh_token') ?? ''))
  if (!opened || opened.client !== client || !isSameResource(form, opened.resource, parts))
    return notGood()
  const { token: refresh_token } = opened
  return answerWith(
    { grantType: 'refresh_token', parameters: { refresh_token } },
    opened,
    request,
    parts,
  )
}

function notGood(): Response {
  return clientError(
    'invalid_grant',
    'The code or the refresh token is not good, or not for this client: sign in again.',
  )
}

/** Without a resource, it is the one that was agreed to. Another one needs the person again. */
function isSameResource(form: Form, agreed: string | undefined, parts: ClientParts): boolean {
  const named = form.get('resource')
  return named === undefined || (agreed !== undefined && parts.resourceOf(named) === agreed)
}

function fitsChallenge(verifier: string, challenge: string): boolean {
  if (!/^[\w.~-]{43,128}$/.test(verifier)) return false
  const digest = createHash('sha256').update(verifier).digest('base64url')
  return (
    digest.length === challenge.length &&
    timingSafeEqual(Buffer.from(digest), Buffer.from(challenge))
  )
}

/** What the client holds after it. `token` is the refresh token that it has already. */
type Held = Omit<OpenedRefresh, 'token'> & { readonly token: string | undefined }

async function answerWith(
  asked: Pick<TokensWanted, 'grantType' | 'parameters'>,
  held: Held,
  request: Request,
  parts: ClientParts,
): Promise<Response> {
  const { connection, settings } = parts
  const step = {
    trace: traceOf(request.headers),
    destination: settings.issuer,
    scopes: held.sentScopes,
    operation: asked.grantType === 'refresh_token' ? 'refresh for client' : 'sign in for client',
    placement: asked.grantType === 'refresh_token' ? 'body refresh_token' : 'body code',
  }
  const recorded = await record(connection, step)
  if (!recorded.ok) return problemOf(recorded.refusal)
  const tokens = await askIssuer(asked, held, request.signal, parts)
  if (tokens.ok) return clientJson(answerOf(tokens.value, held, parts))
  await record(connection, step, tokens)
  return problemOf(tokens.refusal)
}

async function askIssuer(
  { grantType, parameters }: Pick<TokensWanted, 'grantType' | 'parameters'>,
  { resource, sentScopes }: Held,
  signal: AbortSignal,
  parts: ClientParts,
): Promise<Result<AccountTokens>> {
  const settings = {
    ...(await parts.authenticated(signal)),
    ...(parts.sendsResource ? { sentResource: resource } : {}),
  }
  const client = await knownClient(settings, parts.connection)
  if (!client.ok) return client
  return requestTokens(
    { settings, client: client.value, grantType, parameters, scopes: sentScopes, signal },
    parts.connection,
  )
}

/** The answer (RFC 6749 section 5.1). An ID token is for the gateway's own client, and for nobody else. */
function answerOf(
  { accessToken, refreshToken, expiresAt, scopes }: AccountTokens,
  { client, resource, sentScopes, token }: Held,
  { seals, connection }: ClientParts,
) {
  const kept = refreshToken ? refreshToken.reveal() : token
  return {
    access_token: accessToken.reveal(),
    token_type: 'Bearer',
    ...(expiresAt === undefined
      ? {}
      : { expires_in: Math.max(0, Math.floor(expiresAt - connection.now() / 1000)) }),
    ...(scopes.length > 0 ? { scope: formatScopes(scopes) } : {}),
    ...(kept === undefined
      ? {}
      : { refresh_token: seals.seal('refresh', { client, resource, sentScopes, token: kept }) }),
  }
}

/** What the issuer said stays in the audit. */
function problemOf({ reason }: Refusal): Response {
  if (reason === 'connection_needed' || reason === 'exchange_grant_refused') return notGood()
  if (reason === 'issuer_unavailable' || reason === 'audit_unavailable')
    return clientError('temporarily_unavailable', 'Try again in a moment.', 503)
  return clientError(
    'server_error',
    'The issuer gave no tokens. The operator of this gateway finds the reason in the audit log.',
    isFailure(reason) ? 503 : 500,
  )
}
