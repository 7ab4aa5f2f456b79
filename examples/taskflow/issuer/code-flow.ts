// Signs a demo person in from a program. It runs the real code flow with PKCE and goes through the
// sign-in page as a browser does.

import * as oauth from 'oauth4webapi'
import { Credential } from 'onbehalf'
import { CLI_REDIRECT } from './clients.ts'
import { cookieJar } from './cookie-jar.ts'

/** Options of {@link signInWithCode}. */
export interface CodeFlowOptions {
  /** The issuer identifier. */
  readonly issuer: string
  /** The subject of the person: `alice` or `bob`. */
  readonly as: string
  /** Default: `taskflow-cli`. */
  readonly clientId?: string
  /** A redirect URI of that client. Nobody requests it. Default: that of `taskflow-cli`. */
  readonly redirectUri?: string
  /** The scopes, separated by spaces. Default: what the issuer gives without being asked. */
  readonly scope?: string
  /** The resources to ask for. The token is for the first. Default: the issuer's own default. */
  readonly resources?: readonly string[]
  /** Ends the whole flow. Default: a signal that ends it after 15 seconds. */
  readonly signal?: AbortSignal
}

/** The tokens of a sign-in, and the metadata of the server that issued them. */
export interface SignedIn {
  readonly accessToken: Credential
  readonly scopes: readonly string[]
  readonly refreshToken?: Credential
  readonly idToken?: Credential
  readonly server: oauth.AuthorizationServer
}

/** A sign-in that failed. The message is for a person and holds no secret. */
export class SignInError extends Error {
  override readonly name = 'SignInError'
}

/** A sign-in takes fewer requests than this. The bound ends a loop of redirects. */
const MAX_REQUESTS = 10

/**
 * Signs in and redeems the code.
 *
 * @throws SignInError when the server does not know the person, or does not behave like an issuer.
 *   An error of `oauth4webapi` when it refuses.
 */
export async function signInWithCode(options: CodeFlowOptions): Promise<SignedIn> {
  const { clientId = 'taskflow-cli', redirectUri = CLI_REDIRECT, scope, resources = [] } = options
  const signal = options.signal ?? AbortSignal.timeout(15_000)
  const issuer = new URL(options.issuer)
  const request = { [oauth.allowInsecureRequests]: isLoopback(issuer), signal }
  const server = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { ...request, algorithm: 'oauth2' }),
  )
  if (!server.authorization_endpoint)
    throw new SignInError(`${options.issuer} has no authorization endpoint`)

  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const start = new URL(server.authorization_endpoint)
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(scope === undefined ? {} : { scope }),
  }
  for (const [name, value] of Object.entries(parameters)) start.searchParams.set(name, value)
  for (const resource of resources) start.searchParams.append('resource', resource)

  const callback = await walk({ start, redirectUri, as: options.as, signal })
  const client = { client_id: clientId }
  // Checks `state` and `iss` (RFC 9207) before the code is used.
  const answer = oauth.validateAuthResponse(server, client, callback, state)
  const [resource] = resources
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    answer,
    redirectUri,
    verifier,
    {
      ...request,
      ...(resource === undefined ? {} : { additionalParameters: { resource } }),
    },
  )
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response)
  return {
    accessToken: new Credential(tokens.access_token),
    scopes: (tokens.scope ?? '').split(' ').filter((scope) => scope !== ''),
    ...(tokens.refresh_token === undefined
      ? {}
      : { refreshToken: new Credential(tokens.refresh_token) }),
    ...(tokens.id_token === undefined ? {} : { idToken: new Credential(tokens.id_token) }),
    server,
  }
}

interface Walk {
  readonly start: URL
  readonly redirectUri: string
  readonly as: string
  readonly signal: AbortSignal
}

/**
 * Follows the redirects itself and fills in the sign-in form. It gives the redirect URI with the
 * answer, without a request to it.
 */
async function walk({ start, redirectUri, as, signal }: Walk): Promise<URL> {
  const jar = cookieJar()
  let url = start
  let form: URLSearchParams | undefined
  for (let step = 0; step < MAX_REQUESTS; step++) {
    const response = await fetch(url, {
      redirect: 'manual',
      signal,
      headers: { accept: 'text/html', cookie: jar.header(url.pathname) },
      ...(form ? { method: 'POST', body: form } : {}),
    })
    jar.keep(response)
    const location = response.headers.get('location')
    if (location !== null) {
      await response.body?.cancel()
      form = undefined
      const next = new URL(location, url)
      if (next.href.split('?')[0] === redirectUri) return next
      // The cookies belong to this issuer and must not go to another origin.
      if (next.origin !== start.origin)
        throw new SignInError('The issuer redirected to somewhere else than the client')
      url = next
    } else {
      form = fillIn(await response.text(), as)
    }
  }
  throw new SignInError('The sign-in took too many steps')
}

/** Gives the content of the sign-in form for one person. */
function fillIn(html: string, as: string): URLSearchParams {
  const offered = [...html.matchAll(/name="account" value="([a-z]+)"/g)].map(
    ([, subject]) => subject,
  )
  if (offered.length === 0) throw new SignInError('The issuer did not show its sign-in page')
  if (!offered.includes(as))
    throw new SignInError(`Nobody here has this name: sign in as ${offered.join(' or ')}`)
  return new URLSearchParams({ account: as })
}

/** Says whether a URL is on this machine. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === '127.0.0.1' || hostname === '[::1]' || hostname === 'localhost'
}
