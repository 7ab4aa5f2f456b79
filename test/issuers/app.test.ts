// An app that declares its issuer, or several: who verifies, who exchanges, whom tokens are for, and
// what the operator is told.

import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../src/core/audit.ts'
import { Credential } from '../../src/core/credential.ts'
import { AuthError, refused } from '../../src/core/errors.ts'
import { auth0, betterAuth, google, oidc, zitadel } from '../../src/issuers/index.ts'
import { createOnBehalf } from '../../src/on-behalf.ts'
import type { OnBehalfOptions } from '../../src/on-behalf-options.ts'
import { goodClaims, mint, START, signingKey } from '../jwt/issuer.ts'
import { callOf, LIST, post, rpcServer, tool } from '../mcp/parts.ts'

const ONE = 'https://one.example'
const TWO = 'https://two.example'
const APP = 'https://app.example/chat'
const SECRET = new Credential('secret-of-the-client')

const oneKey = await signingKey('one', 'RS256')
const twoKey = await signingKey('two', 'RS256')

/** Two issuers: their metadata, keys and token endpoints. */
function world() {
  const exchanged: { readonly at: string; readonly subject: string }[] = []
  const asked: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(String(input))
    asked.push(url.href)
    const key = url.origin === ONE ? oneKey : twoKey
    if (url.pathname === '/.well-known/oauth-authorization-server')
      return Response.json({
        issuer: url.origin,
        jwks_uri: `${url.origin}/jwks`,
        token_endpoint: `${url.origin}/token`,
        introspection_endpoint: `${url.origin}/introspect`,
        userinfo_endpoint: `${url.origin}/userinfo`,
      })
    if (url.pathname === '/jwks') return Response.json({ keys: [key.publicJwk] })
    if (url.pathname === '/token') {
      const form = new URLSearchParams(String(init?.body))
      exchanged.push({ at: url.origin, subject: form.get('subject_token') ?? '' })
      return Response.json({
        access_token: `issued-by-${url.hostname}`,
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 300,
      })
    }
    if (url.pathname === '/userinfo') {
      const isLive = new Headers(init?.headers).get('authorization') === 'Bearer opaque-of-alice'
      return isLive ? Response.json({ sub: 'alice' }) : new Response(null, { status: 401 })
    }
    return new Response(null, { status: 404 })
  }
  return { fetch, exchanged, asked, now: () => START * 1000 }
}

function app(options: Partial<OnBehalfOptions>) {
  const events: AuditEvent[] = []
  const warnings: string[] = []
  const onbehalf = createOnBehalf({
    servers: {},
    audit: { record: (event) => void events.push(event) },
    now: () => START * 1000,
    warn: (message) => warnings.push(message),
    ...options,
  })
  const admit = (token: Credential | string) =>
    onbehalf.admit(
      new Request(APP, {
        headers: {
          authorization: `Bearer ${typeof token === 'string' ? token : token.reveal()}`,
        },
      }),
    )
  return { onbehalf, admit, events, warnings }
}

const fromOne = (claims = {}) =>
  mint(oneKey, goodClaims({ iss: ONE, aud: 'api-of-one', ...claims }))
const fromTwo = (claims = {}) =>
  mint(twoKey, goodClaims({ iss: TWO, aud: 'api-of-two', ...claims }))

