// Identity assertion: two requests to two servers, each seeing no more than it should, and every
// answer of either judged.

import { describe, expect, it, vi } from 'vitest'
import {
  clientSecretBasic,
  type IdentityAssertionOptions,
  identityAssertionExchanger,
} from '../../src/oauth/index.ts'
import { NOW, type Recorded, secret } from './server.ts'

const PROVIDER = 'https://sso.example'
const SERVER = 'https://auth.tasks.example'
const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag'
const target = { resource: 'https://tasks.example/mcp', scopes: ['tasks:read', 'tasks:write'] }
const subjectToken = secret('subject.token.here')
const vouched = {
  access_token: 'the.assertion.here',
  issued_token_type: ID_JAG,
  token_type: 'N_A',
  expires_in: 60,
}
const issued = { access_token: 'new-token', token_type: 'Bearer', expires_in: 300 }

type Answer = () => Response | Promise<Response>
const json =
  (body: unknown, status = 200): Answer =>
  () =>
    Response.json(body, { status })

function twoServers(provider: Answer = json(vouched), server: Answer = json(issued)) {
  const requests: Recorded[] = []
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const { origin, pathname, href } = new URL(String(input))
    if (pathname === '/.well-known/oauth-authorization-server')
      return Response.json({ issuer: origin, token_endpoint: `${origin}/token` })
    const form = new URLSearchParams(init.body instanceof URLSearchParams ? init.body : '')
    requests.push({ url: href, init, headers: new Headers(init.headers), form })
    return origin === PROVIDER ? provider() : server()
  }
  return { fetch, requests }
}

function exchanger(
  fetch: typeof globalThis.fetch,
  options: Partial<IdentityAssertionOptions> = {},
) {
  return identityAssertionExchanger({
    identityProvider: {
      issuer: PROVIDER,
      clientId: 'agentAtSso',
      client: clientSecretBasic(secret('ssoS3cr3t')),
    },
    authorizationServer: {
      issuer: SERVER,
      clientId: 'agentAtTasks',
      client: clientSecretBasic(secret('tasksS3cr3t')),
    },
    subjectTokenType: 'access-token',
    fetch,
    now: () => NOW * 1000,
    ...options,
  })
}

async function exchangeWith(provider?: Answer, server?: Answer, to = target) {
  const servers = twoServers(provider, server)
  const result = await exchanger(servers.fetch).exchange(subjectToken, to)
  return {
    result,
    reason: result.ok ? 'granted' : result.refusal.reason,
    requests: servers.requests,
  }
}

describe('the two requests', () => {
  it('the two requests ask the identity provider for an assertion, then the resource’s server for a token', async () => {
    const { requests } = await exchangeWith()
    expect(requests.map(({ url }) => url)).toEqual([`${PROVIDER}/token`, `${SERVER}/token`])
    expect(Object.fromEntries(requests[0]?.form ?? [])).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: 'subject.token.here',
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      requested_token_type: ID_JAG,
      audience: SERVER,
      resource: target.resource,
      scope: 'tasks:read tasks:write',
    })
    expect(Object.fromEntries(requests[1]?.form ?? [])).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: 'the.assertion.here',
      resource: target.resource,
      scope: 'tasks:read tasks:write',
    })
    for (const { init } of requests)
      expect(init).toMatchObject({ method: 'POST', redirect: 'manual', credentials: 'omit' })
  })

  it('the two requests show neither server what is the other’s', async () => {
    const { requests } = await exchangeWith()
    const [first, second] = requests.map(({ form, headers }) => `${form} ${[...headers]}`)
    expect(first).toContain(btoa('agentAtSso:ssoS3cr3t'))
    expect(first).not.toContain(btoa('agentAtTasks:tasksS3cr3t'))
    expect(second).toContain(btoa('agentAtTasks:tasksS3cr3t'))
    expect(second).not.toContain(btoa('agentAtSso:ssoS3cr3t'))
    expect(second).not.toContain('subject.token.here')
  })

  it('the two requests call the subject token what the option says', async () => {
    const { fetch, requests } = twoServers()
    await exchanger(fetch, { subjectTokenType: 'id-token' }).exchange(subjectToken, target)
    expect(requests[0]?.form.get('subject_token_type')).toBe(
      'urn:ietf:params:oauth:token-type:id_token',
    )
  })

  it('the two requests name the identity provider as the one that sees the subject token', () => {
    expect(exchanger(twoServers().fetch).issuer).toBe(PROVIDER)
  })
})

