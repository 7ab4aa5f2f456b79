// A person's sign-in to the app: the code flow with PKCE, through the issuer's own pages.

import * as oauth from 'oauth4webapi'
import { openBrowser, type Person } from './browser.ts'
import { PAGE_REDIRECT, type RealIssuer, type SignedIn } from './kind.ts'
import { must } from './tally.ts'

/** Signs a person in. `parameters` are added to those of the page. */
export async function signIn(
  real: Pick<RealIssuer, 'issuer' | 'page'>,
  person: Person,
  parameters: Readonly<Record<string, string>> = {},
): Promise<SignedIn> {
  const { page } = real
  const issuer = new URL(real.issuer)
  const insecure = { [oauth.allowInsecureRequests]: true }
  const server = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oidc' }),
  )
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const resource = { ...page.parameters, ...parameters }.resource
  const asked = {
    response_type: 'code',
    client_id: page.id,
    redirect_uri: PAGE_REDIRECT,
    scope: page.scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...page.parameters,
    ...parameters,
  }
  const start = new URL(server.authorization_endpoint ?? '')
  for (const [name, value] of Object.entries(asked))
    if (value !== '') start.searchParams.set(name, value)
  const browser = openBrowser(person)
  const callback = await browser.visit(start.href, PAGE_REDIRECT)
  const client = { client_id: page.id }
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    page.secret === undefined ? oauth.None() : oauth.ClientSecretBasic(page.secret),
    oauth.validateAuthResponse(server, client, callback, state),
    PAGE_REDIRECT,
    verifier,
    { ...insecure, ...(resource ? { additionalParameters: { resource } } : {}) },
  )
  must(response.status === 200, `no tokens: ${response.status} ${await response.clone().text()}`)
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response)
  return {
    browser,
    accessToken: tokens.access_token,
    idToken: tokens.id_token,
    refreshToken: tokens.refresh_token,
  }
}

/** The page revokes its token (RFC 7009). */
export async function revokeAsPage(
  { issuer, page }: Pick<RealIssuer, 'issuer' | 'page'>,
  token: string,
): Promise<void> {
  const metadata = await fetch(`${issuer}/.well-known/openid-configuration`)
  const { revocation_endpoint } = (await metadata.json()) as Record<string, string>
  must(revocation_endpoint, 'the metadata names no revocation endpoint')
  const response = await fetch(revocation_endpoint, {
    method: 'POST',
    headers: page.secret ? { authorization: `Basic ${btoa(`${page.id}:${page.secret}`)}` } : {},
    body: new URLSearchParams({ token, ...(page.secret ? {} : { client_id: page.id }) }),
  })
  must(response.ok, `the revocation answered ${response.status}: ${await response.text()}`)
}
