// Keeps the person's tokens in closures of this module and nowhere else. So a reload forgets them,
// and no other part of the page can read them.
import type { Config } from './config.ts'
import { type Grant, GrantRefused, type Issuer, requestGrant, revoke } from './issuer.ts'
import { record, text } from './json.ts'
import { type Finding, findCredentials } from './look.ts'

/** The protected resource that a request goes to. Each has an access token of its own. */
export type Audience = 'chat' | 'api'

/** What the rest of the page can do with the tokens. */
export interface Tokens {
  /** The name with which the page greets the person. */
  readonly person: string
  /**
   * Sends a request with the access token for an audience. After a 401 it renews it and retries.
   */
  fetch(audience: Audience, url: string, init?: RequestInit): Promise<Response>
  /**
   * Looks for credentials in a text: the ones that this page had, and all that looks like one.
   */
  look(text: string): readonly Finding[]
  /**
   * Forgets all tokens and revokes the refresh token. Gives the URL that ends the session at the
   * issuer.
   */
  end(returnTo: string): Promise<string>
}

/** A request could not be sent, because the person's sign-in has ended. */
export class SignInEnded extends Error {
  constructor() {
    super('Your sign-in has ended. Please sign in again.')
  }
}

/**
 * Keeps a grant for the chat and renews it. It calls `onEnded` when the issuer refuses to renew it.
 */
export function createTokens(
  config: Config,
  issuer: Issuer,
  grant: Grant,
  onEnded: () => void,
): Tokens {
  const access = new Map<Audience, { readonly value: string; readonly renewAt: number }>()
  const known = new Map<string, string>()
  let refreshToken: string | undefined
  let renewing: Promise<unknown> = Promise.resolve()

  function keep(audience: Audience, { accessToken, expiresIn, ...rest }: Grant): void {
    // It is renewed when a fifth of its life is left, because the agent needs it for a whole
    // answer.
    access.set(audience, { value: accessToken, renewAt: Date.now() + expiresIn * 800 })
    refreshToken = rest.refreshToken ?? refreshToken
    known.set(accessToken, 'Your access tokens')
    if (rest.refreshToken) known.set(rest.refreshToken, 'Your refresh tokens')
    if (rest.idToken) known.set(rest.idToken, 'Your ID token')
  }

  function findValid(audience: Audience, refused?: string): string | undefined {
    const token = access.get(audience)
    return token && token.value !== refused && token.renewAt > Date.now() ? token.value : undefined
  }

  /**
   * Gives a valid access token. Both audiences take turns to renew theirs: refresh tokens rotate,
   * and the issuer takes one that comes twice for a stolen one (RFC 9700 section 4.14).
   */
  async function accessToken(audience: Audience, refused?: string): Promise<string> {
    const token = findValid(audience, refused)
    if (token !== undefined) return token
    const turn = renewing.then(() => findValid(audience, refused) ?? renew(audience))
    renewing = turn.catch(() => undefined)
    return await turn
  }

  async function renew(audience: Audience): Promise<string> {
    if (refreshToken === undefined) throw new SignInEnded()
    const parameters = {
      grant_type: 'refresh_token',
      client_id: config.clientId,
      refresh_token: refreshToken,
      resource: config.resources[audience],
    }
    try {
      const fresh = await requestGrant(issuer, parameters)
      // The person signed out in the meantime, so a late token must not be kept.
      if (refreshToken === undefined) throw new SignInEnded()
      keep(audience, fresh)
      return fresh.accessToken
    } catch (error) {
      if (!(error instanceof GrantRefused)) throw error
      refreshToken = undefined
      onEnded()
      throw new SignInEnded()
    }
  }

  keep('chat', grant)
  return {
    person: nameIn(grant.idToken) ?? 'You',
    async fetch(audience, url, init = {}) {
      const token = await accessToken(audience)
      const response = await send(url, init, token)
      if (response.status !== 401) return response
      await response.body?.cancel()
      return await send(url, init, await accessToken(audience, token))
    },
    look: (searched) => findCredentials(searched, known),
    async end(returnTo) {
      const last = refreshToken
      const token = access.get('chat')?.value
      refreshToken = undefined
      access.clear()
      known.clear()
      // The agent must stop first, before the issuer ends the sign-in. If the chat server cannot be
      // reached, no agent is at work.
      const options = { method: 'POST', signal: AbortSignal.timeout(SIGN_OUT_MS) }
      if (token !== undefined) await send('/sign-out', options, token).catch(() => undefined)
      if (last !== undefined) await revoke(issuer, config.clientId, last)
      if (!issuer.endSession) return returnTo
      const url = new URL(issuer.endSession)
      url.searchParams.set('client_id', config.clientId)
      url.searchParams.set('post_logout_redirect_uri', returnTo)
      if (grant.idToken) url.searchParams.set('id_token_hint', grant.idToken)
      return url.href
    },
  }
}

/** The longest time that a sign-out waits for the chat server. */
const SIGN_OUT_MS = 3000

async function send(url: string, init: RequestInit, token: string): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${token}`)
  // A redirect could take the request, and perhaps its header, to a wrong address.
  return await fetch(url, {
    ...init,
    headers,
    credentials: 'omit',
    redirect: 'error',
    cache: 'no-store',
  })
}

/**
 * Reads the name in an ID token, for display only. The token came from the issuer itself, and the
 * page decides nothing by it (OIDC Core section 3.1.3.7).
 */
function nameIn(idToken: string | undefined): string | undefined {
  const payload = idToken?.split('.')[1]
  if (payload === undefined) return undefined
  const bytes = Uint8Array.from(
    atob(payload.replaceAll('-', '+').replaceAll('_', '/')),
    (character) => character.charCodeAt(0),
  )
  const claims = record(JSON.parse(new TextDecoder().decode(bytes)))
  return text(claims.name) ?? text(claims.sub)
}