describe('the token', () => {
  it('the token of an assertion has the scopes that the assertion was good for, when the server names none', async () => {
    const { result, requests } = await exchangeWith(json({ ...vouched, scope: 'tasks:read' }))
    expect(result).toMatchObject({
      ok: true,
      value: { expiresAt: NOW + 300, scopes: ['tasks:read'] },
    })
    expect(requests[1]?.form.get('scope')).toBe('tasks:read')
  })

  it('the token of an assertion may be narrower than the assertion', async () => {
    const { result } = await exchangeWith(undefined, json({ ...issued, scope: 'tasks:write' }))
    expect(result).toMatchObject({ value: { scopes: ['tasks:write'] } })
  })

  it('the token of an assertion is not wider than the assertion', async () => {
    const { reason } = await exchangeWith(
      json({ ...vouched, scope: 'tasks:read' }),
      json({ ...issued, scope: 'tasks:write' }),
    )
    expect(reason).toBe('exchange_scope_widened')
  })

  it('the token of an assertion does not come from an assertion for no scope at all, which a server would answer with its default', async () => {
    const { result, requests } = await exchangeWith(json({ ...vouched, scope: '' }))
    expect(result).toEqual({
      ok: false,
      refusal: { reason: 'exchange_scope_refused', scopes: target.scopes },
    })
    expect(requests).toHaveLength(1)
  })
})

