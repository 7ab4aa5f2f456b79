// What others try at the gateway as an authorization server: another client's code, swapped addresses,
// consent that nobody gave, answers of another issuer, replays.

import { describe, expect, it } from 'vitest'
import { createGateway } from '../../../src/gateway/index.ts'
import {
  allowed,
  type Browser,
  clientsHouse,
  codeFor,
  GATEWAY,
  LISTED,
  LOOPBACK,
  locationOf,
  onward,
} from './house.ts'

const errorOf = async (answer: Response) => ((await answer.json()) as { error?: string }).error

describe('a redirect URI', () => {
  it.each([
    'https://evil.example/callback',
    'https://client.example/callback/../evil',
    'https://client.example/callback?next=x',
    'https://client.example.evil.example/callback',
    'http://client.example/callback',
    'http://127.0.0.1.evil.example/callback',
    'http://evil@127.0.0.1/callback',
    'http://127.0.0.1/callback#fragment',
    'javascript:alert(1)',
    'data:text/html,x',
    'cursor://not.listed/callback',
    '/callback',
    'http://127.0.0.1/call back',
  ])('%s is not registered', async (uri) => {
    const house = await clientsHouse()
    const answer = await house.register({ redirect_uris: [uri] })
    expect(answer.status).toBe(400)
    expect(await errorOf(answer)).toBe('invalid_redirect_uri')
    expect(house.events.at(-1)).toMatchObject({
      outcome: 'refused',
      reason: 'registration_refused',
    })
  })

  it('that is not allowed takes nothing from those that are', async () => {
    const house = await clientsHouse()
    const redirect_uris = ['cursor://not.listed/callback', LOOPBACK]
    const answer = await house.register({ redirect_uris })
    expect(answer.status).toBe(201)
    expect(await answer.json()).toMatchObject({ redirect_uris: [LOOPBACK] })
    expect(house.events.at(-1)).toMatchObject({ found: 'cursor://not.listed/callback' })
  })

  it('other than the registered one gets nobody, and no error either', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    for (const redirect_uri of [
      LISTED,
      'https://evil.example/',
      'http://127.0.0.1:33418/other',
      'http://localhost:33418/callback',
      undefined,
    ]) {
      const answer = await house.browser().get(client.url({ redirect_uri, response_type: 'token' }))
      expect(answer.status).toBe(400)
      expect(answer.headers.get('location')).toBeNull()
    }
  })

  it('that the operator has taken from the list is not used any more', async () => {
    const house = await clientsHouse()
    const client = await house.client(LISTED)
    const after = createGateway({
      ...house.options,
      clients: { clientId: 'app' },
      after: house.gateway,
    })
    expect((await after.fetch(new Request(client.url()))).status).toBe(400)
    expect((await house.browser().get(client.url())).status).toBe(200)
  })

  it.each([
    ['an http address that others have', 'http://client.example/callback'],
    ['a script', 'javascript:alert(1)'],
    ['a fragment', 'https://client.example/#x'],
  ])('in the settings cannot be %s', async (_, uri) => {
    await expect(clientsHouse({ redirectUris: [uri] })).rejects.toThrow('clients.redirectUris has')
  })
})

describe('a request of a client', () => {
  it.each([
    ['without PKCE', { code_challenge: undefined }, 'invalid_request'],
    ['with plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['for a token at once', { response_type: 'token' }, 'unsupported_response_type'],
    ['for somebody else', { resource: 'https://other.example/mcp' }, 'invalid_target'],
    ['as a JWT', { request: 'e30.e30.' }, 'request_not_supported'],
    ['with scopes that are none', { scope: 'a"b' }, 'invalid_scope'],
  ])('%s is sent back', async (_, changes, error) => {
    const house = await clientsHouse()
    const client = await house.client()
    const back = locationOf(await house.browser().get(client.url(changes)))
    expect(back.searchParams.get('error')).toBe(error)
    expect(back.searchParams.get('iss')).toBe(GATEWAY)
  })

  it('with a parameter twice is sent back', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    const back = locationOf(await house.browser().get(`${client.url()}&scope=more`))
    expect(back.searchParams.get('error')).toBe('invalid_request')
  })

  it.each(['', 'app', 'obc_AAAA', `obc_${'A'.repeat(500)}`, 'https://gateway.example'])(
    'of an unknown client (%s) leads nowhere',
    async (id) => {
      const house = await clientsHouse()
      const client = await house.client(LOOPBACK, id)
      const answer = await house.browser().get(client.url())
      expect(answer.status).toBe(400)
      expect(answer.headers.get('location')).toBeNull()
    },
  )
})

