// Tokens that are no JWT: by introspection with or without an audience in the answer, by userinfo,
// and as Google and GitHub tell whose a token is.

import { describe, expect, it } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import type { TokenVerifier } from '../../src/core/verify/verify.ts'
import { betterAuth, github, google, hydra, zitadel } from '../../src/issuers/index.ts'
import {
  clientSecretBasic,
  introspectionVerifier,
  type UserinfoVerifierOptions,
  userinfoVerifier,
} from '../../src/oauth/index.ts'
import { START } from '../jwt/issuer.ts'

const ISSUER = 'https://login.example'
const SECRET = new Credential('secret-of-the-client')
const TOKEN = new Credential('opaque-token-of-alice')
const now = () => START * 1000

interface Sent {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: string
}

/** Answers every request with this, and remembers what it was sent. */
function answering(body: unknown, status = 200) {
  const sent: Sent[] = []
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const url = String(input)
    if (url.includes('/.well-known/'))
      return Response.json({
        issuer: ISSUER,
        introspection_endpoint: `${ISSUER}/introspect`,
        userinfo_endpoint: `${ISSUER}/userinfo`,
      })
    sent.push({
      url,
      method: init.method ?? 'GET',
      headers: new Headers(init.headers),
      body: String(init.body ?? ''),
    })
    return Response.json(body, { status })
  }
  return { fetch, now, sent }
}

/** The options alone: no factory takes a name that it does not know. */
const spread = ({ fetch }: ReturnType<typeof answering>) => ({ fetch, now })

async function outcome(
  verifier: TokenVerifier,
  audience: string | readonly string[],
): Promise<unknown> {
  const result = await verifier.verify(TOKEN, audience)
  if (!result.ok) return result.refusal.reason
  const { principal, scopes, audienceAssumed = false } = result.value
  return { subject: principal.subject, scopes, audience: result.value.audience, audienceAssumed }
}

const active = {
  active: true,
  sub: 'alice',
  client_id: 'web',
  scope: 'tasks:read',
  exp: START + 300,
}

describe('an introspection', () => {
  const verifier = (answer: object, options = {}) =>
    introspectionVerifier({
      issuer: ISSUER,
      clientId: 'api',
      client: clientSecretBasic(SECRET),
      ...spread(answering(answer)),
      ...options,
    })

  it.each<[string, object, object, string]>([
    ['with an audience', { aud: 'api' }, {}, 'alice'],
    ['with another audience', { aud: 'other' }, {}, 'audience_mismatch'],
    ['without an audience', {}, {}, 'audience_mismatch'],
    ['with an empty audience', { aud: [] }, {}, 'audience_mismatch'],
    ['without an audience, which is assumed', {}, { assumeAudience: true }, 'alice'],
    ['with an empty audience, which is assumed', { aud: [] }, { assumeAudience: true }, 'alice'],
    ...[[42], {}, 42, [{ id: 'other' }], true].map((aud): [string, object, object, string] => [
      `with the audience ${JSON.stringify(aud)}, where one is assumed`,
      { aud },
      { assumeAudience: true },
      'audience_mismatch',
    ]),
    [
      'with another audience, where one is assumed',
      { aud: 'other' },
      { assumeAudience: true },
      'audience_mismatch',
    ],
    [
      'whose client stands for the audience',
      {},
      { audienceClaim: 'client_id' },
      'audience_mismatch',
    ],
  ])('an introspection %s', async (_, answer, options, expected) => {
    const result = await outcome(verifier({ ...active, ...answer }, options), 'api')
    if (expected === 'alice') expect(result).toMatchObject({ subject: 'alice', audience: ['api'] })
    else expect(result).toBe(expected)
  })

  it('an introspection is what Zitadel needs for its tokens, with a client and nothing else', async () => {
    const parts = answering({ ...active, aud: ['1000@acme', '2000'] })
    const issuer = zitadel({
      issuer: ISSUER,
      audience: '2000',
      clientId: 'api',
      clientSecret: SECRET,
      ...spread(parts),
    })
    expect(await outcome(issuer.verifier, ['2000'])).toMatchObject({ subject: 'alice' })
    expect(parts.sent[0]?.url).toBe(`${ISSUER}/introspect`)
  })

  it('an introspection may be at another server, as that of Hydra is', async () => {
    const parts = answering({ ...active, aud: [], iss: ISSUER })
    const issuer = hydra({
      issuer: ISSUER,
      audience: 'api',
      opaqueTokens: 'introspection',
      introspectionEndpoint: 'https://admin.hydra.example/admin/oauth2/introspect',
      assumeAudience: true,
      clientId: 'api',
      clientSecret: SECRET,
      ...spread(parts),
    })
    expect(await outcome(issuer.verifier, 'api')).toMatchObject({ audienceAssumed: true })
    expect(parts.sent[0]?.url).toContain('admin.hydra.example')
  })

  it('an introspection needs a client', () => {
    expect(() => hydra({ issuer: ISSUER, opaqueTokens: 'introspection' })).toThrow(
      /needs clientId and clientSecret/,
    )
  })
})

