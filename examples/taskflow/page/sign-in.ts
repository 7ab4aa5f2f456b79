// Signs a person in with the authorization code flow and PKCE (RFC 6749, RFC 7636): from the page
// to the issuer and back. It keeps no token.
import type { Config } from './config.ts'
import { type Grant, GrantRefused, type Issuer, requestGrant } from './issuer.ts'
import { number, record, text } from './json.ts'
import { base64Url, randomBase64Url } from './random.ts'

/** A sign-in that failed. The message is for the person. */
export class SignInFailed extends Error {}

/** The storage key of a sign-in that has begun: its state, its verifier and the open thread. */
const PENDING_KEY = 'taskflow.sign-in'
/**
 * The storage key that says that somebody signed in with this browser. A reload or another tab then
 * asks the issuer again without a click. The value is no credential.
 */
const SIGNED_IN_KEY = 'taskflow.signed-in'
/** The longest time that a person may take on the issuer's page. */
const MAX_PENDING_MS = 10 * 60_000
const SCOPE = 'openid tasks:read tasks:write'

/**
 * Takes the issuer's answer from the address, if there is one. It removes it from the address at
 * once, before it can reach the history, a referrer, a log or a shared screen.
 */
export function takeCallback(): URLSearchParams | undefined {
  const parameters = new URLSearchParams(location.search)
  if (!['code', 'state', 'error'].some((name) => parameters.has(name))) return undefined
  history.replaceState(null, '', location.pathname)
  return parameters
}

/**
 * Leaves the page for the issuer's. With `silent`, the issuer sends the person back at once, signed
 * in only if it still knows the person.
 */
export async function startSignIn(config: Config, issuer: Issuer, silent = false): Promise<void> {
  const verifier = randomBase64Url(32)
  const state = randomBase64Url(16)
  sessionStorage.setItem(
    PENDING_KEY,
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
  // An attempt that nobody asked for is no place to come back to.
  if (silent) location.replace(url)
  else location.assign(url)
}

/**
 * Turns the issuer's answer into a grant for the chat. Gives undefined when a silent attempt found
 * nobody signed in.
 *
 * @throws SignInFailed when this tab did not wait for the answer, or when the issuer refused.
 */
export async function finishSignIn(
  config: Config,
  issuer: Issuer,
  callback: URLSearchParams,
): Promise<Grant | undefined> {
  const pending = takePending()
  // An attacker's link could bring the attacker's own code, and so sign the person in to the
  // attacker's account (RFC 6749 section 10.12).
  if (!pending || pending.state !== callback.get('state'))
    throw new SignInFailed('This sign-in was not started in this tab. Please try again.')
  // The answer must come from the issuer that the page asked (RFC 9207).
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

/** Says whether somebody signed in with this browser, here or in another tab. */
export function wasSignedIn(): boolean {
  return localStorage.getItem(SIGNED_IN_KEY) !== null
}

/** Remembers in this browser that the person is signed in. */
export function rememberSignedIn(): void {
  localStorage.setItem(SIGNED_IN_KEY, 'yes')
}

/** Forgets that the person was signed in. */
export function forgetSignedIn(): void {
  localStorage.removeItem(SIGNED_IN_KEY)
}

/** Gives the URL to which the issuer sends people back after a sign-in or a sign-out. */
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
  const stored = sessionStorage.getItem(PENDING_KEY)
  sessionStorage.removeItem(PENDING_KEY)
  const pending = record(stored === null ? undefined : JSON.parse(stored))
  const state = text(pending.state)
  const verifier = text(pending.verifier)
  const thread = text(pending.thread) ?? ''
  const age = Date.now() - (number(pending.at) ?? 0)
  if (state === undefined || verifier === undefined || age > MAX_PENDING_MS) return undefined
  return {
    state,
    verifier,
    silent: pending.silent === true,
    thread: thread.startsWith('#') ? thread : '',
  }
}