describe('the consent of a person', () => {
  it('is asked before anything goes to the issuer, and the page says who and where', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    const answer = await house.browser().get(client.url())
    const page = await answer.text()
    expect(page).toContain('“Editor”')
    expect(page).toContain('a program on this computer (127.0.0.1:33418)')
    expect(page).not.toContain('login.example')
    expect(house.issuer.asked).toEqual([])
    const policy = answer.headers.get('content-security-policy')
    expect(policy).toContain("frame-ancestors 'none'")
    expect(answer.headers.get('set-cookie')).toMatch(
      /^__Host-onbehalf-clients=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
    )
  })

  it('shows the name of a client as text, on one line', async () => {
    const house = await clientsHouse()
    const client_name = `<script>alert(1)</script>\u202e\n"onload="x`
    const registered = await house.register({ client_name, redirect_uris: [LOOPBACK] })
    const { client_id } = (await registered.json()) as { client_id: string }
    const client = await house.client(LOOPBACK, client_id)
    const page = await (await house.browser().get(client.url())).text()
    expect(page).not.toContain('<script')
    expect(page).not.toContain('\u202e')
    expect(page).not.toContain('"onload')
  })

  const foreign: readonly [string, (page: string, browser: Browser) => Promise<Response>][] = [
    [
      'by a form of another site',
      (page, browser) =>
        browser.decide(page, 'allow', {
          origin: 'https://evil.example',
          'sec-fetch-site': 'cross-site',
        }),
    ],
    ['by a form without an origin', (page, browser) => browser.decide(page, 'allow', {})],
    [
      'without the cookie',
      (page, browser) => {
        browser.cookies.clear()
        return browser.decide(page)
      },
    ],
    [
      "with a request of one's own",
      (_, browser) => browser.decide('name="request" value="bWFkZS11cA"'),
    ],
  ]
  it.each(foreign)('is not given %s', async (_, give) => {
    const house = await clientsHouse()
    const client = await house.client()
    const browser = house.browser()
    const page = await (await browser.get(client.url())).text()
    expect((await give(page, browser)).status).toBe(400)
    expect(house.issuer.asked).toEqual([])
  })

  it('is not given by the page that somebody else opened', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    const theirs = await (await house.browser().get(client.url())).text()
    const victim = house.browser()
    await victim.get(client.url())
    expect((await victim.decide(theirs)).status).toBe(400)
  })

  it('is too late after ten minutes', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    const browser = house.browser()
    const page = await (await browser.get(client.url())).text()
    house.clock.forward(601)
    expect((await browser.decide(page)).status).toBe(400)
  })
})

describe('the answer of the issuer', () => {
  it('is taken in the browser that began, and in no other', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    // The attacker agrees in their own browser, and sends the victim to the issuer.
    const callback = await allowed(house, house.browser(), client, 'victim')
    const victim = house.browser()
    expect((await victim.get(callback)).status).toBe(400)
    await victim.get(client.url())
    expect((await victim.get(callback)).status).toBe(400)
  })

  it('is taken once', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    const browser = house.browser()
    const callback = await allowed(house, browser, client)
    expect((await browser.get(callback)).status).toBe(302)
    expect((await browser.get(callback)).status).toBe(400)
  })

  it('is too late after ten minutes', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    const browser = house.browser()
    const callback = await allowed(house, browser, client)
    house.clock.forward(601)
    expect((await browser.get(callback)).status).toBe(400)
  })

  it.each([
    ['of another issuer', 'https://evil.example'],
    ['that names nobody, where the issuer names itself', undefined],
  ])('%s is neither followed nor told', async (_, iss) => {
    const house = await clientsHouse()
    const client = await house.client()
    const browser = house.browser()
    const url = new URL(await allowed(house, browser, client), GATEWAY)
    if (iss === undefined) url.searchParams.delete('iss')
    else url.searchParams.set('iss', iss)
    const answer = await browser.get(url.href)
    expect(answer.status).toBe(400)
    expect(answer.headers.get('location')).toBeNull()
    expect(house.events.at(-1)).toMatchObject({ reason: 'issuer_mismatch' })
  })

  it('with a state that is sealed as something else is not taken', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    const browser = house.browser()
    const page = await (await browser.get(client.url())).text()
    const [, sealed = ''] = /name="request" value="([^"]+)"/.exec(page) ?? []
    expect((await browser.get(`/oauth/callback?code=x&state=${sealed}`)).status).toBe(400)
  })
})

describe('a code', () => {
  it('is worth nothing to another client, with another proof key or for another address', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    const other = await house.client()
    const code = await codeFor(house, client)
    for (const wrong of [
      house.redeem(client, code, { client_id: other.id }),
      house.redeem(client, code, { code_verifier: other.verifier }),
      house.redeem(client, code, { redirect_uri: LISTED }),
      house.redeem(client, code, { resource: `${GATEWAY}/mcp` }),
      house.redeem(client, `${code.slice(0, -4)}AAAA`),
    ]) {
      const answer = await wrong
      expect(answer.status).toBe(400)
      expect(await errorOf(answer)).toBe('invalid_grant')
    }
    expect(house.issuer.asked).toEqual([])
    expect((await house.redeem(client, code)).status).toBe(200)
  })

  it('is good once', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    const code = await codeFor(house, client)
    await house.redeem(client, code)
    expect(await errorOf(await house.redeem(client, code))).toBe('invalid_grant')
    expect(house.issuer.asked).toHaveLength(1)
  })

  it('is good for two minutes', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    const code = await codeFor(house, client)
    house.clock.forward(121)
    expect(await errorOf(await house.redeem(client, code))).toBe('invalid_grant')
  })

  it('and a refresh token of the issuer itself are not taken', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    const browser = house.browser()
    const page = await (await browser.get(client.url())).text()
    const { code = '' } = house.issuer.agree(await onward(await browser.decide(page)))
    expect(await errorOf(await house.redeem(client, code))).toBe('invalid_grant')
    const refresh = { grant_type: 'refresh_token', client_id: client.id }
    const answer = await house.token({ ...refresh, refresh_token: 'refresh-of-alice-1' })
    expect(await errorOf(answer)).toBe('invalid_grant')
  })
})

describe('a refresh token', () => {
  it('is worth nothing to another client, or for another address', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    const other = await house.client()
    const answer = await house.redeem(client, await codeFor(house, client))
    const { refresh_token } = (await answer.json()) as { refresh_token: string }
    const form = { grant_type: 'refresh_token', client_id: client.id, refresh_token }
    for (const wrong of [{ client_id: other.id }, { resource: `${GATEWAY}/mcp` }])
      expect(await errorOf(await house.token({ ...form, ...wrong }))).toBe('invalid_grant')
    expect(house.issuer.refreshes()).toBe(0)
    expect((await house.token(form)).status).toBe(200)
  })
})