describe('an app with one issuer', () => {
  it('an app with one issuer needs its preset and no more', async () => {
    const { fetch } = world()
    const { admit, onbehalf } = app({
      issuer: oidc({ issuer: ONE, audience: 'api-of-one', fetch, now: () => START * 1000 }),
    })
    const admission = await admit(await fromOne())
    expect(admission.ok && admission.value.principal).toMatchObject({
      issuer: ONE,
      subject: 'alice',
    })
    const at = `${new URL(APP).origin}/.well-known/oauth-protected-resource/chat`
    expect(await onbehalf.metadata(new Request(at))?.json()).toMatchObject({
      resource: APP,
      authorization_servers: [ONE],
    })
  })

  it('an app with one issuer points a stranger to the metadata of the URL that was asked', async () => {
    const { fetch } = world()
    const { onbehalf } = app({ issuer: oidc({ issuer: ONE, audience: 'api-of-one', fetch }) })
    const admission = await onbehalf.admit(new Request(APP))
    expect(!admission.ok && admission.response.headers.get('www-authenticate')).toContain(
      'resource_metadata="https://app.example/.well-known/oauth-protected-resource/chat"',
    )
  })

  it('an app with one issuer must say whom its tokens are for: the Host header never decides it', () => {
    expect(() => app({ issuer: oidc({ issuer: ONE }) })).toThrow(
      /resource or audience must be given/,
    )
  })

  it('an app with one issuer lets its own audience stand before that of the preset', async () => {
    const { fetch, now } = world()
    const issuer = oidc({ issuer: ONE, audience: 'api-of-one', fetch, now })
    const { admit } = app({ issuer, audience: ['other', 'third'] })
    expect((await admit(await fromOne())).ok).toBe(false)
    expect((await admit(await fromOne({ aud: 'third' }))).ok).toBe(true)
  })

  it('an app with one issuer tells its operator what was expected and what came, and nobody else', async () => {
    const { fetch, now } = world()
    const { admit, events } = app({
      issuer: oidc({ issuer: ONE, audience: 'api-of-one', fetch, now }),
    })
    const cases = [
      [
        await fromOne({ aud: 'canary-audience' }),
        'audience_mismatch',
        'api-of-one',
        'canary-audience',
      ],
      [
        await mint(oneKey, goodClaims({ iss: ONE }), { typ: 'logout+jwt' }),
        'type_refused',
        'typ at+jwt or JWT',
        'logout+jwt',
      ],
      [await fromOne({ iss: `${ONE}/` }), 'issuer_mismatch', ONE, `${ONE}/`],
    ] as const
    for (const [token, reason, expected, found] of cases) {
      const admission = await admit(token)
      expect(events.at(-1)).toMatchObject({ outcome: 'refused', reason, expected, found })
      if (admission.ok) throw new Error('admitted')
      const told = JSON.stringify([
        [...admission.response.headers],
        await admission.response.text(),
      ])
      expect(told).not.toContain(found)
    }
    expect(JSON.stringify(events)).not.toContain('eyJ')
  })

  it('an app with one issuer that cannot exchange is told so at creation, with what to use instead', () => {
    const { fetch } = world()
    expect(() =>
      app({
        issuer: google({ clientId: 'web', fetch }),
        servers: { Tasks: { url: 'https://tasks.example/mcp' } },
      }),
    ).toThrow(/servers\.Tasks\.source is "exchange": Google has no token exchange .*"connection"/)
    expect(() =>
      app({
        issuer: auth0({ domain: 'acme.auth0.com', audience: 'x', fetch }),
        servers: { Tasks: { url: 'https://tasks.example/mcp' } },
      }),
    ).toThrow(/needs clientId and clientSecret to exchange/)
  })

  it('an app with one issuer lists the servers that there are when another one is named', async () => {
    const { fetch, now } = world()
    const { admit } = app({
      issuer: oidc({ issuer: ONE, audience: 'api-of-one', fetch, now }),
      servers: {
        Tasks: { url: 'https://tasks.example/mcp', source: { type: 'own' } },
        Mail: { url: 'https://mail.example/mcp', source: { type: 'own' } },
      },
    })
    const admission = await admit(await fromOne())
    if (!admission.ok) throw new Error(admission.refusal.reason)
    expect(() => admission.value.fetch('Task')).toThrow(
      /did you mean Tasks\? \(there are Tasks, Mail\)/,
    )
    expect(() => admission.value.fetch('Calendar')).toThrow(AuthError)
    expect(() => admission.value.fetch('Calendar')).toThrow(/there are Tasks, Mail/)
  })
})

