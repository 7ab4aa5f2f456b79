// Connections by a preset and nothing else: where each provider's people are sent, with which
// parameters, from the metadata that the provider publishes.

import { describe, expect, it } from 'vitest'
import { memorySecretStore } from '../../src/core/vault/memory-secret-store.ts'
import { auth0, cognito, entra, github, google, keycloak, okta } from '../../src/issuers/index.ts'
import { type ConnectionServer, connections } from '../../src/oauth/index.ts'
import { alice } from '../core/parts.ts'

const RESOURCE = 'https://notes.example/mcp'
const S256 = { code_challenge_methods_supported: ['S256', 'plain'] }
const offline = { scopes_supported: ['openid', 'offline_access'] }

interface Row {
  readonly issuer: Exclude<ConnectionServer['issuer'], string>
  readonly scopes: readonly string[]
  /** What the provider publishes. None: it answers 404. */
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly authorization: string
  readonly token: string
  /** Parameters beside those of every flow. */
  readonly sent: Readonly<Record<string, string>>
  readonly server?: Partial<ConnectionServer>
}

const at = (origin: string, path = '') => ({
  authorization_endpoint: `${origin}${path}/authorize`,
  token_endpoint: `${origin}${path}/token`,
})
const MICROSOFT = 'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555'
const POOL_PAGES = 'https://acme.auth.eu-west-1.amazoncognito.com'

const ROWS: Readonly<Record<string, Row>> = {
  'Entra, which refuses a resource and announces no S256': {
    issuer: entra({ tenant: '11111111-2222-3333-4444-555555555555' }),
    scopes: ['api://notes/Notes.Read'],
    metadata: { ...at(MICROSOFT, '/oauth2/v2.0'), ...offline },
    authorization: `${MICROSOFT}/oauth2/v2.0/authorize`,
    token: `${MICROSOFT}/oauth2/v2.0/token`,
    sent: { scope: 'api://notes/Notes.Read offline_access' },
  },
  'Cognito, whose pages are on another host': {
    issuer: cognito({
      userPoolId: 'eu-west-1_AbCdEfGhI',
      clientId: 'app',
      domain: 'acme.auth.eu-west-1.amazoncognito.com',
    }),
    scopes: ['notes/read'],
    metadata: at(POOL_PAGES, '/oauth2'),
    authorization: `${POOL_PAGES}/oauth2/authorize`,
    token: `${POOL_PAGES}/oauth2/token`,
    sent: { scope: 'notes/read', resource: RESOURCE },
  },
  'Google, whose token endpoint is on another host': {
    issuer: google({ clientId: 'app' }),
    scopes: ['openid', 'https://www.googleapis.com/auth/drive.readonly'],
    metadata: {
      authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
      token_endpoint: 'https://oauth2.googleapis.com/token',
      ...S256,
    },
    authorization: 'https://accounts.google.com/o/oauth2/v2/auth',
    token: 'https://oauth2.googleapis.com/token',
    sent: {
      scope: 'openid https://www.googleapis.com/auth/drive.readonly',
      access_type: 'offline',
      prompt: 'consent',
    },
  },
  'GitHub, which publishes nothing': {
    issuer: github({ clientId: 'app', clientSecret: () => {} }),
    scopes: ['repo', 'gist'],
    authorization: 'https://github.com/login/oauth/authorize',
    token: 'https://github.com/login/oauth/access_token',
    sent: { scope: 'repo gist' },
  },
  'Auth0, with the identifier of the API': {
    issuer: auth0({ domain: 'acme.eu.auth0.com', audience: 'https://api.acme.example/' }),
    scopes: ['read:notes'],
    metadata: {
      authorization_endpoint: 'https://acme.eu.auth0.com/authorize',
      token_endpoint: 'https://acme.eu.auth0.com/oauth/token',
      ...S256,
      ...offline,
    },
    authorization: 'https://acme.eu.auth0.com/authorize',
    token: 'https://acme.eu.auth0.com/oauth/token',
    server: { parameters: { audience: 'https://notes.acme.example/' } },
    sent: {
      scope: 'read:notes offline_access',
      audience: 'https://notes.acme.example/',
      resource: RESOURCE,
    },
  },
  'Keycloak, which follows the standards': {
    issuer: keycloak({ url: 'https://login.example', realm: 'app' }),
    scopes: ['notes'],
    metadata: { ...at('https://login.example', '/realms/app/protocol/openid-connect'), ...S256 },
    authorization: 'https://login.example/realms/app/protocol/openid-connect/authorize',
    token: 'https://login.example/realms/app/protocol/openid-connect/token',
    sent: { scope: 'notes', resource: RESOURCE },
  },
  'Okta, which follows the standards': {
    issuer: okta({ domain: 'acme.okta.com' }),
    scopes: ['notes.read'],
    metadata: { ...at('https://acme.okta.com', '/oauth2/default/v1'), ...S256, ...offline },
    authorization: 'https://acme.okta.com/oauth2/default/v1/authorize',
    token: 'https://acme.okta.com/oauth2/default/v1/token',
    sent: { scope: 'notes.read offline_access', resource: RESOURCE },
  },
}

describe('an account at', () => {
  it.each(Object.entries(ROWS))('an account at %s is connected by the preset', async (_, row) => {
    const asked: string[] = []
    const app = connections({
      store: memorySecretStore(),
      servers: {
        Notes: {
          resource: RESOURCE,
          issuer: row.issuer,
          scopes: row.scopes,
          client: { type: 'registered', id: 'app' },
          ...row.server,
        },
      },
      redirectUri: 'https://app.example/connected',
      audit: { record: () => {} },
      fetch: async (input) => {
        const url = String(input)
        asked.push(url)
        if (!url.includes('/.well-known/'))
          return Response.json({ access_token: 'token-of-the-account', token_type: 'bearer' })
        return row.metadata
          ? Response.json({ issuer: row.issuer.issuer, ...row.metadata })
          : new Response(null, { status: 404 })
      },
    })
    const begun = await app.start(new Request('https://app.example/x'), alice, 'Notes', '/')
    const location = new URL(begun.headers.get('location') ?? 'https://nowhere.example')
    expect(location.origin + location.pathname).toBe(row.authorization)
    const { response_type, client_id, redirect_uri, state, code_challenge, ...more } =
      Object.fromEntries(location.searchParams)
    expect(more).toEqual({ code_challenge_method: 'S256', ...row.sent })
    const back = new URL('https://app.example/connected/Notes?code=c')
    back.searchParams.set('state', state ?? '')
    const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const response = await app.callback(new Request(back, { headers: { cookie } }), alice)
    expect(response.headers.get('location')).toBe('https://app.example/')
    expect(asked.at(-1)).toBe(row.token)
    expect((await app.credential(alice, 'Notes')).ok).toBe(true)
  })
})
