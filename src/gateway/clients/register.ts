// Dynamic client registration (RFC 7591), for an issuer that has none. Nothing is stored: a client's id
// holds what it registered.

import { refused } from '../../core/errors.ts'
import { readBytes } from '../../core/http/bounded-body.ts'
import { isObject, parseJson } from '../../core/json.ts'
import { forOperator } from '../../core/refusal-details.ts'
import { traceOf } from '../../core/trace.ts'
import { record } from '../../oauth/connection/parts.ts'
import { clientError, clientJson } from './answers.ts'
import { clientName } from './client.ts'
import type { ClientParts } from './parts.ts'

const BOUNDS = { maxBytes: 64 * 1024, deadlineMs: 10_000 }
const MAX_REDIRECT_URIS = 10
/** They all go into the id, which goes into URLs. */
const MAX_REDIRECT_CHARS = 2_048

/** Registers a client. Every client is a public one with PKCE, whatever it asks for (section 3.2.1). */
export async function registerClient(request: Request, parts: ClientParts): Promise<Response> {
  const bytes = await readBytes(request, BOUNDS)
  const json = bytes.ok ? parseJson(new TextDecoder().decode(bytes.value)) : undefined
  if (!isObject(json))
    return clientError('invalid_client_metadata', 'The body must be a JSON object.')
  const { redirect_uris: given, client_name } = json
  const uris = textsOf(given)
  if (!uris)
    return clientError(
      'invalid_redirect_uri',
      'redirect_uris must be a list of 1 to 10 URIs, with 2048 characters together.',
    )
  // Some clients register all the addresses that they may ever use. They get those that are allowed.
  const redirectUris = uris.filter((uri) => parts.mayRedirect(uri))
  const wrong = uris.find((uri) => !redirectUris.includes(uri))
  if (wrong !== undefined) await tellOperator(wrong, request, parts)
  if (redirectUris.length === 0) return notAllowed()
  const name = clientName(client_name)
  return clientJson(
    {
      client_id: parts.clients.register({ name, redirectUris }),
      client_id_issued_at: Math.floor(parts.connection.now() / 1000),
      client_name: name,
      redirect_uris: redirectUris,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    201,
  )
}

/** Only the operator can allow it. */
async function tellOperator(uri: string, request: Request, parts: ClientParts): Promise<void> {
  const found = forOperator(uri)
  const problem = refused('registration_refused', {
    claim: 'redirect_uris',
    expected: 'a loopback address, or the setting clients.redirectUris',
    ...(found === undefined ? {} : { found }),
  })
  const { settings, connection } = parts
  const step = {
    trace: traceOf(request.headers),
    destination: settings.issuer,
    operation: 'register client',
  }
  await record(connection, step, problem)
}

function notAllowed(): Response {
  return clientError(
    'invalid_redirect_uri',
    'Redirect URIs must be loopback addresses (http://127.0.0.1, any port), or listed by the operator of this gateway under clients.redirectUris.',
  )
}

function textsOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_REDIRECT_URIS)
    return undefined
  const texts = value.filter((one) => typeof one === 'string')
  return texts.length === value.length && texts.join('').length <= MAX_REDIRECT_CHARS
    ? texts
    : undefined
}