it.each(['base64url', 'base64'] as const)(
  'a JWT of another issuer, in %s, is shown to nobody who is asked about tokens',
  async (encoding) => {
    const claims = Buffer.from('{"iss":"https://other.example","a":"??>>"}').toString(encoding)
    const foreign = new Credential(`eyJhbGciOiJFUzI1NiJ9.${claims}.c2lnbmF0dXJl`)
    const { fetch, sent } = answering({ ...active, aud: 'api' })
    const parts = { issuer: ISSUER, fetch, now }
    const verifiers = [
      introspectionVerifier({ ...parts, clientId: 'api', client: clientSecretBasic(SECRET) }),
      userinfoVerifier({ ...parts, assumeAudience: true }),
    ]
    for (const verifier of verifiers)
      expect(await verifier.verify(foreign, 'api')).toMatchObject({
        refusal: { reason: 'issuer_mismatch', found: 'https://other.example' },
      })
    expect(sent).toEqual([])
  },
)

describe('a userinfo endpoint', () => {
  const verifier = (body: unknown, status = 200, options: Partial<UserinfoVerifierOptions> = {}) =>
    userinfoVerifier({
      issuer: ISSUER,
      assumeAudience: true,
      ...spread(answering(body, status)),
      ...options,
    })

  it('a userinfo endpoint says whose a token is, and the operator that all of them are for the app', async () => {
    const parts = answering({ sub: 'alice', email: 'alice@acme.example' })
    const asked = userinfoVerifier({ issuer: ISSUER, assumeAudience: true, ...spread(parts) })
    expect(await outcome(asked, 'web')).toEqual({
      subject: 'alice',
      scopes: [],
      audience: ['web'],
      audienceAssumed: true,
    })
    expect(parts.sent[0]).toMatchObject({ url: `${ISSUER}/userinfo`, method: 'GET' })
    expect(parts.sent[0]?.headers.get('authorization')).toBe(`Bearer ${TOKEN.reveal()}`)
    const issuer = betterAuth({
      issuer: ISSUER,
      audience: 'web',
      opaqueTokens: 'userinfo',
      ...spread(answering({ sub: 'alice' })),
    })
    expect(await outcome(issuer.verifier, 'web')).toMatchObject({ subject: 'alice' })
  })

  it('a userinfo endpoint is not used before the operator says that', () => {
    expect(() => userinfoVerifier({ issuer: ISSUER })).toThrow(/assumeAudience must be true/)
  })

  it.each<[string, unknown, number, string]>([
    ['that refuses the token', { error: 'invalid_token' }, 401, 'token_inactive'],
    ['that is not there', {}, 404, 'token_inactive'],
    ['that fails', {}, 500, 'issuer_unavailable'],
    ['that is too busy', {}, 429, 'issuer_unavailable'],
    ['that answers with a list', [], 200, 'claim_missing'],
    ['that names nobody', { email: 'alice@acme.example' }, 200, 'claim_missing'],
    ['that names an empty subject', { sub: '' }, 200, 'claim_missing'],
    ['that names another audience', { sub: 'alice', aud: 'phone' }, 200, 'audience_mismatch'],
    ['whose token has expired', { sub: 'alice', exp: START - 300 }, 200, 'token_expired'],
    ['whose expiry nobody can read', { sub: 'alice', exp: 'soon' }, 200, 'token_expired'],
  ])('a userinfo endpoint %s', async (_, body, status, reason) => {
    expect(await outcome(verifier(body, status), 'web')).toBe(reason)
  })

  it('a userinfo endpoint cannot tell of a key, so no token that needs a proof is taken', async () => {
    const result = await verifier({ sub: 'alice' }).verify(TOKEN, 'web', { keyThumbprint: 'k' })
    expect(result.ok).toBe(false)
  })
})

