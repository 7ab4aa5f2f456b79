// How each preset exchanges tokens: what is sent to the provider, and what its documented answer
// becomes. A provider that cannot exchange says so when it is configured.

import type { ExchangeTarget } from 'onbehalf'
import { Credential, createOnBehalf } from 'onbehalf'
import {
  auth0,
  authentik,
  betterAuth,
  type ConfiguredIssuer,
  clerk,
  cognito,
  entra,
  firebase,
  github,
  google,
  hydra,
  type IssuerOptions,
  keycloak,
  oidc,
  okta,
  pingFederate,
  spring,
  supabase,
  workos,
  zitadel,
} from 'onbehalf/issuers'
import { describe, expect, it } from 'vitest'
import { secret } from '../oauth/server.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const JWT = 'urn:ietf:params:oauth:token-type:jwt'
const RESOURCE = 'https://tasks.example/mcp'
const named: ExchangeTarget = { resource: RESOURCE, audience: 'tasks', scopes: ['tasks:read'] }
const ANSWER = {
  access_token: 'new-token',
  issued_token_type: ACCESS_TOKEN,
  token_type: 'Bearer',
  expires_in: 300,
}

type Make = (options: IssuerOptions & { readonly clientId: string }) => ConfiguredIssuer

/** Exchanges one token by a preset, and gives the form that was sent. */
async function exchangeBy(make: Make, target: ExchangeTarget, answer: object) {
  const forms: URLSearchParams[] = []
  const authorizations: (string | null)[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(String(input))
    if (!url.pathname.includes('.well-known')) {
      forms.push(new URLSearchParams(init?.body as URLSearchParams))
      authorizations.push(new Headers(init?.headers).get('authorization'))
      return Response.json(answer)
    }
    // The first place of RFC 8414: the well-known part comes before the issuer's path.
    if (!url.pathname.startsWith('/.well-known/oauth-authorization-server'))
      return new Response(null, { status: 404 })
    const path = url.pathname.replace('/.well-known/oauth-authorization-server', '')
    const issuer = issuers.find((one) => one.replace(/\/$/, '') === `${url.origin}${path}`)
    return Response.json({ issuer, token_endpoint: `${url.origin}/token` })
  }
  const issuers: string[] = []
  const made = make({ clientId: 'app', clientSecret: secret('s3cr3t'), fetch })
  issuers.push(made.issuer)
  const result = await made.exchanger?.exchange(secret('subject.token.here'), target)
  const { grant_type, client_id, client_secret, subject_token, assertion, ...form } =
    Object.fromEntries(forms[0] ?? [])
  return {
    result,
    form,
    grant_type,
    subject: subject_token ?? assertion,
    inForm: client_secret,
    authorization: authorizations[0],
    scopesFromIssuer: made.exchanger?.scopesFromIssuer ?? false,
    client_id,
  }
}

const rfc8693 = { subject_token_type: ACCESS_TOKEN, requested_token_type: ACCESS_TOKEN }
const scope = 'tasks:read'

const ROWS: readonly [
  name: string,
  make: Make,
  form: object,
  answer: object,
  fromIssuer: boolean,
][] = [
  [
    'oidc',
    (o) => oidc({ ...o, issuer: 'https://login.example' }),
    { ...rfc8693, resource: RESOURCE, audience: 'tasks', scope },
    ANSWER,
    false,
  ],
  [
    'keycloak',
    (o) => keycloak({ ...o, url: 'https://login.example', realm: 'acme' }),
    { ...rfc8693, audience: 'tasks', scope },
    { ...ANSWER, scope: 'tasks:read profile email', 'not-before-policy': 0 },
    false,
  ],
  [
    'auth0',
    (o) => auth0({ ...o, domain: 'acme.eu.auth0.com' }),
    { ...rfc8693, audience: 'tasks', scope },
    ANSWER,
    true,
  ],
  [
    'okta',
    (o) => okta({ ...o, domain: 'acme.okta.com' }),
    { ...rfc8693, audience: 'tasks', scope },
    ANSWER,
    true,
  ],
  [
    'zitadel',
    (o) => zitadel({ ...o, issuer: 'https://acme.zitadel.cloud' }),
    { subject_token_type: ACCESS_TOKEN, requested_token_type: JWT, audience: 'tasks', scope },
    { ...ANSWER, issued_token_type: JWT },
    true,
  ],
  [
    'authentik',
    (o) => authentik({ ...o, url: 'https://login.example', application: 'app' }),
    { ...rfc8693, audience: 'tasks', scope },
    ANSWER,
    true,
  ],
  [
    'spring',
    (o) => spring({ ...o, issuer: 'https://login.example' }),
    { ...rfc8693, resource: RESOURCE, audience: 'tasks', scope },
    ANSWER,
    false,
  ],
  [
    'pingFederate',
    (o) => pingFederate({ ...o, issuer: 'https://login.example' }),
    { ...rfc8693, resource: RESOURCE, audience: 'tasks', scope },
    { ...ANSWER, issued_token_type: 'urn:params:oauth:token-type:jwt' },
    false,
  ],
  [
    'workos',
    (o) => workos({ ...o, domain: 'acme.authkit.app' }),
    { ...rfc8693, resource: RESOURCE, scope },
    ANSWER,
    false,
  ],
  [
    'entra',
    (o) => entra({ ...o, tenant: '11111111-2222-3333-4444-555555555555' }),
    { requested_token_use: 'on_behalf_of', scope },
    {
      token_type: 'Bearer',
      scope,
      expires_in: 3599,
      ext_expires_in: 3599,
      access_token: 'new-token',
    },
    true,
  ],
]

