// The authorization server as the page needs it: its endpoints, and its token endpoint's answers.
// It keeps nothing.
import { number, record, text, texts } from './json.ts'

/** Where the issuer does what (RFC 8414). */
export interface Issuer {
  readonly authorization: string
  readonly token: string
  readonly revocation?: string
  readonly endSession?: string
}

/** What the token endpoint gave. Held in closures, never in an attribute, a storage or a global. */
export interface Grant {
  readonly accessToken: string
  /** Seconds. */
  readonly expiresIn: number
  readonly refreshToken?: string
  readonly idToken?: string
}

/** The issuer said no: the grant is over, or was never given. */
export class GrantRefused extends Error {}

const DEADLINE_MS = 15_000

/**
 * @throws Error when the issuer cannot be reached, is another one than configured, or cannot do
 * PKCE with S256.
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
 * Asks the token endpoint.
 *
 * @throws GrantRefused when it refuses; any other error means that it could not be asked.
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
 * Ends a refresh token (RFC 7009). A failure changes nothing for the person: the token is forgotten
 * here in any case.
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
 * An endpoint is used only at the issuer's own origin: a `javascript:` URL or a stranger's host in
 * the metadata goes nowhere.
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
