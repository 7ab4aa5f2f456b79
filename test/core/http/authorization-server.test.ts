// Where metadata is looked for, and what of it is believed.

import { describe, expect, it } from 'vitest'
import {
  discoverAuthorizationServer,
  metadataUrls,
} from '../../../src/core/http/authorization-server.ts'
import { endpointOf, judgeMetadata } from '../../../src/core/http/server-metadata.ts'

const issuer = 'https://login.example'
const answers = (
  documents: Record<string, unknown>,
  asked: string[] = [],
): typeof globalThis.fetch => {
  return async (input) => {
    asked.push(String(input))
    const document = documents[String(input)]
    return document === undefined ? new Response(null, { status: 404 }) : Response.json(document)
  }
}

describe('the places', () => {
  it('the places are those of RFC 8414 section 3.1 and 5 for an issuer with a path', () => {
    expect(metadataUrls('https://example.com/issuer1')).toEqual([
      'https://example.com/.well-known/oauth-authorization-server/issuer1',
      'https://example.com/.well-known/openid-configuration/issuer1',
      'https://example.com/issuer1/.well-known/openid-configuration',
    ])
  })

  it.each(['https://example.com', 'https://example.com/'])(
    'the places are two for an issuer without one: %s',
    (one) => {
      expect(metadataUrls(one)).toEqual([
        'https://example.com/.well-known/oauth-authorization-server',
        'https://example.com/.well-known/openid-configuration',
      ])
    },
  )

  it('the places are asked in order until one has a document about this issuer', async () => {
    const asked: string[] = []
    const [first = '', second = '', third = ''] = metadataUrls('https://example.com/a')
    const fetch = answers(
      {
        [second]: { issuer: 'https://evil.example' },
        [third]: { issuer: 'https://example.com/a' },
      },
      asked,
    )
    expect(
      await discoverAuthorizationServer({ issuer: 'https://example.com/a', fetch }).current(),
    ).toMatchObject({ ok: true })
    expect(asked).toEqual([first, second, third])
  })
})

