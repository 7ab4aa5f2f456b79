// The authorization endpoint (RFC 6749 section 3.1): it checks what a client asks for, and asks the
// person before anything goes to the issuer. The issuer knows one client only and may have its consent
// from long ago, so without this page any client would get a token (confused deputy).

import { createHash, randomBytes } from 'node:crypto'
import { isScope } from '../../core/scope.ts'
import { responseUrl } from './answers.ts'
import type { KnownClient } from './client.ts'
import { consentPage, problemPage, redirect } from './pages.ts'
import type { ClientParts } from './parts.ts'
import { isSameRedirect, placeOf } from './redirect-uris.ts'

/** How long a person may take, at each of the two pages. */
export const STEP_SECONDS = 600

/** What a client asks for, checked. */
export interface Asked {
  /** The digest of its id. */
  readonly client: string
  readonly redirectUri: string
  readonly state: string | undefined
  /** The challenge of its proof key (RFC 7636). */
  readonly challenge: string
  readonly scopes: readonly string[]
  /** The address that it wants to use; undefined when it names none. */
  readonly resource: string | undefined
}

/** Answers a request with the page that asks the person. */
export async function askPerson(request: Request, parts: ClientParts): Promise<Response> {
  const { searchParams } = new URL(request.url)
  const client = await parts.clients.find(searchParams.get('client_id') ?? '')
  // Nobody is sent to an address that belongs to no known client (RFC 6749 section 4.1.2.1).
  if (!client) return problemPage(400, UNKNOWN_CLIENT)
  const redirectUri = searchParams.get('redirect_uri') ?? ''
  if (!parts.mayRedirect(redirectUri) || !isRegistered(redirectUri, client))
    return problemPage(400, WRONG_REDIRECT)
  const asked = judgeAsked(searchParams, client, redirectUri, parts)
  if ('error' in asked) {
    const state = stateIn(searchParams)
    return redirect(responseUrl({ redirectUri, state }, parts.issuer, asked))
  }
  const { seals, cookie, connection, issuer, scopes } = parts
  const browser = browserOf(request, parts) ?? randomBytes(32).toString('base64url')
  const sealed = seals.seal('asked', {
    ...asked,
    browser: digestOfBrowser(browser),
    endsAt: connection.now() / 1000 + STEP_SECONDS,
  })
  return consentPage(
    {
      name: client.name,
      host: client.host,
      place: placeOf(redirectUri),
      resource: asked.resource ?? issuer,
      scopes: scopes ?? asked.scopes,
      sealed,
      action: `${new URL(issuer).pathname.replace(/\/$/, '')}/oauth/authorize`,
    },
    cookie.set(browser, STEP_SECONDS),
  )
}

const UNKNOWN_CLIENT =
  'This gateway does not know the program that sent you here. In the program, remove the connection and add it again.'
const WRONG_REDIRECT =
  'The program wants you to be sent to an address that it has not registered, or that the operator of this gateway has not allowed. Nothing was sent there.'

function isRegistered(redirectUri: string, { redirectUris }: KnownClient): boolean {
  return redirectUris.some((registered) => isSameRedirect(redirectUri, registered))
}

/** The value of the cookie that ties the steps to one browser. */
export function browserOf({ headers }: Request, { cookie }: ClientParts): string | undefined {
  const found = cookie.read(headers)
  return typeof found !== 'string' && /^[\w-]{43}$/.test(found.value) ? found.value : undefined
}

/** What is sealed of it: whoever sees the page or the URL does not see the cookie. */
export function digestOfBrowser(browser: string): string {
  return createHash('sha256').update(browser).digest('base64url')
}

/** An error that the client is told by the browser (RFC 6749 section 4.1.2.1). */
interface AskedError extends Readonly<Record<string, string>> {
  readonly error: string
  readonly error_description: string
}

const MAX_STATE_CHARS = 4_096
const MAX_SCOPES = 100

function stateIn(parameters: URLSearchParams): string | undefined {
  const state = parameters.get('state') ?? undefined
  return state !== undefined && state.length <= MAX_STATE_CHARS ? state : undefined
}

/** Checks the rest of a request (RFC 6749 section 4.1.1, RFC 7636 section 4.3, RFC 8707 section 2). */
function judgeAsked(
  parameters: URLSearchParams,
  client: KnownClient,
  redirectUri: string,
  { resourceOf }: ClientParts,
): Asked | AskedError {
  const names = [...parameters.keys()]
  if (new Set(names).size < names.length)
    return wrong('invalid_request', 'A parameter is there twice.')
  if (parameters.has('request') || parameters.has('request_uri'))
    return wrong('request_not_supported', 'Requests as JWTs are not taken.')
  if (parameters.get('response_type') !== 'code')
    return wrong('unsupported_response_type', 'response_type must be code.')
  const challenge = parameters.get('code_challenge') ?? ''
  if (parameters.get('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(challenge))
    return wrong('invalid_request', 'PKCE with S256 is needed (RFC 7636).')
  const given = parameters.get('state')
  if (given !== null && given.length > MAX_STATE_CHARS)
    return wrong('invalid_request', 'state is too long.')
  const scopes = (parameters.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
  if (scopes.length > MAX_SCOPES || !scopes.every(isScope))
    return wrong('invalid_scope', 'scope must be a list of scopes with spaces between them.')
  const named = parameters.get('resource')
  const resource = named === null ? undefined : resourceOf(named)
  if (named !== null && resource === undefined)
    return wrong('invalid_target', 'resource must be an address of this gateway.')
  return {
    client: client.digest,
    redirectUri,
    state: given ?? undefined,
    challenge,
    scopes,
    resource,
  }
}

function wrong(error: string, error_description: string): AskedError {
  return { error, error_description }
}