describe('Google', () => {
  const info = {
    aud: 'web.apps.googleusercontent.com',
    azp: 'web.apps.googleusercontent.com',
    sub: '110169484474386276334',
    scope: 'openid https://www.googleapis.com/auth/userinfo.email',
    exp: `${START + 3000}`,
    expires_in: '3000',
  }
  const client = 'web.apps.googleusercontent.com'

  it('Google tells which client a token was issued to', async () => {
    const parts = answering(info)
    const issuer = google({ clientId: client, ...spread(parts) })
    expect(await outcome(issuer.verifier, issuer.audience ?? [])).toEqual({
      subject: info.sub,
      scopes: ['openid', 'https://www.googleapis.com/auth/userinfo.email'],
      audience: [client],
      audienceAssumed: false,
    })
    expect(parts.sent[0]).toMatchObject({
      url: 'https://oauth2.googleapis.com/tokeninfo',
      method: 'POST',
    })
    // A token does not belong into a URL.
    expect(parts.sent[0]?.url).not.toContain(TOKEN.reveal())
  })

  it.each([
    ["another client's token", { ...info, aud: 'other', azp: 'other' }, 200, 'audience_mismatch'],
    ['a token without a person', { ...info, sub: undefined }, 200, 'claim_missing'],
    ['an ended token', { error: 'invalid_token' }, 400, 'token_inactive'],
  ])('Google: %s is refused', async (_, body, status, reason) => {
    const issuer = google({ clientId: client, ...spread(answering(body, status)) })
    expect(await outcome(issuer.verifier, [client])).toBe(reason)
  })
})

describe('GitHub', () => {
  const token = {
    id: 1,
    token: TOKEN.reveal(),
    hashed_token: '25f94a2a',
    app: { client_id: 'Iv1.app', name: 'Acme' },
    scopes: ['repo', 'read:user'],
    user: { id: 583_231, login: 'octocat' },
    expires_at: null,
  }
  const issuer = (body: unknown, status = 200) => {
    const parts = answering(body, status)
    const made = github({ clientId: 'Iv1.app', clientSecret: SECRET, ...spread(parts) })
    return { made, sent: parts.sent }
  }

  it('GitHub is asked about a token as the app that it must be for', async () => {
    const { made, sent } = issuer(token)
    expect(await outcome(made.verifier, ['Iv1.app'])).toEqual({
      subject: '583231',
      scopes: ['repo', 'read:user'],
      audience: ['Iv1.app'],
      audienceAssumed: false,
    })
    expect(sent[0]).toMatchObject({
      url: 'https://api.github.com/applications/Iv1.app/token',
      method: 'POST',
      body: JSON.stringify({ access_token: TOKEN.reveal() }),
    })
    expect(sent[0]?.headers.get('authorization')).toMatch(/^Basic /)
  })

  it('GitHub repeats the token in its answer, and the claims do not', async () => {
    const result = await issuer(token).made.verifier.verify(TOKEN, 'Iv1.app')
    expect(result.ok).toBe(true)
    expect(JSON.stringify(result)).not.toContain(TOKEN.reveal())
  })

  it.each([
    ["another app's token", {}, 404, 'token_inactive'],
    ['a malformed token', {}, 422, 'token_inactive'],
    ['the wrong secret of the app', {}, 401, 'exchange_client_refused'],
    [
      'an answer about another app',
      { ...token, app: { client_id: 'x' } },
      200,
      'audience_mismatch',
    ],
    ['an expired token', { ...token, expires_at: '2025-12-31T00:00:00Z' }, 200, 'token_expired'],
  ])('GitHub: %s is refused', async (_, body, status, reason) => {
    expect(await outcome(issuer(body, status).made.verifier, 'Iv1.app')).toBe(reason)
  })

  it('GitHub tells about tokens only to their own app, so its credentials are needed', () => {
    expect(() => github({ clientId: 'Iv1.app' })).toThrow(/clientId and clientSecret must be given/)
  })
})