describe('an app with several issuers', () => {
  const both = ({ fetch, now }: ReturnType<typeof world>) => [
    oidc({
      issuer: ONE,
      audience: 'api-of-one',
      clientId: 'app',
      clientSecret: SECRET,
      fetch,
      now,
    }),
    oidc({
      issuer: TWO,
      audience: 'api-of-two',
      clientId: 'app',
      clientSecret: SECRET,
      fetch,
      now,
    }),
  ]

  it('an app with several issuers holds each token to its own issuer, keys and audience', async () => {
    const { admit, onbehalf } = app({ issuers: both(world()) })
    expect((await admit(await fromOne())).ok).toBe(true)
    expect((await admit(await fromTwo())).ok).toBe(true)
    const wrong = [
      await fromOne({ aud: 'api-of-two' }),
      await fromTwo({ aud: 'api-of-one' }),
      await mint(oneKey, goodClaims({ iss: TWO, aud: 'api-of-two' })),
      await fromOne({ iss: 'https://three.example' }),
      await fromOne({ iss: undefined }),
    ]
    for (const token of wrong) expect((await admit(token)).ok).toBe(false)
    const at = `${new URL(APP).origin}/.well-known/oauth-protected-resource/chat`
    expect(await onbehalf.metadata(new Request(at))?.json()).toMatchObject({
      authorization_servers: [ONE, TWO],
    })
  })

  it('an app with several issuers exchanges each token at its own issuer, and shows it to no other', async () => {
    const parts = world()
    const server = await rpcServer([tool('list_tasks', {})])
    const { admit } = app({
      issuers: both(parts),
      servers: { Tasks: { url: server.url, source: { type: 'exchange', scopes: ['tasks:read'] } } },
    })
    for (const token of [await fromOne(), await fromTwo()]) {
      const admission = await admit(token)
      if (!admission.ok) throw new Error(admission.refusal.reason)
      await admission.value.fetch('Tasks')(server.url, post(LIST))
    }
    expect(parts.exchanged.map(({ at }) => at)).toEqual([ONE, TWO])
    const [first, second] = parts.exchanged
    expect(first?.subject).not.toBe(second?.subject)
  })

  it('an app with several issuers asks one issuer at most about a token that is no JWT', async () => {
    const parts = world()
    const opaque = betterAuth({
      issuer: TWO,
      audience: 'web',
      opaqueTokens: 'userinfo',
      fetch: parts.fetch,
      now: parts.now,
    })
    const [one] = both(parts)
    const { admit, events } = app({ issuers: one ? [one, opaque] : [] })
    const admission = await admit('opaque-of-alice')
    expect(admission.ok && admission.value.principal).toMatchObject({
      issuer: TWO,
      subject: 'alice',
    })
    expect(events.at(-1)).toMatchObject({ detail: 'audience_assumed', audience: ['web'] })
    expect(parts.asked.filter((url) => url.startsWith(ONE))).toEqual([])
    const zit = zitadel({ issuer: ONE, audience: 'p', clientId: 'a', clientSecret: SECRET })
    expect(() => app({ issuers: [zit, opaque] })).toThrow(/only one of them can take tokens/)
  })

  it('an app with several issuers cannot have one twice, or both settings', () => {
    const [one] = both(world())
    if (!one) throw new Error('no issuer')
    expect(() => app({ issuers: [one, one] })).toThrow(/is there twice/)
    expect(() => app({ issuer: one, issuers: [one] })).toThrow(/give one of them/)
  })

  it('an app with an issuer can have a verifier by hand, which takes the place of the issuer’s', async () => {
    const [one] = both(world())
    if (!one) throw new Error('no issuer')
    const asked: string[] = []
    const { admit } = app({
      issuer: one,
      verifier: {
        verify: async (credential) => {
          asked.push(credential.reveal())
          return refused('token_inactive')
        },
      },
    })
    expect((await admit('any-token-at-all')).ok).toBe(false)
    expect(asked).toEqual(['any-token-at-all'])
  })
})

describe('the source own with an audience', () => {
  it('the source own with an audience gives the token to a server that takes it, and the audit has the real audience', async () => {
    const { fetch, now } = world()
    const server = await rpcServer([tool('list_tasks', {})])
    const { admit, events, warnings } = app({
      issuer: betterAuth({ issuer: ONE, idTokensFor: 'web', audience: 'web', fetch, now }),
      servers: {
        TaskFlow: { url: server.url, source: { type: 'own', audience: 'web' } },
        Other: {
          url: `${server.url}?x`,
          resource: 'https://other.example',
          source: { type: 'own', audience: 'api' },
        },
      },
    })
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toContain("servers.TaskFlow gets the person's own token, as one for web")
    const idToken = await mint(
      oneKey,
      goodClaims({ iss: ONE, aud: 'web', client_id: 'web', scope: undefined }),
      { typ: undefined },
    )
    const admission = await admit(idToken)
    if (!admission.ok) throw new Error(admission.refusal.reason)
    await admission.value.fetch('TaskFlow')(server.url, post(LIST))
    expect(server.values(server.received.length - 1, 'authorization')).toEqual([
      `Bearer ${idToken.reveal()}`,
    ])
    expect(events.at(-1)).toMatchObject({ hop: 'carry', outcome: 'allowed', audience: ['web'] })

    const before = server.reached.length
    await admission.value.fetch('Other')(`${server.url}?x`, post(callOf('list_tasks')))
    expect(server.reached).toHaveLength(before)
    expect(events.at(-1)).toMatchObject({
      reason: 'own_audience_mismatch',
      expected: 'https://other.example or api',
      found: 'web',
    })
  })
})