describe('a document', () => {
  it('a document gives the endpoints on the issuer’s own origin, and leaves out all others', () => {
    expect(
      judgeMetadata(
        {
          issuer,
          token_endpoint: `${issuer}/token`,
          introspection_endpoint: 'https://evil.example/introspect',
          revocation_endpoint: `${issuer}/revoke`,
          jwks_uri: 'http://169.254.169.254/jwks',
          authorization_endpoint: 'javascript:alert(1)',
        },
        issuer,
      ),
    ).toEqual({
      issuer,
      tokenEndpoint: `${issuer}/token`,
      revocationEndpoint: `${issuer}/revoke`,
      // For the operator alone, who may name such an endpoint.
      elsewhere: {
        introspection_endpoint: 'https://evil.example/introspect',
        jwks_uri: 'http://169.254.169.254/jwks',
        authorization_endpoint: 'javascript:alert(1)',
      },
    })
  })

  it('a document says what a person may be sent to, and how', () => {
    const said = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      registration_endpoint: `${issuer}/register`,
      code_challenge_methods_supported: ['plain', 'S256'],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
      scopes_supported: ['openid', 'offline_access'],
      dpop_signing_alg_values_supported: ['EdDSA', 'ES256'],
      token_endpoint_auth_methods_supported: ['none', 7, 'client_secret_post'],
    }
    expect(judgeMetadata(said, issuer)).toEqual({
      issuer,
      authorizationEndpoint: `${issuer}/authorize`,
      registrationEndpoint: `${issuer}/register`,
      pkce: true,
      namesIssuer: true,
      clientDocuments: true,
      offlineAccess: true,
      dpop: true,
      clientAuthentication: ['none', 'client_secret_post'],
    })
    const unsaid = {
      issuer,
      authorization_endpoint: 7,
      registration_endpoint: null,
      scopes_supported: 'offline_access',
      dpop_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: {},
      code_challenge_methods_supported: 'S256',
      authorization_response_iss_parameter_supported: 'true',
      client_id_metadata_document_supported: 1,
    }
    expect(judgeMetadata(unsaid, issuer)).toEqual({ issuer })
    expect(judgeMetadata({ issuer, code_challenge_methods_supported: ['plain'] }, issuer)).toEqual({
      issuer,
    })
  })

  it.each([
    ['text', 'x'],
    ['null', null],
    ['a list', []],
    ['about nobody', {}],
    ['about a longer issuer', { issuer: `${issuer}/` }],
    ['about an issuer in capitals', { issuer: 'https://LOGIN.example' }],
  ])('a document is not believed: %s', (_, document) => {
    expect(judgeMetadata(document, issuer)).toBeUndefined()
  })

  it.each([
    ['is no text', 1],
    ['is no URL', '/token'],
    ['is on another port', `${issuer}:8443/token`],
    ['is on a subdomain', 'https://tokens.login.example/token'],
    ['has user-info', 'https://x@login.example/token'],
    ['has a fragment', `${issuer}/token#x`],
    ['is http', 'http://login.example/token'],
  ])('a document loses an endpoint that %s', (_, endpoint) => {
    const server = judgeMetadata({ issuer, token_endpoint: endpoint }, issuer)
    expect(server).not.toHaveProperty('tokenEndpoint')
  })

  it('a document that names an endpoint elsewhere leads to the setting that names it', () => {
    const elsewhere = judgeMetadata(
      { issuer, token_endpoint: 'https://oauth2.googleapis.com/token' },
      issuer,
    )
    expect(elsewhere && endpointOf(elsewhere, 'token_endpoint', 'tokenEndpoint')).toEqual({
      ok: false,
      refusal: {
        reason: 'endpoint_elsewhere',
        claim: 'token_endpoint',
        expected: 'an endpoint on https://login.example, or the setting tokenEndpoint',
        found: 'https://oauth2.googleapis.com/token',
      },
    })
    expect(endpointOf({ issuer }, 'jwks_uri', 'jwksUri')).toEqual({
      ok: false,
      refusal: { reason: 'endpoint_missing', claim: 'jwks_uri', expected: 'the setting jwksUri' },
    })
    const tokenEndpoint = `${issuer}/token`
    expect(endpointOf({ issuer, tokenEndpoint }, 'token_endpoint', 'tokenEndpoint')).toEqual({
      ok: true,
      value: tokenEndpoint,
    })
  })
})

