// Where metadata is looked for, and what of it is believed.

import { describe, expect, it } from 'vitest'
import {
  discoverAuthorizationServer,
  judgeMetadata,
  metadataUrls,
} from '../../../src/core/http/authorization-server.ts'

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
    ).toEqual({ issuer, tokenEndpoint: `${issuer}/token`, revocationEndpoint: `${issuer}/revoke` })
  })

  it('a document says what a person may be sent to, and how', () => {
    const said = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      registration_endpoint: `${issuer}/register`,
      code_challenge_methods_supported: ['plain', 'S256'],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
    }
    expect(judgeMetadata(said, issuer)).toEqual({
      issuer,
      authorizationEndpoint: `${issuer}/authorize`,
      registrationEndpoint: `${issuer}/register`,
      pkce: true,
      namesIssuer: true,
      clientDocuments: true,
    })
    const unsaid = {
      issuer,
      authorization_endpoint: 'https://evil.example/authorize',
      registration_endpoint: 'https://evil.example/register',
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
    expect(judgeMetadata({ issuer, token_endpoint: endpoint }, issuer)).toEqual({ issuer })
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
