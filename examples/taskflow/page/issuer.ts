// Calls the authorization server: finds its endpoints, asks for tokens and ends them. It keeps
// nothing.
import { number, record, text, texts } from './json.ts'

/** The URLs of the issuer's endpoints (RFC 8414). */
export interface Issuer {
  readonly authorization: string
  readonly token: string
  readonly revocation?: string
  readonly endSession?: string
}

/**
 * The tokens from the token endpoint. Keep them in a closure, and never in an attribute, a browser
 * storage or a global variable: a script on the page could read them there.
 */
export interface Grant {
  readonly accessToken: string
  /** The seconds that the access token lives. */
  readonly expiresIn: number
  readonly refreshToken?: string
  readonly idToken?: string
}

/** The issuer refused: the grant has ended, or there never was one. */
export class GrantRefused extends Error {}

const DEADLINE_MS = 15_000

/**
 * Reads the issuer's metadata.
 *
 * @throws Error when the issuer cannot be reached, is not the configured one, or does not support
 *   PKCE with S256.
 */
export async function discover(issuer: string): Promise<Issuer> {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(DEADLINE_MS),
  })
  const metadata = record(await response.json())
  if (metadata.issuer !== issuer)
    throw new Error('The sign-in server is not the one this page was set up for.')
  if (!texts(metadata.code_challenge_methods_supported).includes('S256'))
    throw new Error('The sign-in server cannot do PKCE.')
  const authorization = endpoint(issuer, metadata.authorization_endpoint)
  const token = endpoint(issuer, metadata.token_endpoint)
  if (!authorization || !token) throw new Error('The sign-in server does not say where to sign in.')
  const revocation = endpoint(issuer, metadata.revocation_endpoint)
  const endSession = endpoint(issuer, metadata.end_session_endpoint)
  return {
    authorization,
    token,
    ...(revocation ? { revocation } : {}),
    ...(endSession ? { endSession } : {}),
  }
}

/**
 * Asks the token endpoint for tokens.
 *
 * @throws GrantRefused when it refuses. Any other error means that it gave no usable answer.
 */
export async function requestGrant(
  issuer: Issuer,
  parameters: Readonly<Record<string, string>>,
): Promise<Grant> {
  const response = await post(issuer.token, parameters)
  if (response.status >= 400 && response.status < 500)
    throw new GrantRefused('The sign-in server refused.')
  const grant = response.ok ? parseGrant(await response.json()) : undefined
  if (!grant) throw new Error('The sign-in server did not answer as it should.')
  return grant
}

/**
 * Revokes a refresh token (RFC 7009). It ignores a failure, because the page forgets the token in
 * any case.
 */
export async function revoke(
  issuer: Issuer,
  clientId: string,
  refreshToken: string,
): Promise<void> {
  if (!issuer.revocation) return
  const parameters = { client_id: clientId, token: refreshToken, token_type_hint: 'refresh_token' }
  await post(issuer.revocation, parameters).catch(() => undefined)
}

async function post(url: string, parameters: Readonly<Record<string, string>>): Promise<Response> {
  const body = new URLSearchParams(parameters)
  return await fetch(url, {
    method: 'POST',
    body,
    credentials: 'omit',
    redirect: 'error',
    signal: AbortSignal.timeout(DEADLINE_MS),
  })
}

/**
 * Gives an endpoint only if it is at the issuer's own origin. Otherwise the metadata could name a
 * `javascript:` URL or the host of a stranger.
 */
function endpoint(issuer: string, value: unknown): string | undefined {
  const url = text(value)
  return url !== undefined && URL.canParse(url) && new URL(url).origin === new URL(issuer).origin
    ? url
    : undefined
}

function parseGrant(value: unknown): Grant | undefined {
  const answer = record(value)
  const accessToken = text(answer.access_token)
  if (accessToken === undefined || text(answer.token_type)?.toLowerCase() !== 'bearer')
    return undefined
  const refreshToken = text(answer.refresh_token)
  const idToken = text(answer.id_token)
  return {
    accessToken,
    expiresIn: number(answer.expires_in) ?? 60,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(idToken === undefined ? {} : { idToken }),
  }
}
