// Sign-in end to end: discovery, the sign-in page, code and PKCE, resources and scopes, over a real
// listener.

import { request } from 'node:http'
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type SignedIn, signInWithCode } from '../../../../examples/taskflow/issuer/code-flow.ts'
import { signIn } from '../sign-in.ts'
import { type RunningIssuer, resources, startIssuer, web } from './running-issuer.ts'

let running: RunningIssuer
const printed = [
  vi.spyOn(console, 'info'),
  vi.spyOn(console, 'warn'),
  vi.spyOn(console, 'error'),
  vi.spyOn(console, 'log'),
]

beforeAll(async () => {
  running = await startIssuer()
})
afterAll(async () => {
  await running.stop()
  expect(running.failures).toEqual([])
  // Standard output belongs to whoever asked for JSON; oidc-provider's notices would spoil it.
  for (const spy of printed) expect(spy.mock.calls).toEqual([])
})

const page = { clientId: 'taskflow-page', redirectUri: `${web}/` }

describe('discovery', () => {
  it.each(['oauth-authorization-server', 'openid-configuration'])(
    'discovery serves the metadata at /.well-known/%s',
    async (name) => {
      const response = await fetch(`${running.issuer}/.well-known/${name}`)
      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({
        issuer: running.issuer,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        grant_types_supported: expect.arrayContaining([
          'urn:ietf:params:oauth:grant-type:token-exchange',
        ]),
        id_token_signing_alg_values_supported: ['ES256'],
        revocation_endpoint: `${running.issuer}/oauth/revoke`,
        introspection_endpoint: `${running.issuer}/oauth/introspect`,
        end_session_endpoint: `${running.issuer}/oauth/sign-out`,
      })
    },
  )

  it('discovery publishes the public half of one ES256 key and nothing private', async () => {
    const { keys } = await json(`${running.issuer}/oauth/jwks`)
    expect(keys).toHaveLength(1)
    expect(keys[0]).toMatchObject({
      kty: 'EC',
      crv: 'P-256',
      alg: 'ES256',
      use: 'sig',
      kid: running.keys.issuerKey.kid,
    })
    expect(keys[0]).not.toHaveProperty('d')
  })

  it('discovery does not answer under a name that is not its own', async () => {
    const response = await fetch(
      `${running.issuer.replace('127.0.0.1', 'localhost')}/.well-known/openid-configuration`,
    )
    expect(response.status).toBe(421)
  })

  it.each([
    [
      'a whole URL in the request line',
      (_: string) => ({ path: 'http://evil.example/.well-known/openid-configuration' }),
    ],
    ['user-info in the Host header', (host: string) => ({ headers: { host: `evil@${host}` } })],
  ])('discovery does not answer to %s', async (_, changes) => {
    const url = new URL('/.well-known/openid-configuration', running.issuer)
    const status = await new Promise((resolve, reject) => {
      const asking = request(url, changes(url.host), (response) =>
        resolve(response.resume().statusCode),
      )
      asking.on('error', reject).end()
    })
    expect(status).toBe(421)
  })
})

describe('sign-in', () => {
  it.each([
    ['alice', 'Alice'],
    ['bob', 'Bob'],
  ] as const)(
    'the sign-in gives %s an access token of 5 minutes for the chat',
    async (as, name) => {
      const token = await signIn({ issuer: running.issuer, as })
      const jwks = createLocalJWKSet(await json(`${running.issuer}/oauth/jwks`))
      const { payload, protectedHeader } = await jwtVerify(token, jwks, {
        issuer: running.issuer,
        audience: resources.chat,
        typ: 'at+jwt',
        algorithms: ['ES256'],
      })
      expect(payload).toMatchObject({
        sub: as,
        name,
        client_id: 'taskflow-cli',
        scope: 'tasks:read tasks:write',
      })
      expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300)
      expect(payload.jti).toBeTypeOf('string')
      expect(protectedHeader.kid).toBe(running.keys.issuerKey.kid)
      expect(payload).not.toHaveProperty('act')
    },
  )

  it.each(['chat', 'mcp', 'api'] as const)(
    'the sign-in gives a token for %s when that resource is asked for',
    async (name) => {
      const claims = decodeJwt(
        await signIn({ issuer: running.issuer, as: 'alice', resource: resources[name] }),
      )
      expect(claims.aud).toBe(resources[name])
    },
  )

  it('the sign-in gives exactly the scopes that were asked for', async () => {
    expect(
      decodeJwt(await signIn({ issuer: running.issuer, as: 'bob', scope: 'tasks:read' })).scope,
    ).toBe('tasks:read')
  })

  it('the sign-in narrows to the request even when the session was granted more before', async () => {
    const signedIn = await signInWithCode({
      issuer: running.issuer,
      as: 'alice',
      ...page,
      scope: 'tasks:read',
    })
    const body = await refresh(signedIn, { scope: 'tasks:read tasks:write' })
    expect(body.error).toBe('invalid_scope')
  })

  it('the sign-in refuses a resource that it does not know with invalid_target', async () => {
    await expect(
      signIn({ issuer: running.issuer, as: 'alice', resource: 'http://127.0.0.1:9999/other' }),
    ).rejects.toMatchObject({
      error: 'invalid_target',
    })
  })

  it('the sign-in names the people it knows when asked for another', async () => {
    await expect(signInWithCode({ issuer: running.issuer, as: 'carol' })).rejects.toThrow(
      'sign in as alice or bob',
    )
  })

  it('the sign-in gives an ID token with the name when openid and profile are asked for', async () => {
    const signedIn = await signInWithCode({
      issuer: running.issuer,
      as: 'alice',
      ...page,
      scope: 'openid profile tasks:read',
    })
    expect(decodeJwt(signedIn.idToken?.reveal() ?? '')).toMatchObject({
      sub: 'alice',
      name: 'Alice',
      aud: 'taskflow-page',
    })
  })

  it('the sign-in survives a restart in its middle', async () => {
    const started = await fetch(authorization({}), { redirect: 'manual' })
    const cookie = started.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    await running.restart()
    const shown = await fetch(new URL(started.headers.get('location') ?? '', running.issuer), {
      headers: { cookie },
    })
    expect(shown.status).toBe(200)
  })
})

