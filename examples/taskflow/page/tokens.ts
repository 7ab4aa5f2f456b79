// The person's tokens: in this module's closures and nowhere else, so that a reload forgets them
// and no other part can read them.
import type { Config } from './config.ts'
import { type Grant, GrantRefused, type Issuer, requestGrant, revoke } from './issuer.ts'
import { record, text } from './json.ts'

/** Which protected resource a request goes to; each has an access token of its own. */
export type Audience = 'chat' | 'api'

/** Whether something that must not be in a text is in it. */
export interface Finding {
  readonly what: string
  readonly found: boolean
}

/** What the rest of the page can do with the tokens. */
export interface Tokens {
  /** The name to greet the person by. */
  readonly person: string
  /** `fetch` with the access token for that audience; after a 401, once more with a fresh one. */
  fetch(audience: Audience, url: string, init?: RequestInit): Promise<Response>
  /**
   * Looks for credentials in a text: the ones held here, and anything that has the shape of one.
   */
  look(text: string): readonly Finding[]
  /**
   * Forgets all tokens, ends the refresh token at the issuer, and gives the URL that ends the
   * issuer's session.
   */
  end(returnTo: string): Promise<string>
}

/** A request in the person's name, after their sign-in has ended. */
export class SignInEnded extends Error {
  constructor() {
    super('Your sign-in has ended. Please sign in again.')
  }
}

/** Takes over a grant for the chat. `onEnded` is called when the issuer refuses to renew it. */
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

  function hold(audience: Audience, { accessToken, expiresIn, ...rest }: Grant): void {
    // Renewed with a fifth of its life left: the agent works with it until the end of the answer.
    access.set(audience, { value: accessToken, renewAt: Date.now() + expiresIn * 800 })
    refreshToken = rest.refreshToken ?? refreshToken
    known.set(accessToken, 'Your access tokens')
    if (rest.refreshToken) known.set(rest.refreshToken, 'Your refresh tokens')
    if (rest.idToken) known.set(rest.idToken, 'Your ID token')
  }

  function held(audience: Audience, refused?: string): string | undefined {
    const token = access.get(audience)
    return token && token.value !== refused && token.renewAt > Date.now() ? token.value : undefined
  }

  /**
   * One after the other, for both audiences: refresh tokens rotate, and one that comes twice looks
   * stolen to the issuer (RFC 9700 section 4.14).
   */
  async function accessToken(audience: Audience, refused?: string): Promise<string> {
    const token = held(audience, refused)
    if (token !== undefined) return token
    const turn = renewing.then(() => held(audience, refused) ?? renewed(audience))
    renewing = turn.catch(() => undefined)
    return await turn
  }

  async function renewed(audience: Audience): Promise<string> {
    if (refreshToken === undefined) throw new SignInEnded()
    const parameters = {
      grant_type: 'refresh_token',
      client_id: config.clientId,
      refresh_token: refreshToken,
      resource: config.resources[audience],
    }
    try {
      const fresh = await requestGrant(issuer, parameters)
      // Signed out in the meantime: what comes late is not kept.
      if (refreshToken === undefined) throw new SignInEnded()
      hold(audience, fresh)
      return fresh.accessToken
    } catch (error) {
      if (!(error instanceof GrantRefused)) throw error
      refreshToken = undefined
      onEnded()
      throw new SignInEnded()
    }
  }

  hold('chat', grant)
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
      // First what is under way: the agent stops acting before the issuer is asked to end the
      // sign-in. A chat server that is away has none.
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

/** Milliseconds that a person who leaves waits for the chat server. */
const SIGN_OUT_MS = 3000

/**
 * How a reference begins: it stands for a credential at one server in one answer, and is worth
 * nothing anywhere else.
 */
const REFERENCE = 'onbehalf_ref_'

/**
 * A field that has a text for its value, in JSON or in JSON within JSON, other than a reference.
 */
const FILLED_FIELD =
  /\b(?:access_token|refresh_token|id_token|authorization|client_secret|password|api_?key|bearer)\\?"\s*:\s*\\?"(?!onbehalf_ref_)/i

const CREDENTIAL_FIELD =
  /"(?:access_token|refresh_token|id_token|authorization|client_secret|password|api_?key|bearer)"\s*:/i

/** `known` are the tokens that this page had, each with the name to show for it. */
function findCredentials(searched: string, known: ReadonlyMap<string, string>): readonly Finding[] {
  const what = [...new Set(known.values())]
  const own = what.map((kind) => ({
    what: kind,
    found: [...known].some(([token, k]) => k === kind && contains(searched, token)),
  }))
  return [
    ...own,
    {
      what: 'Anything shaped like a signed token (JWT)',
      found: /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/.test(searched),
    },
    // References are there to be seen. The fields that they stand in are then part of the
    // prompt, and what counts is their values.
    searched.includes(REFERENCE)
      ? {
          what: 'A credential field with anything but a reference',
          found: FILLED_FIELD.test(searched),
        }
      : {
          what: 'A field for a token, key or password',
          found: CREDENTIAL_FIELD.test(searched),
        },
  ]
}

async function send(url: string, init: RequestInit, token: string): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${token}`)
  // A redirect would take the request, and perhaps the header, to where it was not meant for.
  return await fetch(url, {
    ...init,
    headers,
    credentials: 'omit',
    redirect: 'error',
    cache: 'no-store',
  })
}

/**
 * Whether a text holds a token as it is, or inside something base64-encoded: three alignments,
 * without the ends that its neighbours change.
 */
function contains(searched: string, token: string): boolean {
  const spellings = [0, 1, 2].flatMap((shift) => {
    const middle = btoa('x'.repeat(shift) + token).slice(4, -4)
    return [middle, middle.replaceAll('+', '-').replaceAll('/', '_')]
  })
  return [token, encodeURIComponent(token), ...spellings].some((spelling) =>
    searched.includes(spelling),
  )
}

/**
 * The name in an ID token, for display only: it came from the issuer itself, and nothing is decided
 * by it (OIDC Core section 3.1.3.7).
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