describe('an exchange', () => {
  it.each(ROWS)(
    'an exchange by %s is asked for as its documentation says',
    async (name, make, form, answer, fromIssuer) => {
      const sent = await exchangeBy(make, named, answer)
      expect([sent.result?.ok, sent.form, sent.subject]).toEqual([true, form, 'subject.token.here'])
      expect(sent.grant_type).toBe(
        name === 'entra' ? 'urn:ietf:params:oauth:grant-type:jwt-bearer' : EXCHANGE,
      )
      expect(sent.scopesFromIssuer).toBe(fromIssuer)
      if (name === 'workos') expect([sent.inForm, sent.authorization]).toEqual(['s3cr3t', null])
      else expect(sent.authorization).toMatch(/^Basic /)
    },
  )

  it('an exchange by keycloak names the server by its URL, where it has no other name', async () => {
    const make: Make = (o) => keycloak({ ...o, url: 'https://login.example', realm: 'acme' })
    const { form } = await exchangeBy(make, { resource: RESOURCE, scopes: [] }, ANSWER)
    expect(form).toEqual({ ...rfc8693, audience: RESOURCE })
  })

  it('an exchange by entra asks for all of an API where no scope is named, and takes its scopes', async () => {
    const make: Make = (o) => entra({ ...o, tenant: '11111111-2222-3333-4444-555555555555' })
    const target = { resource: RESOURCE, audience: 'api://tasks', scopes: [] }
    const answer = {
      token_type: 'Bearer',
      scope: 'api://tasks/Tasks.Read api://tasks/Tasks.Write',
      expires_in: '3599',
      access_token: 'new-token',
    }
    const { result, form } = await exchangeBy(make, target, answer)
    expect(form.scope).toBe('api://tasks/.default')
    expect(result).toMatchObject({
      ok: true,
      value: { scopes: ['api://tasks/Tasks.Read', 'api://tasks/Tasks.Write'] },
    })
  })

  it('an exchange may differ from what the provider usually does', async () => {
    const make: Make = (o) =>
      keycloak({
        ...o,
        url: 'https://login.example',
        realm: 'acme',
        exchange: { allowScopes: ['roles'] },
      })
    const answer = { ...ANSWER, scope: 'tasks:read roles' }
    const { result, form } = await exchangeBy(make, named, answer)
    expect([result?.ok, form.audience]).toEqual([true, 'tasks'])
  })
})

describe('a provider that cannot exchange', () => {
  it.each<[string, (options: IssuerOptions) => ConfiguredIssuer]>([
    ['Better Auth', (o) => betterAuth({ ...o, issuer: 'https://login.example' })],
    [
      'Clerk',
      (o) =>
        clerk({
          ...o,
          issuer: 'https://acme.clerk.accounts.dev',
          clients: ['https://app.example'],
        } as never),
    ],
    [
      'Cognito',
      (o) => cognito({ ...o, region: 'eu-west-1', userPoolId: 'eu-west-1_abc' } as never),
    ],
    ['Firebase', (o) => firebase({ ...o, projectId: 'acme' } as never)],
    ['GitHub', (o) => github({ ...o } as never)],
    ['Google', (o) => google({ ...o } as never)],
    ['Hydra', (o) => hydra({ ...o, issuer: 'https://login.example' })],
    ['Supabase', (o) => supabase({ ...o, url: 'https://acme.supabase.co' })],
    ['WorkOS', (o) => workos(o)],
  ])('a provider that cannot exchange says what to use instead: %s', (name, make) => {
    const issuer = make({
      clientId: 'app',
      clientSecret: new Credential('s3cr3t'),
      audience: 'app',
    })
    const app = (more: object = {}) =>
      createOnBehalf({
        resource: 'https://app.example/chat',
        issuer,
        servers: { Tasks: { url: RESOURCE } },
        audit: { record: () => {} },
        ...more,
      })
    expect(() => app()).toThrow(
      new RegExp(`servers\\.Tasks\\.source.*${name}.*tokenService.*connection`),
    )
    const exchanger = { issuer: 'https://app.example/tokens', exchange: () => Promise.reject() }
    expect(() => app({ exchanger })).not.toThrow()
  })
})