describe('the authorization endpoint', () => {
  it('the authorization endpoint asks every client for PKCE with S256', async () => {
    expect(
      await refusal(authorization({ code_challenge: undefined, code_challenge_method: undefined })),
    ).toBe('invalid_request')
    expect(await refusal(authorization({ code_challenge_method: 'plain' }))).toBe('invalid_request')
  })

  it.each(['token', 'id_token', 'code id_token'])(
    'the authorization endpoint does not know the response type %s',
    async (type) => {
      expect(await refusal(authorization({ response_type: type }))).toBe(
        'unsupported_response_type',
      )
    },
  )

  it('the authorization endpoint does not redirect to an address that is not registered', async () => {
    const response = await fetch(authorization({ redirect_uri: 'https://evil.example/' }), {
      redirect: 'manual',
    })
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
  })

  it('the authorization endpoint gives the token command any loopback port, and the page only its own address', async () => {
    const cli = { client_id: 'taskflow-cli', redirect_uri: 'http://127.0.0.1:51234/callback' }
    expect((await fetch(authorization(cli), { redirect: 'manual' })).status).toBe(303)
    const other = { redirect_uri: 'http://127.0.0.1:51234/' }
    expect((await fetch(authorization(other), { redirect: 'manual' })).status).toBe(400)
  })
})

describe('several resources in one sign-in', () => {
  it('a sign-in for several resources lets the page redeem the code and refresh for one of them each time', async () => {
    const signedIn = await signInWithCode({
      issuer: running.issuer,
      as: 'alice',
      ...page,
      resources: [resources.chat, resources.api],
    })
    expect(decodeJwt(signedIn.accessToken.reveal())).toMatchObject({
      aud: resources.chat,
      client_id: 'taskflow-page',
    })
    const second = await refresh(signedIn, { resource: resources.api })
    expect(decodeJwt(second.access_token)).toMatchObject({
      aud: resources.api,
      sub: 'alice',
      scope: 'tasks:read tasks:write',
    })
  })

  it('a sign-in for several resources refuses a resource that was not part of the sign-in', async () => {
    const signedIn = await signInWithCode({
      issuer: running.issuer,
      as: 'alice',
      ...page,
      resources: [resources.chat],
    })
    expect((await refresh(signedIn, { resource: resources.api })).error).toBe('invalid_target')
  })

  it('a sign-in for several resources takes the chat when a refresh names none of them', async () => {
    const signedIn = await signInWithCode({
      issuer: running.issuer,
      as: 'bob',
      ...page,
      resources: [resources.api, resources.chat],
    })
    expect(decodeJwt((await refresh(signedIn, {})).access_token).aud).toBe(resources.chat)
  })
})

function authorization(changes: Record<string, string | undefined>): URL {
  const url = new URL(`${running.issuer}/oauth/authorize`)
  const parameters = {
    response_type: 'code',
    client_id: 'taskflow-page',
    redirect_uri: `${web}/`,
    state: 'state-of-this-test',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ...changes,
  }
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) url.searchParams.set(name, value)
  return url
}

/** The error in the redirect back to the client, beside the issuer and the state. */
async function refusal(url: URL): Promise<string | null> {
  const response = await fetch(url, { redirect: 'manual' })
  const location = new URL(response.headers.get('location') ?? '')
  const answer =
    location.hash === '' ? location.searchParams : new URLSearchParams(location.hash.slice(1))
  expect(location.origin).toBe(web)
  expect(answer.get('iss')).toBe(running.issuer)
  expect(answer.get('state')).toBe('state-of-this-test')
  return answer.get('error')
}

async function refresh(signedIn: SignedIn, parameters: Record<string, string>) {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: 'taskflow-page',
    refresh_token: signedIn.refreshToken?.reveal() ?? '',
    ...parameters,
  })
  return await json(`${running.issuer}/oauth/token`, { method: 'POST', body })
}

async function json(url: string, init?: RequestInit) {
  return JSON.parse(await (await fetch(url, init)).text())
}