describe('a place', () => {
  const withPath = 'https://example.com/a'
  const [first = '', second = '', third = ''] = metadataUrls(withPath)
  const document = { issuer: withPath, token_endpoint: `${withPath}/token` }
  const hang = () => new Promise<Response>(() => {})

  const discover = (
    places: Record<string, () => Response | Promise<Response>>,
    options: { readonly issuer?: string; readonly deadline?: number } = {},
  ) =>
    discoverAuthorizationServer({
      issuer: withPath,
      fetch: async (input) => places[String(input)]?.() ?? new Response(null, { status: 404 }),
      ...options,
    }).current()

  it.each<[string, () => Response | Promise<Response>]>([
    ['redirects', () => Response.redirect('https://evil.example/x', 302)],
    ['resets the connection', () => Promise.reject(new TypeError('fetch failed'))],
    ['hangs', hang],
    ['answers with a page', () => new Response('<html>')],
    ['answers with JSON about nobody', () => Response.json([])],
    ['is broken', () => new Response(null, { status: 502 })],
    ['wants a sign-in', () => new Response(null, { status: 401 })],
    ['is about another issuer', () => Response.json({ issuer: 'https://evil.example' })],
    ['never ends its body', () => new Response(new ReadableStream())],
  ])('a place that %s does not keep the next ones from being asked', async (_, bad) => {
    const last = { [first]: bad, [second]: bad, [third]: () => Response.json(document) }
    expect(await discover(last, { deadline: 400 })).toMatchObject({ ok: true })
    const middle = { [first]: bad, [second]: () => Response.json(document), [third]: bad }
    expect(await discover(middle, { deadline: 400 })).toMatchObject({ ok: true })
  })

  it('a place that is slow is waited for, while the next ones are asked', async () => {
    let answer = (_: Response) => {}
    const slow = new Promise<Response>((resolve) => {
      answer = resolve
    })
    const asked: string[] = []
    const found = discoverAuthorizationServer({
      issuer: withPath,
      deadline: 2000,
      fetch: async (input) => {
        asked.push(String(input))
        if (String(input) === third) answer(Response.json(document))
        return String(input) === first ? slow : new Response(null, { status: 404 })
      },
    })
    expect(await found.current()).toMatchObject({ ok: true })
    expect(asked).toEqual([first, second, third])
  })

  it('a place that still hangs when another has answered is let go', async () => {
    let signal: AbortSignal | null | undefined
    const found = discoverAuthorizationServer({
      issuer: withPath,
      deadline: 400,
      fetch: async (input, init) => {
        if (String(input) !== first) return Response.json(document)
        signal = init?.signal
        return hang()
      },
    })
    await found.current()
    expect(signal?.aborted).toBe(true)
  })

  it.each([
    ['with a slash', 'https://login.example/'],
    ['by another name', 'https://127.0.0.1'],
    ['in capitals', 'https://LOGIN.example'],
    ['as a template', 'https://login.example/{tenantid}/v2.0'],
  ])('a place that spells the issuer otherwise is named as that: %s', async (_, spelled) => {
    const fetch = answers(
      Object.fromEntries(metadataUrls(issuer).map((u) => [u, { issuer: spelled }])),
    )
    expect(await discoverAuthorizationServer({ issuer, fetch }).current()).toEqual({
      ok: false,
      refusal: {
        reason: 'issuer_mismatch_metadata',
        claim: 'issuer',
        expected: issuer,
        found: spelled,
      },
    })
  })

  it.each<[string, Record<string, () => Response | Promise<Response>>, string]>([
    ['none has a document', {}, 'metadata_missing'],
    [
      'all redirect',
      Object.fromEntries(
        [first, second, third].map((url) => [url, () => Response.redirect('https://x.example')]),
      ),
      'metadata_missing',
    ],
    ['one is down', { [second]: () => new Response(null, { status: 503 }) }, 'issuer_unavailable'],
    ['one hangs', { [third]: hang }, 'issuer_unavailable'],
    [
      'one is down and another is about somebody else',
      {
        [first]: () => Promise.reject(new Error('reset')),
        [second]: () => Response.json({ issuer: 'https://evil.example' }),
      },
      'issuer_mismatch_metadata',
    ],
  ])('when of all places %s, the reason says so', async (_, places, reason) => {
    expect(await discover(places, { deadline: 40 })).toMatchObject({ refusal: { reason } })
  })
})

describe('over time', () => {
  it('the metadata of a server is kept for an hour, and a failure for a second', async () => {
    let now = 0
    let up = false
    let asked = 0
    const fetch: typeof globalThis.fetch = async () => {
      asked++
      return up ? Response.json({ issuer }) : new Response(null, { status: 500 })
    }
    const server = discoverAuthorizationServer({ issuer, fetch, now: () => now * 1000 })
    expect(await server.current()).toEqual({ ok: false, refusal: { reason: 'issuer_unavailable' } })
    expect(await server.current()).toEqual({ ok: false, refusal: { reason: 'issuer_unavailable' } })
    expect(asked).toBe(2)
    up = true
    now = 1
    expect(await server.current()).toEqual({ ok: true, value: { issuer } })
    now = 3600
    await server.current()
    expect(asked).toBe(3)
    now = 3601
    await server.current()
    expect(asked).toBe(4)
  })

  it('the metadata of a server is refused to a caller who has given up already', async () => {
    const server = discoverAuthorizationServer({ issuer, fetch: answers({}) })
    expect(await server.current({ signal: AbortSignal.abort() })).toEqual({
      ok: false,
      refusal: { reason: 'cancelled' },
    })
  })
})

it.each([
  'http://login.example',
  'login.example',
  'https://a:b@login.example',
  'https://login.example?x=1',
  'https://login.example?',
  'https://login.example#x',
])('an issuer must be an https URL without query, fragment or user-info: %s', (bad) => {
  expect(() => discoverAuthorizationServer({ issuer: bad })).toThrow(TypeError)
})
