// MCP clients connect through the gateway to an issuer that registers none: they find it, register, ask
// the person, and get tokens of the issuer for the gateway.

import { describe, expect, it } from 'vitest'
import { Credential } from '../../../src/core/credential.ts'
import { ISSUER } from '../../session/issuer.ts'
import {
  allowed,
  clientsHouse,
  codeFor,
  GATEWAY,
  LISTED,
  LOOPBACK,
  locationOf,
  onward,
  RESOURCE,
} from './house.ts'

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

const jsonOf = async (answer: Response) => (await answer.json()) as Record<string, unknown>
const tokensOf = async (answer: Response) => (await answer.json()) as Tokens

describe('the gateway as the authorization server of MCP clients', () => {
  it('is named by the metadata of each address, and describes itself', async () => {
    const { ask } = await clientsHouse()
    const described = await jsonOf(await ask('/.well-known/oauth-protected-resource/mcp/Tasks'))
    expect(described.authorization_servers).toEqual([GATEWAY])
    const answer = await ask('/.well-known/oauth-authorization-server')
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(await jsonOf(answer)).toMatchObject({
      issuer: GATEWAY,
      authorization_endpoint: `${GATEWAY}/oauth/authorize`,
      token_endpoint: `${GATEWAY}/oauth/token`,
      registration_endpoint: `${GATEWAY}/oauth/register`,
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none'],
      authorization_response_iss_parameter_supported: true,
    })
  })

  it('gives a client tokens of the issuer, and takes them at its addresses', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    const code = await codeFor(house, client)
    const answer = await house.redeem(client, code, { resource: RESOURCE })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const tokens = await tokensOf(answer)
    expect(tokens).not.toHaveProperty('id_token')
    const admitted = await house.ask('/mcp/Tasks', {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.access_token}` },
      body: '{',
    })
    expect(admitted.status).not.toBe(401)
    const refreshed = await house.token({
      grant_type: 'refresh_token',
      client_id: client.id,
      refresh_token: tokens.refresh_token,
    })
    expect(refreshed.status).toBe(200)
    expect(tokens.refresh_token).not.toContain('refresh-of')
  })

  it('sends the issuer its own client, redirect URI, state and proof key, not those of the client', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    const browser = house.browser()
    const page = await browser.get(client.url())
    const atIssuer = await onward(await browser.decide(await page.text()))
    const sent = Object.fromEntries(atIssuer.searchParams)
    expect(atIssuer.origin).toBe(ISSUER)
    expect(sent).toMatchObject({
      client_id: 'app',
      redirect_uri: `${GATEWAY}/oauth/callback`,
      resource: RESOURCE,
      scope: 'chat offline_access',
    })
    const asked = new URL(client.url()).searchParams
    expect(sent.state).not.toContain(asked.get('state'))
    expect(sent.code_challenge).not.toBe(asked.get('code_challenge'))
  })

  it('gives the client back its state, and names itself', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    const browser = house.browser()
    const back = locationOf(await browser.get(await allowed(house, browser, client)))
    expect(`${back.origin}${back.pathname}`).toBe(LOOPBACK)
    expect(back.searchParams.get('state')).toBe('state-of-client')
    expect(back.searchParams.get('iss')).toBe(GATEWAY)
  })

  it.each([
    ['leaves the resource out', { resource: false as const }, null],
    ['sends one resource for all', { resource: 'api://gateway' }, 'api://gateway'],
  ])('%s where the operator says so', async (_, settings, expected) => {
    const house = await clientsHouse(settings)
    const client = await house.client()
    const browser = house.browser()
    const page = await browser.get(client.url())
    const atIssuer = await onward(await browser.decide(await page.text()))
    expect(atIssuer.searchParams.get('resource')).toBe(expected)
    const back = await browser.get(
      `/oauth/callback?${new URLSearchParams(house.issuer.agree(atIssuer))}`,
    )
    await house.redeem(client, locationOf(back).searchParams.get('code') ?? '')
    expect(house.issuer.asked.at(-1)?.form.get('resource')).toBe(expected)
  })

  it('asks for the scopes and the audience that the operator names', async () => {
    const scopes = ['api://gateway/use', 'offline_access']
    const house = await clientsHouse({ scopes, parameters: { audience: 'https://api.example' } })
    const client = await house.client()
    const browser = house.browser()
    const page = await (await browser.get(client.url())).text()
    expect(page).toContain('api://gateway/use')
    const { searchParams } = await onward(await browser.decide(page))
    expect(searchParams.get('scope')).toBe(scopes.join(' '))
    expect(searchParams.get('audience')).toBe('https://api.example')
  })

  it('adds the secret of its own client, which no MCP client gets', async () => {
    const house = await clientsHouse({ clientSecret: new Credential('s3cret-of-gateway') })
    const client = await house.client()
    const answer = await house.redeem(client, await codeFor(house, client))
    expect(house.proofs).toEqual([`Basic ${btoa('app:s3cret-of-gateway')}`])
    expect(await answer.text()).not.toContain('s3cret')
    expect(JSON.stringify(house.events)).not.toContain('s3cret')
  })

  it('puts the secret into the form where the issuer takes it there alone', async () => {
    const house = await clientsHouse({ clientSecret: new Credential('s3cret-of-gateway') })
    house.issuer.metadata = { token_endpoint_auth_methods_supported: ['client_secret_post'] }
    const client = await house.client()
    await house.redeem(client, await codeFor(house, client))
    expect(house.issuer.asked.at(-1)?.form.get('client_secret')).toBe('s3cret-of-gateway')
  })

  it('serves a client on any instance with the same secret, and after a restart', async () => {
    const sessionSecret = new Credential('0123456789abcdef0123456789abcdef')
    const one = await clientsHouse({}, { sessionSecret })
    const client = await one.client()
    const other = await clientsHouse({}, { sessionSecret })
    expect((await other.browser().get(client.url())).status).toBe(200)
    const stranger = await clientsHouse()
    expect((await stranger.browser().get(client.url())).status).toBe(400)
  })

  it('takes a loopback redirect URI with another port than the registered one', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    const ok = await house
      .browser()
      .get(client.url({ redirect_uri: 'http://127.0.0.1:50000/callback' }))
    expect(ok.status).toBe(200)
  })

  it('sends a person who declines back to the client, with nothing', async () => {
    const house = await clientsHouse()
    const client = await house.client(LISTED)
    const browser = house.browser()
    const page = await (await browser.get(client.url())).text()
    const back = await onward(await browser.decide(page, 'deny'))
    expect(back.href).toBe(
      `${LISTED}?error=access_denied&state=state-of-client&iss=${encodeURIComponent(GATEWAY)}`,
    )
    expect(house.issuer.asked).toEqual([])
  })

  it('tells the client when the person declines at the issuer', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    const browser = house.browser()
    const url = new URL(await allowed(house, browser, client), GATEWAY)
    url.searchParams.delete('code')
    url.searchParams.set('error', 'access_denied')
    url.searchParams.set('error_description', 'words of the issuer')
    const back = locationOf(await browser.get(url.href))
    expect(back.searchParams.get('error')).toBe('access_denied')
    expect(back.href).not.toContain('words')
  })

  it('answers what pages of any origin ask, for registration and tokens', async () => {
    const { ask } = await clientsHouse()
    const headers = { origin: 'https://inspector.example', 'access-control-request-method': 'POST' }
    const preflight = await ask('/oauth/token', { method: 'OPTIONS', headers })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
    const answer = await ask('/oauth/token', {
      method: 'POST',
      headers,
      body: new URLSearchParams(),
    })
    expect(answer.status).toBe(400)
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  })

  it('says that the issuer cannot be reached, and quotes nothing of it', async () => {
    const house = await clientsHouse()
    const client = await house.client()
    const code = await codeFor(house, client)
    house.issuer.before = async () =>
      Response.json(
        { error: 'server_error', error_description: 'host db-1 is down' },
        { status: 503 },
      )
    const answer = await house.redeem(client, code)
    expect(answer.status).toBe(503)
    expect(await jsonOf(answer)).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'Try again in a moment.',
    })
  })
})
