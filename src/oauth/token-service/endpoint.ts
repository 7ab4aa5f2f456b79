// The token service over HTTP: its metadata (RFC 8414), its keys (RFC 7517) and its token endpoint
// (RFC 8693 section 2).

import { parseApprovedDetails } from '../../core/approved-call.ts'
import type { ApprovedCall } from '../../core/call-policy.ts'
import { Credential, isBearerToken } from '../../core/credential.ts'
import { parseJson } from '../../core/json.ts'
import { formatScopes, isScope } from '../../core/scope.ts'
import type { IssuedToken } from '../../core/source/exchange.ts'
import { traceOf } from '../../core/trace.ts'
import { TOKEN_EXCHANGE } from '../exchange-form.ts'
import { ACCESS_TOKEN, MAX_TOKEN_CHARS } from '../judge-token.ts'
import type { AssertionVerifier } from './assertion.ts'
import { authenticateClient } from './client-proof.ts'
import { type Denial, denied, type Judged } from './denial.ts'
import { type Form, readForm } from './form.ts'
import type { Issue } from './issue.ts'
import { CLIENT_ALGORITHMS } from './jws.ts'
import type { Client, Settings } from './options.ts'
import { chooseAudience } from './policy.ts'
import type { SigningKeys } from './signing-keys.ts'

const TYPE = 'urn:ietf:params:oauth:token-type:'

/** What a subject token may be called. Its verifier decides what it is. */
const SUBJECT_TYPES: ReadonlySet<string | undefined> = new Set([
  ACCESS_TOKEN,
  `${TYPE}jwt`,
  `${TYPE}id_token`,
])

/** What may be asked for. */
const REQUESTED_TYPES: ReadonlySet<string | undefined> = new Set([
  undefined,
  ACCESS_TOKEN,
  `${TYPE}jwt`,
])

/** What answers requests. */
export interface EndpointParts {
  readonly settings: Settings
  readonly keys: SigningKeys
  readonly issue: Issue
  readonly verifyAssertion: AssertionVerifier
}

/** Answers one request. Only its path is looked at: the `Host` header comes from the caller. */
export async function serve(request: Request, parts: EndpointParts): Promise<Response> {
  const { settings, keys } = parts
  const { pathname } = new URL(request.url)
  switch (pathname) {
    case metadataPath(settings.issuer):
      return reading(request, async () => metadataOf(settings))
    case new URL(settings.jwksUri).pathname:
      return reading(request, async () => ({ keys: await keys.published() }))
    case new URL(settings.tokenEndpoint).pathname:
      return request.method === 'POST' ? answerTo(request, parts) : notAllowed('POST')
    default:
      return new Response(null, { status: 404 })
  }
}

/** RFC 8414 section 3.1: the well-known part comes before the issuer's own path. */
function metadataPath(issuer: string): string {
  const path = new URL(issuer).pathname.replace(/\/$/, '')
  return `/.well-known/oauth-authorization-server${path}`
}

function metadataOf({ issuer, tokenEndpoint, jwksUri }: Settings): object {
  return {
    issuer,
    token_endpoint: tokenEndpoint,
    jwks_uri: jwksUri,
    response_types_supported: [],
    grant_types_supported: [TOKEN_EXCHANGE],
    token_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
    ],
    token_endpoint_auth_signing_alg_values_supported: CLIENT_ALGORITHMS,
  }
}

async function reading(request: Request, read: () => Promise<object>): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed('GET, HEAD')
  try {
    return Response.json(await read(), { headers: { 'cache-control': 'public, max-age=60' } })
  } catch {
    // What a store throws may quote a key.
    return new Response(null, { status: 503, headers: { 'retry-after': '1' } })
  }
}

function notAllowed(allow: string): Response {
  return new Response(null, { status: 405, headers: { allow } })
}

async function answerTo(request: Request, parts: EndpointParts): Promise<Response> {
  const issued = await exchange(request, parts)
  return issued.ok ? tokenAnswer(issued.value, parts.settings.now) : errorAnswer(issued.refusal)
}