describe('an answer of the identity provider that is not good enough', () => {
  it.each<[string, unknown]>([
    ['an access token', { ...vouched, token_type: 'Bearer' }],
    ['no token type', { ...vouched, token_type: undefined }],
    [
      'another issued type',
      { ...vouched, issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
    ],
    ['no issued type', { ...vouched, issued_token_type: undefined }],
    ['no assertion', { ...vouched, access_token: undefined }],
    ['the subject token handed back', { ...vouched, access_token: 'subject.token.here' }],
    ['text', 'the.assertion.here'],
  ])(
    'an unusable answer of the identity provider ends the flow before the other server is asked: %s',
    async (_, body) => {
      const { reason, requests } = await exchangeWith(json(body))
      expect([reason, requests.length]).toEqual(['exchange_failed', 1])
    },
  )

  it.each<[number, string, string]>([
    [400, 'invalid_grant', 'exchange_grant_refused'],
    [400, 'invalid_scope', 'exchange_scope_refused'],
    [400, 'invalid_target', 'exchange_target_refused'],
    [401, 'invalid_client', 'exchange_client_refused'],
    [403, 'access_denied', 'exchange_access_denied'],
    [400, 'invalid_request', 'exchange_grant_refused'],
    [500, '', 'issuer_unavailable'],
  ])(
    'an unusable answer of the identity provider of %i %s is %s',
    async (status, error, expected) => {
      const { reason, result, requests } = await exchangeWith(
        json({ error, error_description: 'Invalid token: subject.token.here' }, status),
      )
      expect([reason, requests.length]).toEqual([expected, 1])
      expect(JSON.stringify(result)).not.toContain('subject.token')
    },
  )

  it('an unusable answer of the identity provider that redirects is not followed', async () => {
    const elsewhere = () =>
      new Response(null, { status: 307, headers: { location: 'https://evil.example' } })
    expect(await exchangeWith(elsewhere)).toMatchObject({
      reason: 'redirect_refused',
      requests: [expect.anything()],
    })
  })
})

it('an assertion that is wider than it was asked for ends the flow before the other server is asked', async () => {
  const { reason, requests } = await exchangeWith(
    json({ ...vouched, scope: 'tasks:read tasks:admin' }),
  )
  expect([reason, requests.length]).toEqual(['exchange_scope_widened', 1])
})

describe('an answer of the resource’s server that is not good enough', () => {
  it.each<[string, unknown]>([
    ['no token', { ...issued, access_token: undefined }],
    ['the assertion handed back', { ...issued, access_token: 'the.assertion.here' }],
    ['the subject token', { ...issued, access_token: 'subject.token.here' }],
    ['a token that is no access token', { ...issued, token_type: 'N_A' }],
    ['no expiry', { ...issued, expires_in: undefined }],
  ])('an unusable answer of the resource’s server is refused: %s', async (_, body) => {
    expect((await exchangeWith(undefined, json(body))).reason).toBe('exchange_failed')
  })

  it.each<[number, string, string]>([
    [400, 'invalid_grant', 'exchange_target_refused'],
    [400, 'invalid_scope', 'exchange_scope_refused'],
    [401, 'invalid_client', 'exchange_client_refused'],
    [400, 'unsupported_grant_type', 'exchange_client_refused'],
    [502, '', 'issuer_unavailable'],
  ])(
    'an unusable answer of the resource’s server of %i %s is %s, never that the sign-in has ended',
    async (status, error, expected) => {
      expect(
        (
          await exchangeWith(
            undefined,
            json({ error, error_description: 'the.assertion.here' }, status),
          )
        ).reason,
      ).toBe(expected)
    },
  )

  it('an unusable answer of the resource’s server that redirects is not followed', async () => {
    const elsewhere = () =>
      new Response(null, { status: 308, headers: { location: 'https://evil.example' } })
    expect(await exchangeWith(undefined, elsewhere)).toMatchObject({ reason: 'redirect_refused' })
  })
})

describe('a wait', () => {
  it('a wait has one deadline for both requests', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const slowly: Answer = () =>
        new Promise((resolve) => setTimeout(() => resolve(Response.json(vouched)), 600))
      const { fetch, requests } = twoServers(slowly, () => new Promise(() => {}))
      const waiting = exchanger(fetch, { deadline: 1000 }).exchange(subjectToken, target)
      await vi.advanceTimersByTimeAsync(999)
      expect(requests).toHaveLength(2)
      await vi.advanceTimersByTimeAsync(1)
      expect(await waiting).toEqual({ ok: false, refusal: { reason: 'issuer_unavailable' } })
    } finally {
      vi.useRealTimers()
    }
  })

  it('a wait ends when the caller gives up between the two requests', async () => {
    const controller = new AbortController()
    const { fetch, requests } = twoServers(() => {
      controller.abort()
      return Response.json(vouched)
    })
    const result = await exchanger(fetch).exchange(subjectToken, target, {
      signal: controller.signal,
    })
    expect(result).toEqual({ ok: false, refusal: { reason: 'cancelled' } })
    expect(requests.filter(({ init }) => init.signal?.aborted === false)).toEqual([])
  })
})

describe('options', () => {
  const registered = { issuer: PROVIDER, clientId: 'a', client: clientSecretBasic(secret('s')) }
  it.each<[string, Partial<IdentityAssertionOptions>]>([
    [
      'an identity provider over http',
      { identityProvider: { ...registered, issuer: 'http://sso.example' } },
    ],
    [
      'a server over http',
      { authorizationServer: { ...registered, tokenEndpoint: 'http://auth.example/token' } },
    ],
    ['an empty client id', { authorizationServer: { ...registered, clientId: '' } }],
    ['an unknown subject token type', { subjectTokenType: 'toString' as 'id-token' }],
  ])('wrong identity assertion options are refused at creation: %s', (_, options) => {
    expect(() => exchanger(twoServers().fetch, options)).toThrow(TypeError)
  })
})
