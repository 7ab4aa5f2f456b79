// Signing in: the authorization code flow with PKCE (RFC 6749, RFC 7636), from the page to the
// issuer and back. It keeps no token.
import type { Config } from './config.ts'
import { type Grant, GrantRefused, type Issuer, requestGrant } from './issuer.ts'
import { number, record, text } from './json.ts'
import { base64Url, randomBase64Url } from './random.ts'

/** Why somebody is not signed in; the message is for them. */
export class SignInFailed extends Error {}

/** Lives from the redirect to the callback: state, verifier and the thread to come back to. */
const PENDING = 'taskflow.sign-in'
/**
 * Says that this tab was signed in, so that a reload asks the issuer again without a click. Not a
 * credential.
 */
const SIGNED_IN = 'taskflow.signed-in'
/** How long a person may take at the issuer's page. */
const PENDING_MS = 10 * 60_000
const SCOPE = 'openid tasks:read tasks:write'

/**
 * The issuer's answer, if this load of the page brings one. It leaves the address at once, before
 * anything else can read, log or send it (history, referrer, a shared screen).
 */
export function takeCallback(): URLSearchParams | undefined {
  const parameters = new URLSearchParams(location.search)
  if (!['code', 'state', 'error'].some((name) => parameters.has(name))) return undefined
  history.replaceState(null, '', location.pathname)
  return parameters
}

/**
 * Leaves the page for the issuer. `silent`: come back at once, signed in only if the issuer still
 * knows the person.
 */
export async function startSignIn(config: Config, issuer: Issuer, silent = false): Promise<void> {
  const verifier = randomBase64Url(32)
  const state = randomBase64Url(16)
  sessionStorage.setItem(
    PENDING,
    JSON.stringify({ state, verifier, silent, thread: location.hash, at: Date.now() }),
  )
  const challenge = base64Url(
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))),
  )
  const url = new URL(issuer.authorization)
  const parameters = {
    client_id: config.clientId,
    redirect_uri: redirectUri(),
    response_type: 'code',
    scope: SCOPE,
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...(silent ? { prompt: 'none' } : {}),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  for (const resource of [config.resources.chat, config.resources.api])
    url.searchParams.append('resource', resource)
  location.assign(url)
}

/**
 * Turns the issuer's answer into a grant for the chat; undefined when a silent attempt found nobody
 * signed in.
 *
 * @throws SignInFailed when the answer is not the one this tab waits for, or is a refusal.
 */
export async function finishSignIn(
  config: Config,
  issuer: Issuer,
  callback: URLSearchParams,
): Promise<Grant | undefined> {
  const pending = takePending()
  // Somebody else's code, planted by a link, would sign this person in to the other's account (RFC
  // 6749 section 10.12).
  if (!pending || pending.state !== callback.get('state'))
    throw new SignInFailed('This sign-in was not started in this tab. Please try again.')
  // RFC 9207: the answer must come from the issuer that was asked.
  if (callback.get('iss') !== config.issuer)
    throw new SignInFailed('The answer did not come from the expected sign-in server.')
  history.replaceState(null, '', `${location.pathname}${pending.thread}`)
  const code = callback.get('code')
  if (code === null) {
    forgetSignedIn()
    if (pending.silent) return undefined
    throw new SignInFailed(
      callback.get('error') === 'access_denied'
        ? 'You cancelled the sign-in.'
        : 'The sign-in did not work. Please try again.',
    )
  }
  try {
    return await requestGrant(issuer, {
      grant_type: 'authorization_code',
      client_id: config.clientId,
      code,
      redirect_uri: redirectUri(),
      code_verifier: pending.verifier,
      resource: config.resources.chat,
    })
  } catch (error) {
    if (error instanceof GrantRefused)
      throw new SignInFailed('The sign-in server refused. Please try again.')
    throw error
  }
}

/** Whether this tab was signed in before it was loaded anew. */
export function wasSignedIn(): boolean {
  return sessionStorage.getItem(SIGNED_IN) !== null
}

export function rememberSignedIn(): void {
  sessionStorage.setItem(SIGNED_IN, 'yes')
}

export function forgetSignedIn(): void {
  sessionStorage.removeItem(SIGNED_IN)
}

/** Where the issuer sends people back to, after signing in and after signing out. */
export function redirectUri(): string {
  return `${location.origin}/`
}

interface Pending {
  readonly state: string
  readonly verifier: string
  readonly silent: boolean
  readonly thread: string
}

function takePending(): Pending | undefined {
  const stored = sessionStorage.getItem(PENDING)
  sessionStorage.removeItem(PENDING)
  const pending = record(stored === null ? undefined : JSON.parse(stored))
  const state = text(pending.state)
  const verifier = text(pending.verifier)
  const thread = text(pending.thread) ?? ''
  const age = Date.now() - (number(pending.at) ?? 0)
  if (state === undefined || verifier === undefined || age > PENDING_MS) return undefined
  return {
    state,
    verifier,
    silent: pending.silent === true,
    thread: thread.startsWith('#') ? thread : '',
  }
}