async function exchange(request: Request, parts: EndpointParts): Promise<Judged<IssuedToken>> {
  const { settings, verifyAssertion } = parts
  const form = await readForm(request, settings.deadline)
  if (!form.ok) return form
  const client = await authenticateClient(
    request.headers,
    form.value,
    settings.clients,
    verifyAssertion,
  )
  const trace = traceOf(request.headers)
  if (!client.ok) return recorded(client, trace, settings)
  const asked = readExchange(form.value, client.value, settings)
  if (!asked.ok) return recorded(asked, trace, settings, client.value)
  const details = { ...asked.value, trace, placement: 'body subject_token' }
  return parts.issue(client.value, details, request.signal)
}

/** Records a request that never came to a subject token. */
async function recorded(
  denial: { readonly ok: false; readonly refusal: Denial },
  trace: string,
  { auditor, issuer }: Settings,
  client?: Client,
): Promise<Judged<never>> {
  const { reason, details } = denial.refusal
  await auditor({
    hop: 'issue',
    trace,
    outcome: 'refused',
    reason,
    ...details,
    destination: issuer,
    ...(client ? { operation: `exchange by ${client.id}` } : {}),
    // It is refused already, so a record that fails changes nothing.
  }).catch(() => {})
  return denial
}

/** What the request asks for (RFC 8693 section 2.1). */
function readExchange(
  form: Form,
  client: Client,
  { clients }: Settings,
): Judged<{
  readonly subjectToken: Credential
  readonly audience: string
  readonly scopes: readonly string[]
  readonly approved: ApprovedCall | undefined
}> {
  if (form.get('grant_type') !== TOKEN_EXCHANGE)
    return denied(
      'unsupported_grant_type',
      'This service knows token exchange alone',
      'exchange_client_refused',
    )
  const text = form.get('subject_token') ?? ''
  if (text.length > MAX_TOKEN_CHARS || !isBearerToken(text))
    return bad('The parameter subject_token is required, and must be a token')
  if (!SUBJECT_TYPES.has(form.get('subject_token_type')))
    return bad('This subject_token_type is not supported')
  if (!REQUESTED_TYPES.has(form.get('requested_token_type')))
    return bad('This requested_token_type is not supported')
  // Who acts is the client, which proved who it is. A token could be somebody else's.
  if (form.has('actor_token')) return bad('actor_token is not supported: the actor is the client')
  const audience = chooseAudience(
    client,
    { resource: form.get('resource'), audience: form.get('audience') },
    clients,
  )
  if (!audience.ok) return audience
  const scopes = (form.get('scope') ?? '').split(' ').filter((part) => part !== '')
  if (!scopes.every(isScope))
    return denied('invalid_scope', 'scope is no list of scopes', 'exchange_scope_refused')
  const details = form.get('authorization_details')
  const approved = details === undefined ? undefined : parseApprovedDetails(parseJson(details))
  if (details !== undefined && !approved)
    return denied(
      'invalid_authorization_details',
      'authorization_details must be one mcp_tool_call, with tool and arguments_digest',
      'exchange_invalid_request',
    )
  return {
    ok: true,
    value: { subjectToken: new Credential(text), audience: audience.value, scopes, approved },
  }
}

function bad(description: string): Judged<never> {
  return denied('invalid_request', description, 'exchange_invalid_request')
}

/** RFC 8693 section 2.2.1. The answer is where the token leaves this process. */
function tokenAnswer({ credential, expiresAt, scopes }: IssuedToken, now: () => number): Response {
  return Response.json(
    {
      access_token: credential.reveal(),
      issued_token_type: ACCESS_TOKEN,
      token_type: 'Bearer',
      expires_in: Math.max(1, Math.floor(expiresAt - now() / 1000)),
      scope: formatScopes(scopes),
    },
    { headers: { 'cache-control': 'no-store' } },
  )
}

/** RFC 6749 section 5.2. */
function errorAnswer({ code, description }: Denial): Response {
  const status = code === 'invalid_client' ? 401 : code === 'temporarily_unavailable' ? 503 : 400
  return Response.json(
    { error: code, error_description: description },
    {
      status,
      headers: {
        'cache-control': 'no-store',
        ...(status === 401 ? { 'www-authenticate': 'Basic realm="token service"' } : {}),
        ...(status === 503 ? { 'retry-after': '1' } : {}),
      },
    },
  )
}
